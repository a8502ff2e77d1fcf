package dev.heddle.proxy.filter.extauthz;

import dev.heddle.proxy.http.RequestHead;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Changes the query of a request's path. As in Envoy, parameters are in the order of their names
/// afterwards, and nothing is encoded or decoded.
final class QueryEdit {
    private QueryEdit() {}

    /// Whether names and values may stand in a query.
    static boolean isSound(Answer.Allowed answer) {
        return answer.query().stream().allMatch(it -> isSound(it.name()) && isSound(it.value()));
    }

    private static boolean isSound(String text) {
        return text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '#' && c != '&');
    }

    static void make(Answer.Allowed answer, RequestHead request) {
        if (answer.query().isEmpty() && answer.removedQuery().isEmpty()) {
            return;
        }
        String path = request.path();
        int question = path.indexOf('?');
        Map<String, List<String>> parameters = new TreeMap<>();
        if (question >= 0) {
            for (String each : path.substring(question + 1).split("&", -1)) {
                if (!each.isEmpty()) {
                    int equals = each.indexOf('=');
                    parameters
                            .computeIfAbsent(
                                    equals < 0 ? each : each.substring(0, equals),
                                    _ -> new ArrayList<>())
                            .add(equals < 0 ? "" : each.substring(equals + 1));
                }
            }
        }
        answer.query().forEach(it -> parameters.put(it.name(), List.of(it.value())));
        answer.removedQuery().forEach(parameters::remove);
        String query =
                parameters.entrySet().stream()
                        .flatMap(it ->
                                it.getValue().stream().map(value -> it.getKey() + "=" + value))
                        .collect(Collectors.joining("&"));
        String bare = question < 0 ? path : path.substring(0, question);
        request.setPath(query.isEmpty() ? bare : bare + "?" + query);
    }
}
