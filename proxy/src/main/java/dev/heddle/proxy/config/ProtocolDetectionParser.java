package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import envoy.config.listener.v3.Listener;
import google.protobuf.Struct;
import google.protobuf.Value;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Reads how a listener deals with clients that say nothing.
final class ProtocolDetectionParser {
    private static final int MOST = 1_000_000;
    private static final int LONGEST_SECONDS = 86_400;

    private final Findings findings;

    ProtocolDetectionParser(Findings findings) {
        this.findings = findings;
    }

    Optional<ProtocolDetection> detection(Listener listener) {
        Struct said = listener.getMetadata().getFilterMetadataMap().get(ProtocolDetection.METADATA);
        if (said == null) {
            return Optional.empty();
        }
        String path = "metadata.filter_metadata['" + ProtocolDetection.METADATA + "']";
        ProtocolDetection usual = ProtocolDetection.USUAL;
        Duration probeAfter = usual.probeAfter();
        Duration memory = usual.memory();
        int most = usual.most();
        for (Map.Entry<String, Value> field : said.getFieldsMap().entrySet()) {
            String at = join(path, field.getKey());
            switch (field.getKey()) {
                case "probe_after" -> probeAfter = seconds(at, field.getValue(), probeAfter);
                case "memory" -> memory = seconds(at, field.getValue(), memory);
                case "most" -> most = (int) number(at, field.getValue(), 1, MOST, most);
                default -> findings.notImplemented(at);
            }
        }
        return Optional.of(new ProtocolDetection(probeAfter, memory, most));
    }

    /// A number of seconds, as in `0.1`.
    private Duration seconds(String path, Value value, Duration otherwise) {
        double seconds = number(path, value, 0.001, LONGEST_SECONDS, otherwise.toMillis() / 1e3);
        return Duration.ofNanos((long) (seconds * 1e9));
    }

    private double number(
            String path, Value value, double least, double greatest, double otherwise) {
        double number = value.getNumberValue();
        if (!value.hasNumberValue() || !(number >= least && number <= greatest)) {
            findings.reject(
                    path,
                    (value.hasNumberValue() ? String.valueOf(number) : "no number")
                            + " (expected: from "
                            + least
                            + " to "
                            + greatest
                            + ")");
            return Math.max(least, otherwise);
        }
        return number;
    }
}
