package dev.heddle.proxy.config;

import envoy.config.listener.v3.Listener;
import java.util.Optional;
import java.util.Set;

/// Reads how a listener deals with clients that say nothing.
final class ProtocolDetectionParser {
    private static final int MOST = 1_000_000;
    private static final int LONGEST_SECONDS = 86_400;

    private final Findings findings;

    ProtocolDetectionParser(Findings findings) {
        this.findings = findings;
    }

    Optional<ProtocolDetection> detection(Listener listener) {
        ProtocolDetection usual = ProtocolDetection.USUAL;
        return OwnMetadata.of(
                        findings,
                        listener.getMetadata(),
                        ProtocolDetection.METADATA,
                        Set.of("probe_after", "memory", "most"))
                .map(said ->
                        new ProtocolDetection(
                                said.seconds("probe_after", LONGEST_SECONDS, usual.probeAfter()),
                                said.seconds("memory", LONGEST_SECONDS, usual.memory()),
                                (int) said.number("most", 1, MOST, usual.most())));
    }
}
