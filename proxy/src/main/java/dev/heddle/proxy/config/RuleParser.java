package dev.heddle.proxy.config;

import dev.heddle.proxy.hits.Rule;
import envoy.config.core.v3.Metadata;
import google.protobuf.Struct;
import google.protobuf.Value;
import java.util.Optional;

/// Reads which rule something comes from: what its metadata say under `heddle`. They are for this
/// and for people who read a dump; whatever else they say is fine.
final class RuleParser {
    private static final String HEDDLE = "heddle";

    /// Names of Kubernetes are shorter, with the kind before them.
    private static final int LONGEST = 512;

    private RuleParser() {}

    static Optional<Rule> rule(Metadata metadata) {
        if (metadata.getFilterMetadataCount() == 0) {
            return Optional.empty();
        }
        Struct said = metadata.getFilterMetadataOrDefault(HEDDLE, Struct.getDefaultInstance());
        String resource = text(said, "resource");
        String id = text(said, "rule");
        return resource.isEmpty() || id.isEmpty()
                ? Optional.empty()
                : Optional.of(new Rule(resource, id));
    }

    /// Empty where there is none that is of use.
    private static String text(Struct of, String name) {
        Value value = of.getFieldsOrDefault(name, Value.getDefaultInstance());
        String text = value.getStringValue();
        return text.length() > LONGEST ? "" : text;
    }
}
