package dev.heddle.signals.ingest;

import dev.heddle.signals.record.Party;
import dev.heddle.signals.record.Secure;
import dev.heddle.signals.record.Side;
import java.util.Map;
import java.util.Optional;

/// What a proxy says beside the fields that Envoy has: custom tags of an entry of the access log
/// service, or attributes of a log of OTLP whose names begin with `heddle.`. The names are part of
/// the interface (docs/features/signals.md).
///
/// @param tags by their names, without `heddle.`
record Tags(Map<String, String> tags) {
    Tags {
        tags = Map.copyOf(tags);
    }

    /// The text of a tag; empty where there is none. A log prints `-` for nothing.
    String text(String name) {
        String text = tags.getOrDefault(name, "");
        return text.equals("-") ? "" : Texts.cut(text);
    }

    /// Who stands at an end, as far as that is said.
    ///
    /// @param end `source` or `destination`
    Party party(String end) {
        return new Party(
                text(end + "_workload"),
                text(end + "_namespace"),
                text(end + "_service"),
                text(end + "_version"));
    }

    /// The resource that the route stands in.
    String ruleOrigin() {
        String origin = text("rule_origin");
        return origin.isEmpty() ? text("rule") : origin;
    }

    Optional<Side> reporter() {
        String said = text("reporter");
        return said.isEmpty() ? Optional.empty() : Optional.of(Side.of(said));
    }

    Secure secure() {
        return Secure.of(text("connection_security_policy"));
    }
}
