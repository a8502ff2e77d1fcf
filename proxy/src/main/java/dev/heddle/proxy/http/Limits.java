package dev.heddle.proxy.http;

/// How large a head may be.
///
/// @param headBytes of the whole head with its start line; Envoy's `max_request_headers_kb` is 60
/// @param headers how many fields; Envoy's default is 100
public record Limits(int headBytes, int headers) {
    /// Envoy's defaults.
    public static final Limits ENVOY = new Limits(60 * 1024, 100);

    public Limits {
        if (headBytes < 1) {
            throw new IllegalArgumentException("headBytes: " + headBytes + " (expected: >= 1)");
        }
        if (headers < 1) {
            throw new IllegalArgumentException("headers: " + headers + " (expected: >= 1)");
        }
    }
}
