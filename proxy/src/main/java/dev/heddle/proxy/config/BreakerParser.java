package dev.heddle.proxy.config;

import dev.heddle.proxy.upstream.health.BreakerRules;
import envoy.config.cluster.v3.Cluster;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/// Reads when a cluster gets no requests for a while, which stock Envoy does not know.
final class BreakerParser {
    static final String METADATA = "heddle.circuit_breaker";
    private static final String PATH = "metadata.filter_metadata['" + METADATA + "']";
    private static final int LONGEST_SECONDS = 86_400;
    private static final int MOST = 1_000_000;

    /// Percentages below are never reached by whole requests.
    private static final double LEAST_PERCENT = 0.0001;

    private final Findings findings;

    BreakerParser(Findings findings) {
        this.findings = findings;
    }

    /// @param isByConnection whether the cluster's hosts are only known by requests
    Optional<BreakerRules> rules(Cluster cluster, boolean isByConnection) {
        Optional<BreakerRules> rules =
                OwnMetadata.of(
                                findings,
                                cluster.getMetadata(),
                                METADATA,
                                Set.of(
                                        "window",
                                        "min_requests",
                                        "error_percent",
                                        "slow_threshold",
                                        "slow_percent",
                                        "break_duration",
                                        "probes"))
                        .map(this::rules);
        if (rules.isPresent() && isByConnection) {
            findings.notImplemented(
                    PATH,
                    "beside "
                            + (cluster.hasClusterType() ? "cluster_type" : "type ORIGINAL_DST")
                            + " it");
        }
        return rules;
    }

    private BreakerRules rules(OwnMetadata said) {
        OptionalDouble errors =
                said.has("error_percent")
                        ? OptionalDouble.of(said.number("error_percent", LEAST_PERCENT, 100, 50))
                        : OptionalDouble.empty();
        Optional<BreakerRules.Slow> slow =
                said.has("slow_threshold") || said.has("slow_percent")
                        ? Optional.of(
                                new BreakerRules.Slow(
                                        said.seconds(
                                                "slow_threshold",
                                                LONGEST_SECONDS,
                                                Duration.ofSeconds(1)),
                                        said.number("slow_percent", LEAST_PERCENT, 100, 50)))
                        : Optional.empty();
        if (errors.isEmpty() && slow.isEmpty()) {
            findings.reject(PATH, "neither error_percent nor slow_threshold");
        }
        Duration window = said.seconds("window", LONGEST_SECONDS, Duration.ofSeconds(10));
        if (window.compareTo(BreakerRules.LEAST_WINDOW) < 0) {
            findings.reject(PATH + ".window", window + " (expected: at least 10 ms)");
            window = BreakerRules.LEAST_WINDOW;
        }
        return new BreakerRules(
                window,
                (int) said.number("min_requests", 1, MOST, 10),
                errors,
                slow,
                said.seconds("break_duration", LONGEST_SECONDS, Duration.ofSeconds(30)),
                (int) said.number("probes", 1, MOST, 1));
    }
}
