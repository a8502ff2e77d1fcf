package dev.heddle.console.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

/// One thing that the API can do.
///
/// @param method in upper case
/// @param pattern as in `/api/v1/proxies/{id}/config`; a parameter is one segment
/// @param summary for the API's description
/// @param query parameters that it reads, each with what it is for
/// @param rule who may use it
/// @param handler given a request that was let in
record Route(
        String method,
        String pattern,
        String summary,
        Map<String, String> query,
        Rule rule,
        Function<Call, ApiResponse> handler) {

    private static final Pattern SLASH = Pattern.compile("/");

    public Route {
        query = Map.copyOf(query);
    }

    /// The parameters of the path; empty when the path is another.
    Optional<PathParameters> match(List<String> segments) {
        List<String> wanted = segments();
        if (wanted.size() != segments.size()) {
            return Optional.empty();
        }
        var parameters = new TreeMap<String, String>();
        for (int i = 0; i < wanted.size(); i++) {
            String part = wanted.get(i);
            if (part.startsWith("{")) {
                parameters.put(part.substring(1, part.length() - 1), segments.get(i));
            } else if (!part.equals(segments.get(i))) {
                return Optional.empty();
            }
        }
        return Optional.of(new PathParameters(parameters));
    }

    /// Why a request of this route is not understood: it has a parameter that the route does not
    /// read. Routes that other programs know, as Prometheus and Istio's tools do, take any.
    Optional<ApiResponse> objection(ApiRequest request) {
        if (!pattern.startsWith("/api/")) {
            return Optional.empty();
        }
        return request.query().keySet().stream()
                .filter(name -> !query.containsKey(name))
                .min(String::compareTo)
                .map(name ->
                        ApiResponse.error(
                                400,
                                "there is no parameter '%s' here".formatted(ApiRequest.cut(name)),
                                "query",
                                query.isEmpty()
                                        ? "Leave it out: this takes none"
                                        : "Known: "
                                                + String.join(
                                                        ", ", new TreeSet<>(query.keySet()))));
    }

    private List<String> segments() {
        return SLASH.splitAsStream(pattern).filter(s -> !s.isEmpty()).toList();
    }

    /// The names of the pattern's parameters.
    List<String> parameters() {
        var names = new ArrayList<String>();
        for (String part : segments()) {
            if (part.startsWith("{")) {
                names.add(part.substring(1, part.length() - 1));
            }
        }
        return names;
    }
}
