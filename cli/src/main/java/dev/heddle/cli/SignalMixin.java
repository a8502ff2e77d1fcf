package dev.heddle.cli;

import dev.heddle.cli.serve.Addresses;
import dev.heddle.cli.serve.BackendOptions;
import dev.heddle.cli.serve.PrometheusOptions;
import dev.heddle.cli.serve.SignalOptions;
import dev.heddle.cli.serve.WayIn;
import dev.heddle.model.Confined;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What a control plane keeps of traffic, from whom it takes it, and who gets it, too.
@Confined("command line")
final class SignalMixin {
    @Option(
            names = "--no-signals",
            description = "Keeps nothing of what proxies tell of traffic, and takes none of it.")
    private boolean none;

    @Option(
            names = "--signals-days",
            paramLabel = "N",
            defaultValue = "3",
            description = "How long logs and spans are kept (default: ${DEFAULT-VALUE}).")
    private int days;

    @Option(
            names = "--signals-mb",
            paramLabel = "N",
            defaultValue = "1024",
            description = {
                "How many MiB of them are kept; of more the oldest go (default:",
                "${DEFAULT-VALUE})."
            })
    private int megabytes;

    @Option(
            names = "--signals-otlp",
            paramLabel = "URL",
            description = {
                "Passes on what comes by OTLP to another backend, over gRPC, as in",
                "http://collector:4317, or https://… (default: nowhere)."
            })
    private @Nullable String backend;

    @Option(
            names = "--signals-otlp-token-file",
            paramLabel = "FILE",
            description = "Has a token that the backend is shown (default: none).")
    private @Nullable Path backendToken;

    @Option(
            names = "--signals-otlp-password-file",
            paramLabel = "FILE",
            description = {
                "Has a name, a colon and a password that the backend is shown",
                "(default: none)."
            })
    private @Nullable Path backendPassword;

    @Option(
            names = "--signals-otlp-ca",
            paramLabel = "FILE",
            description = {
                "Roots in PEM by which the backend is believed over https",
                "(default: those of the machine)."
            })
    private @Nullable Path backendRoots;

    @Option(
            names = "--signals-otlp-cert",
            paramLabel = "FILE",
            description = {
                "A certificate in PEM that is shown to the backend over https; read",
                "again when it changes (default: none)."
            })
    private @Nullable Path backendCertificate;

    @Option(
            names = "--signals-otlp-key",
            paramLabel = "FILE",
            description = "Its key in PEM (default: none).")
    private @Nullable Path backendKey;

    @Option(
            names = "--otlp-http",
            paramLabel = "HOST:PORT",
            description = {
                "Where applications tell by OTLP over HTTP, in plain text, as in",
                "127.0.0.1:4318 (default: nowhere)."
            })
    private @Nullable String http;

    @Option(
            names = "--otlp-https",
            paramLabel = "HOST:PORT",
            description = {
                "Where who has a certificate of the mesh tells by OTLP over HTTP and mutual",
                "TLS, as in 0.0.0.0:4319; needs --ca (default: nowhere)."
            })
    private @Nullable String https;

    @Option(
            names = "--prometheus",
            paramLabel = "URL",
            description = {
                "Golden signals and the graph are what this Prometheus knows, which scrapes",
                "the proxies, as in http://prometheus:9090 (default: what proxies tell here)."
            })
    private @Nullable String prometheus;

    @Option(
            names = "--prometheus-token-file",
            paramLabel = "FILE",
            description = "Has a token that the Prometheus is shown (default: none).")
    private @Nullable Path prometheusToken;

    @Option(
            names = "--prometheus-password-file",
            paramLabel = "FILE",
            description = {
                "Has a name, a colon and a password that the Prometheus is shown",
                "(default: none)."
            })
    private @Nullable Path prometheusPassword;

    @Option(
            names = "--prometheus-ca",
            paramLabel = "FILE",
            description = {
                "Roots in PEM by which the Prometheus is believed over https",
                "(default: those of the machine)."
            })
    private @Nullable Path prometheusRoots;

    /// @param allowsPlain whether who proves nothing may come from elsewhere
    Optional<SignalOptions> options(boolean allowsPlain) {
        return SignalOptions.of(
                none,
                days,
                megabytes,
                new BackendOptions(
                        Optional.ofNullable(backend),
                        new WayIn(
                                "--signals-otlp",
                                Optional.ofNullable(backendToken),
                                Optional.ofNullable(backendPassword),
                                Optional.ofNullable(backendRoots)),
                        Optional.ofNullable(backendCertificate),
                        Optional.ofNullable(backendKey)),
                Optional.ofNullable(http)
                        .map(it ->
                                Addresses.local(
                                        "--otlp-http", it, "--allow-plaintext-xds", allowsPlain)),
                Optional.ofNullable(https).map(it -> Addresses.parse("--otlp-https", it)),
                new PrometheusOptions(
                        Optional.ofNullable(prometheus),
                        new WayIn(
                                "--prometheus",
                                Optional.ofNullable(prometheusToken),
                                Optional.ofNullable(prometheusPassword),
                                Optional.ofNullable(prometheusRoots))));
    }
}
