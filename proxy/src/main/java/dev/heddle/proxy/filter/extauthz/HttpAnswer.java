package dev.heddle.proxy.filter.extauthz;

import dev.heddle.proxy.filter.extauthz.Answer.HeaderChange;
import dev.heddle.proxy.filter.extauthz.Answer.Way;
import dev.heddle.proxy.http.ResponseHead;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads what a service of HTTP answers: 200 lets the request pass, what begins with 5 is no
/// answer, everything else refuses it.
final class HttpAnswer {
    private static final String REMOVED = "x-envoy-auth-headers-to-remove";

    private HttpAnswer() {}

    static Answer read(ResponseHead head, byte[] body, CheckService.Answers taken) {
        if (head.status() >= 500) {
            return Answer.NONE;
        }
        boolean isAllowed = head.status() == 200;
        var request = new ArrayList<HeaderChange>();
        var beside = new ArrayList<HeaderChange>();
        var removed = new ArrayList<String>();
        var toClient = new ArrayList<HeaderChange>();
        Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
        head.headers()
                .forEach((name, value) -> {
                    if (name.equals(REMOVED)) {
                        removed.addAll(names(value));
                        return;
                    }
                    if (isAllowed && taken.toUpstream().test(name)) {
                        request.add(new HeaderChange(name, value, Way.SET));
                    }
                    if (isAllowed && taken.toUpstreamBeside().test(name)) {
                        beside.add(new HeaderChange(name, value, Way.ADD));
                    }
                    if (isAllowed
                            ? taken.toClientOnAllow().test(name)
                            : taken.toClientOnDeny().test(name)) {
                        toClient.add(new HeaderChange(name, value, Way.ADD));
                    }
                    if (taken.toMetadata().test(name)) {
                        metadata.put(name, value);
                    }
                });
        if (!isAllowed) {
            return new Answer.Denied(
                    head.status(), toClient, new String(body, StandardCharsets.UTF_8), metadata);
        }
        request.addAll(beside);
        return new Answer.Allowed(request, removed, List.of(), List.of(), toClient, metadata);
    }

    private static List<String> names(String value) {
        return List.of(value.split(",", -1)).stream()
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
    }
}
