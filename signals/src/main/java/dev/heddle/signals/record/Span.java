package dev.heddle.signals.record;

import java.util.Map;

/// A part of a trace.
///
/// @param traceId 32 hexadecimal digits
/// @param spanId 16 of them
/// @param parentId 16 of them; empty for the first of a trace
/// @param kind OpenTelemetry's, in lower case: `server`, `client`, `internal`, …
/// @param timeMicros when it began, in microseconds since 1970
/// @param isError whether its status says so
/// @param statusText what that says besides
/// @param service who made it, as it says
/// @param node the proxy that sent it; empty where none was said
/// @param namespace of the sender; empty where that is not known
/// @param attributes what it says besides; URLs without their queries
public record Span(
        String traceId,
        String spanId,
        String parentId,
        String name,
        String kind,
        long timeMicros,
        long durationMicros,
        boolean isError,
        String statusText,
        String service,
        String node,
        String namespace,
        Map<String, String> attributes)
        implements Signal {
    public Span {
        attributes = Map.copyOf(attributes);
    }

    /// The request that it was made for; empty where it does not say. Envoy calls it
    /// `guid:x-request-id`.
    public String requestId() {
        return attributes.getOrDefault(
                "guid:x-request-id", attributes.getOrDefault("request_id", ""));
    }

    /// The code of HTTP that it tells; 0 for none.
    public int code() {
        String code =
                attributes.getOrDefault(
                        "http.status_code",
                        attributes.getOrDefault("http.response.status_code", ""));
        return code.matches("[1-9][0-9]{2}") ? Integer.parseInt(code) : 0;
    }
}
