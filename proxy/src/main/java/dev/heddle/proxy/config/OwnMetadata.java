package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import envoy.config.core.v3.Metadata;
import google.protobuf.Struct;
import google.protobuf.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads what only this proxy does, from metadata of a resource: stock Envoy takes those and leaves
/// them alone.
final class OwnMetadata {
    private static final double LEAST_SECONDS = 0.001;
    private static final double NANOS = 1e9;

    private final Findings findings;
    private final String path;
    private final Struct said;

    private OwnMetadata(Findings findings, String path, Struct said) {
        this.findings = findings;
        this.path = path;
        this.said = said;
    }

    /// What is said under a name; empty for nothing. Other fields than these are rejected.
    ///
    /// @param name as in `heddle.peak_ewma`
    static Optional<OwnMetadata> of(
            Findings findings, Metadata metadata, String name, Set<String> fields) {
        Struct said = metadata.getFilterMetadataMap().get(name);
        if (said == null) {
            return Optional.empty();
        }
        String path = "metadata.filter_metadata['" + name + "']";
        for (String field : said.getFieldsMap().keySet()) {
            if (!fields.contains(field)) {
                findings.notImplemented(join(path, field));
            }
        }
        return Optional.of(new OwnMetadata(findings, path, said));
    }

    /// Whether a field is there.
    boolean has(String field) {
        return said.getFieldsMap().containsKey(field);
    }

    /// Texts; none where there is no such field.
    List<String> texts(String field) {
        Value value = said.getFieldsMap().get(field);
        if (value == null) {
            return List.of();
        }
        var texts = new ArrayList<String>();
        for (Value each : value.getListValue().getValuesList()) {
            if (each.hasStringValue() && !each.getStringValue().isEmpty()) {
                texts.add(each.getStringValue());
            } else {
                findings.reject(join(path, field), "holds no text (expected: texts)");
            }
        }
        return texts;
    }

    /// A text; empty where there is no such field.
    String text(String field) {
        Value value = said.getFieldsMap().get(field);
        return value == null ? "" : value.getStringValue();
    }

    /// A time, which is a number of seconds, as in `0.1`.
    Duration seconds(String field, double greatest, Duration otherwise) {
        double seconds = number(field, LEAST_SECONDS, greatest, otherwise.toNanos() / NANOS);
        return Duration.ofNanos((long) (seconds * NANOS));
    }

    /// A number between bounds, both included.
    double number(String field, double least, double greatest, double otherwise) {
        Value value = said.getFieldsMap().get(field);
        if (value == null) {
            return otherwise;
        }
        double number = value.getNumberValue();
        if (!value.hasNumberValue() || !(number >= least && number <= greatest)) {
            findings.reject(
                    join(path, field),
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
