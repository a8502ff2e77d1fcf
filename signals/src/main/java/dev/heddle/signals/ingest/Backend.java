package dev.heddle.signals.ingest;

import dev.heddle.signals.remote.Pass;
import dev.heddle.xds.secret.CertificateFiles;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/// Where OTLP is taken, too.
///
/// @param tls how it is proved who is who; empty for plain text
/// @param pass what is shown with each request
public record Backend(String host, int port, Optional<Tls> tls, Pass pass) {
    private static final int USUAL_PORT = 4317;

    /// How the two prove who they are.
    ///
    /// @param roots whom the backend's certificate must come from; none for whom the Java runtime
    ///   believes
    /// @param own what is shown to it, read anew when it changes; empty for nothing
    public record Tls(List<X509Certificate> roots, Optional<CertificateFiles> own) {
        public Tls {
            roots = List.copyOf(roots);
        }

        /// With whom the Java runtime believes, and without a certificate of its own.
        public static Tls usual() {
            return new Tls(List.of(), Optional.empty());
        }
    }

    /// Reads one as it is written: `http://collector:4317`, or `https://…`. It is shown nothing.
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
                uri.getHost(),
                uri.getPort() < 0 ? USUAL_PORT : uri.getPort(),
                isSecured ? Optional.of(Tls.usual()) : Optional.empty(),
                new Pass.None());
    }

    @Override
    public String toString() {
        return (tls.isPresent() ? "https://" : "http://") + host + ":" + port;
    }
}
