package dev.heddle.samples.bookinfo;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A request to a service.
///
/// @param method as in `GET`
/// @param path without the query
/// @param headers by name, whatever the case; of several with one name the first
/// @param body empty when there is none
public record Call(String method, String path, Map<String, String> headers, String body) {

    /// What a service hands on when it calls another one, so that traces hang together and routes
    /// can tell users apart in the depth of the mesh. Istio's sample hands on the same.
    private static final List<String> PROPAGATED =
            List.of(
                    "x-request-id",
                    "x-ot-span-context",
                    "x-datadog-trace-id",
                    "x-datadog-parent-id",
                    "x-datadog-sampling-priority",
                    "traceparent",
                    "tracestate",
                    "baggage",
                    "x-cloud-trace-context",
                    "grpc-trace-bin",
                    "b3",
                    "x-b3-traceid",
                    "x-b3-spanid",
                    "x-b3-parentspanid",
                    "x-b3-sampled",
                    "x-b3-flags",
                    "sw8",
                    "end-user",
                    "user-agent",
                    "cookie",
                    "authorization",
                    "jwt");

    public Call {
        var ignoringCase = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        ignoringCase.putAll(headers);
        headers = java.util.Collections.unmodifiableMap(ignoringCase);
    }

    /// The header of that name.
    Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /// The headers that calls to other services carry on.
    Map<String, String> propagated() {
        var kept = new TreeMap<String, String>();
        PROPAGATED.forEach(name -> header(name).ifPresent(value -> kept.put(name, value)));
        return kept;
    }

    /// The parts of the path, as in `[reviews, 0]`.
    List<String> segments() {
        return List.of(path.substring(1).split("/", -1));
    }
}
