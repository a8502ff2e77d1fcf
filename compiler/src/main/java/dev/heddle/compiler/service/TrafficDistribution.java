package dev.heddle.compiler.service;

import java.util.Locale;
import java.util.Map;

/// Which of its endpoints a service wants clients to prefer: Kubernetes' `trafficDistribution`, or
/// Istio's older annotation, of the service or its namespace.
public enum TrafficDistribution {
    /// Any.
    ANY,
    /// Those of the client's zone, then those of its region.
    SAME_ZONE,
    /// Those on the client's node, then those of its zone, then those of its region.
    SAME_NODE;

    /// Istio's annotation.
    public static final String ANNOTATION = "networking.istio.io/traffic-distribution";

    /// @param field what the service says; goes before its annotation
    /// @param annotations of the service
    /// @param otherwise where it says nothing
    static TrafficDistribution of(
            String field, Map<String, String> annotations, TrafficDistribution otherwise) {
        return switch (field) {
            case "PreferClose", "PreferSameZone" -> SAME_ZONE;
            case "PreferSameNode" -> SAME_NODE;
            default -> of(annotations, otherwise);
        };
    }

    /// What annotations say; a word that nobody knows is `Any`.
    static TrafficDistribution of(Map<String, String> annotations, TrafficDistribution otherwise) {
        String said = annotations.getOrDefault(ANNOTATION, "");
        return said.isEmpty() ? otherwise : of(said);
    }

    private static TrafficDistribution of(String annotation) {
        return switch (annotation.toLowerCase(Locale.ROOT)) {
            case "preferclose", "prefersamezone" -> SAME_ZONE;
            case "prefersamenode" -> SAME_NODE;
            default -> ANY;
        };
    }
}
