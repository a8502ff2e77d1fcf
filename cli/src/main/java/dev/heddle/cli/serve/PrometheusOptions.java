package dev.heddle.cli.serve;

import dev.heddle.cli.text.Failure;
import dev.heddle.signals.prometheus.PrometheusServer;
import dev.heddle.signals.prometheus.PrometheusServer.Pass;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/// Which Prometheus is asked, as the command line says it.
///
/// @param url of it; empty for none
/// @param token a file with a token; empty for none
/// @param password a file with a name and a password; empty for none
/// @param roots a file with certificates that TLS believes; empty for the machine's
public record PrometheusOptions(
        Optional<String> url, Optional<Path> token, Optional<Path> password, Optional<Path> roots) {
    /// Who is asked; empty for nobody.
    ///
    /// @throws Failure when something is none that is possible
    Optional<PrometheusServer> server() {
        if (url.isEmpty()) {
            alone("--prometheus-token-file", token);
            alone("--prometheus-password-file", password);
            alone("--prometheus-ca", roots);
            return Optional.empty();
        }
        if (token.isPresent() && password.isPresent()) {
            throw Failure.usage(
                    "--prometheus-token-file and --prometheus-password-file are two ways to get in",
                    "leave one of them out");
        }
        URI at = url(url.get());
        if (roots.isPresent() && !"https".equals(at.getScheme())) {
            throw Failure.usage("--prometheus-ca: " + at + " has no TLS (expected: https://…)", "");
        }
        var server =
                new PrometheusServer(
                        at,
                        token.<Pass>map(Pass.Token::new)
                                .or(() -> password.map(Pass.Password::new))
                                .orElse(new Pass.None()),
                        roots.map(it -> TrustedRoots.of("--prometheus-ca", it)));
        try {
            server.authorization();
        } catch (IOException e) {
            throw Failure.usage("--prometheus: " + e.getMessage(), "");
        }
        return Optional.of(server);
    }

    private static void alone(String option, Optional<Path> said) {
        if (said.isPresent()) {
            throw Failure.usage(option + ": nobody is asked", "name him with --prometheus URL");
        }
    }

    private static URI url(String url) {
        try {
            URI uri = URI.create(url);
            boolean isHttp = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (isHttp && uri.getHost() != null && uri.getRawQuery() == null) {
                return uri;
            }
        } catch (IllegalArgumentException _) {
            // It is told below.
        }
        throw Failure.usage(
                "--prometheus: '%s' (expected: as in http://prometheus:9090, or https://…)"
                        .formatted(url),
                "");
    }
}
