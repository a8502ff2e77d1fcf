package dev.heddle.cli.serve;

import dev.heddle.cli.text.Failure;
import dev.heddle.signals.prometheus.PrometheusServer;
import java.net.URI;
import java.util.Optional;

/// Which Prometheus is asked, as the command line says it.
///
/// @param url of it; empty for none
/// @param way how it is got into
public record PrometheusOptions(Optional<String> url, WayIn way) {
    /// Who is asked; empty for nobody.
    ///
    /// @throws Failure when something is none that is possible
    Optional<PrometheusServer> server() {
        if (url.isEmpty()) {
            way.expectNothing();
            return Optional.empty();
        }
        URI at = url(url.get());
        way.expectTls("-ca", way.roots(), at);
        return Optional.of(
                new PrometheusServer(
                        at,
                        way.pass(),
                        way.roots().map(it -> TrustedRoots.of(way.option() + "-ca", it))));
    }

    private URI url(String text) {
        try {
            URI uri = URI.create(text);
            boolean isHttp = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (isHttp && uri.getHost() != null && uri.getRawQuery() == null) {
                return uri;
            }
        } catch (IllegalArgumentException _) {
            // It is told below.
        }
        throw Failure.usage(
                "%s: '%s' (expected: as in http://prometheus:9090, or https://…)"
                        .formatted(way.option(), text),
                "");
    }
}
