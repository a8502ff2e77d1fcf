package dev.heddle.signals.prometheus;

import dev.heddle.signals.remote.Pass;
import java.net.URI;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/// A Prometheus, or who answers as one, and how one gets in.
///
/// @param url as in `http://prometheus:9090`, maybe with a path before `/api/v1`
/// @param pass what is shown with each question
/// @param trust whom TLS believes; the machine's roots where it is empty
public record PrometheusServer(URI url, Pass pass, Optional<SSLContext> trust) {
    /// One that lets everybody in.
    public static PrometheusServer open(URI url) {
        return new PrometheusServer(url, new Pass.None(), Optional.empty());
    }
}
