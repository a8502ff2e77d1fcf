package dev.heddle.cli.serve;

import dev.heddle.cli.text.Failure;
import dev.heddle.signals.Signals;
import dev.heddle.signals.SignalsBootstrap;
import dev.heddle.signals.ingest.Backend;
import dev.heddle.signals.prometheus.PrometheusServer;
import dev.heddle.signals.record.Places;
import dev.heddle.signals.search.SignalIndex;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// What a control plane keeps of traffic.
///
/// @param days how long logs and spans are kept
/// @param megabytes how many MiB of them
/// @param backend gets what comes by OTLP, too; empty for nobody
/// @param http where OTLP is taken over HTTP of everybody; empty for nowhere
/// @param https where it is of who has a certificate of the mesh; empty for nowhere
/// @param prometheus who is asked for what calls add up to; empty for the control plane itself
public record SignalOptions(
        int days,
        int megabytes,
        Optional<Backend> backend,
        Optional<InetSocketAddress> http,
        Optional<InetSocketAddress> https,
        Optional<PrometheusServer> prometheus) {
    private static final int MOST_DAYS = 366;
    private static final int LEAST_MEGABYTES = 16;
    private static final int PARTS = 16;

    /// As the command line says it.
    ///
    /// @param none nothing is kept
    /// @param other who gets what comes by OTLP, too
    /// @param http where OTLP is taken of everybody
    /// @param https where it is of who has a certificate
    /// @param prometheus who is asked
    /// @return empty where nothing is kept
    /// @throws Failure when something is none that is possible
    public static Optional<SignalOptions> of(
            boolean none,
            int days,
            int megabytes,
            BackendOptions other,
            Optional<InetSocketAddress> http,
            Optional<InetSocketAddress> https,
            PrometheusOptions prometheus) {
        if (none && (http.isPresent() || https.isPresent())) {
            throw Failure.usage(
                    "%s: with --no-signals nothing is taken"
                            .formatted(http.isPresent() ? "--otlp-http" : "--otlp-https"),
                    "leave one of them out");
        }
        Optional<Backend> backend = other.backend();
        if (none && backend.isPresent()) {
            throw Failure.usage(
                    "--signals-otlp: with --no-signals nothing is passed on",
                    "leave one of them out");
        }
        Optional<PrometheusServer> asked = prometheus.server();
        if (none && asked.isPresent()) {
            throw Failure.usage(
                    "--prometheus: with --no-signals nobody is asked", "leave one of them out");
        }
        return none
                ? Optional.empty()
                : Optional.of(new SignalOptions(days, megabytes, backend, http, https, asked));
    }

    /// @throws Failure when a number is none that is possible
    public SignalOptions {
        if (days < 1 || days > MOST_DAYS) {
            throw Failure.usage(
                    "--signals-days: %d (expected: 1 to %d)".formatted(days, MOST_DAYS), "");
        }
        if (megabytes < LEAST_MEGABYTES) {
            throw Failure.usage(
                    "--signals-mb: %d (expected: >= %d)".formatted(megabytes, LEAST_MEGABYTES),
                    "--no-signals keeps nothing");
        }
    }

    /// Begins to keep it.
    ///
    /// @param data the control plane's directory
    /// @param places who is where
    /// @throws IOException when the directory cannot be used
    Signals start(Path data, Places places) throws IOException {
        return Signals.start(
                SignalsBootstrap.in(data.toAbsolutePath().normalize().resolve("signals"))
                        .keeping(
                                new SignalIndex.Limits(
                                        Duration.ofDays(days), (long) megabytes << 20, PARTS))
                        .knowing(places)
                        .passingOn(backend)
                        .asking(prometheus));
    }
}
