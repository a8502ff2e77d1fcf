package dev.heddle.compiler.lower.mesh;

import dev.heddle.compiler.ir.Tracing.Tag;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What entries for the control plane say that Envoy's entries have no field for, by the names that
/// it reads (docs/features/signals.md).
final class SignalTags {
    private SignalTags() {}

    // Stock Envoy has nothing to say by these two.
    private static final Tag REASON = tag("reason", "%DYNAMIC_METADATA(heddle:reason)%");
    private static final Tag CONFIG_VERSION =
            tag("config_version", "%DYNAMIC_METADATA(heddle:config_version)%");

    /// Of every entry about what was served.
    private static final List<Tag> ALWAYS =
            List.of(REASON, CONFIG_VERSION, tag("upstream_cluster", "%UPSTREAM_CLUSTER_RAW%"));

    private static final List<Tag> OF_REQUESTS =
            List.of(
                    tag("rule_origin", "%METADATA(ROUTE:heddle:resource)%"),
                    tag("rule_source", "%METADATA(ROUTE:heddle:source)%"),
                    tag("trace_id", "%TRACE_ID%"),
                    tag("span_id", "%SPAN_ID%"));

    private static final List<Tag> OF_CONNECTIONS =
            List.of(tag("rule_origin", "%METADATA(LISTENER_FILTER_CHAIN:heddle:resource)%"));

    private static final List<Tag> OF_UNSERVED =
            List.of(
                    REASON,
                    CONFIG_VERSION,
                    tag("details", "%RESPONSE_CODE_DETAILS%"),
                    tag("server_name", "%REQUESTED_SERVER_NAME%"));

    /// Labels of metrics whose values are those of tags, of either end.
    private static final Map<String, String> LABELS =
            Map.of(
                    "workload", "workload",
                    "workload_namespace", "namespace",
                    "version", "version");

    /// @param isCaller which side of the call tells
    /// @param isHttp whether it is a request; else it is a connection
    /// @param isCounted whether a metric counts it, too
    static List<Tag> of(boolean isCaller, boolean isHttp, boolean isCounted) {
        Map<String, String> known = MetricTags.of(isCaller, isHttp);
        String other = isCaller ? "destination_" : "source_";
        var tags = new ArrayList<>(ALWAYS);
        tags.addAll(isHttp ? OF_REQUESTS : OF_CONNECTIONS);
        if (isCounted) {
            tags.add(new Tag("counted", new Tag.Value.Literal("true")));
        }
        tags.add(new Tag("reporter", new Tag.Value.Literal(isCaller ? "source" : "destination")));
        // Of a connection the caller is known by his certificate alone.
        if (isCaller || isHttp) {
            LABELS.forEach((label, name) ->
                    add(tags, other + name, known.getOrDefault(other + label, "")));
            add(
                    tags,
                    other + "service",
                    known.getOrDefault(
                            isCaller ? "destination_service" : "source_canonical_service", ""));
        }
        if (!isCaller) {
            add(
                    tags,
                    "connection_security_policy",
                    known.getOrDefault("connection_security_policy", ""));
        }
        tags.sort(Comparator.comparing(Tag::name));
        return List.copyOf(tags);
    }

    /// Of connections that nobody served: a listener tells of them, which knows no more.
    ///
    /// @param isCaller which side of the call tells
    /// @param asker what has the workload ask its callers for certificates; empty for nothing
    static List<Tag> ofUnserved(boolean isCaller, Optional<String> asker) {
        var tags = new ArrayList<>(OF_UNSERVED);
        asker.filter(_ -> !isCaller)
                .ifPresent(it -> tags.add(new Tag("rule_origin", new Tag.Value.Literal(it))));
        tags.add(new Tag("reporter", new Tag.Value.Literal(isCaller ? "source" : "destination")));
        tags.sort(Comparator.comparing(Tag::name));
        return List.copyOf(tags);
    }

    private static void add(List<Tag> tags, String name, String format) {
        tags.add(tag(name, format));
    }

    private static Tag tag(String name, String format) {
        return new Tag(name, new Tag.Value.Format(format));
    }
}
