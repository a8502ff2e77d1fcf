package dev.heddle.signals.ingest;

import java.net.URI;

/// Where OTLP is taken, too.
///
/// @param isSecured whether over TLS, with whom the Java runtime believes
public record Backend(String host, int port, boolean isSecured) {
    private static final int USUAL_PORT = 4317;

    /// Reads one as it is written: `http://collector:4317`, or `https://…`.
    ///
    /// @throws IllegalArgumentException when it is none
    public static Backend of(String url) {
        URI uri = URI.create(url);
        boolean isSecured = "https".equals(uri.getScheme());
        if (uri.getHost() == null || !(isSecured || "http".equals(uri.getScheme()))) {
            throw new IllegalArgumentException(
                    "'%s' (expected: as in http://collector:4317, or https://…)".formatted(url));
        }
        return new Backend(
                uri.getHost(), uri.getPort() < 0 ? USUAL_PORT : uri.getPort(), isSecured);
    }

    @Override
    public String toString() {
        return (isSecured ? "https://" : "http://") + host + ":" + port;
    }
}
