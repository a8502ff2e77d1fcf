package dev.heddle.proxy.config;

import dev.heddle.proxy.upstream.Latency;
import envoy.config.cluster.v3.Cluster;
import java.time.Duration;
import java.util.Set;

/// Reads whether a cluster balances by latency, which stock Envoy cannot: it does what `lb_policy`
/// says, LEAST_REQUEST.
final class PeakEwmaParser {
    static final String METADATA = "heddle.peak_ewma";
    private static final int LONGEST_SECONDS = 86_400;

    private final Findings findings;

    PeakEwmaParser(Findings findings) {
        this.findings = findings;
    }

    /// @param otherwise how hosts are chosen where nothing is said
    ClusterConfig.Balancing balancing(Cluster cluster, ClusterConfig.Balancing otherwise) {
        return OwnMetadata.of(
                        findings,
                        cluster.getMetadata(),
                        METADATA,
                        Set.of("decay_time", "max_retry_after"))
                .map(said -> balancing(said, otherwise))
                .orElse(otherwise);
    }

    private ClusterConfig.Balancing balancing(OwnMetadata said, ClusterConfig.Balancing otherwise) {
        Duration decay = said.seconds("decay_time", LONGEST_SECONDS, Latency.Rules.USUAL.decay());
        double rest =
                said.number(
                        "max_retry_after",
                        0,
                        LONGEST_SECONDS,
                        (double) Latency.Rules.USUAL.longestRest().toSeconds());
        if (!(otherwise instanceof ClusterConfig.Balancing.LeastRequest least)) {
            findings.reject(
                    "metadata.filter_metadata['" + METADATA + "']",
                    "is set beside another lb_policy (expected: LEAST_REQUEST)");
            return otherwise;
        }
        return new ClusterConfig.Balancing.PeakEwma(
                new Latency.Rules(decay, Duration.ofNanos((long) (rest * 1e9))), least.slowStart());
    }
}
