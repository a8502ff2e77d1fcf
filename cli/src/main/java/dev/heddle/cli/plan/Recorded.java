package dev.heddle.cli.plan;

import dev.heddle.compiler.explain.Journey;
import dev.heddle.compiler.explain.Request;
import dev.heddle.compiler.explain.Request.Caller;
import dev.heddle.compiler.explain.Sender;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/// A request that was made, as far as it decides anything: equal ones are treated the same.
///
/// @param ports that the connection may have been made to, the likeliest first; at least one
/// @param serverName that the client asked for over TLS; empty for none
/// @param headers that rules may look at, by lower-case name
/// @param caller of a gateway; empty where nobody asks for it
record Recorded(
        Sender sender,
        String method,
        String scheme,
        String authority,
        String serverName,
        List<Integer> ports,
        String path,
        Map<String, String> headers,
        Optional<Caller> caller) {
    Recorded {
        ports = List.copyOf(ports);
        headers = Map.copyOf(headers);
    }

    /// The request, made to that port.
    Request to(int port) {
        var request = new Request(method, scheme, authority, serverName, port, path, headers);
        return caller.map(request::by).orElse(request);
    }

    /// A request, and what becomes of it.
    record Asked(Request request, Journey journey) {}

    /// The request to the first of its ports at which a configuration has a host of that name; to
    /// the likeliest where it has none at any.
    ///
    /// @param configuration leads a request through itself
    Asked asked(BiFunction<Sender, Request, Journey> configuration) {
        var tried = new ArrayList<Asked>();
        for (int port : ports) {
            Request request = to(port);
            var asked = new Asked(request, configuration.apply(sender, request));
            if (!asked.journey().sent().virtualHost().isEmpty()) {
                return asked;
            }
            tried.add(asked);
        }
        return tried.getFirst();
    }

    /// As in `GET http://reviews:9080/reviews/0`.
    String text() {
        return method + " " + scheme + "://" + authority + path;
    }

    /// As in `app=productpage`.
    String from() {
        return new TreeMap<>(sender.labels())
                .entrySet().stream()
                        .map(it -> it.getKey() + "=" + it.getValue())
                        .collect(Collectors.joining(","));
    }
}
