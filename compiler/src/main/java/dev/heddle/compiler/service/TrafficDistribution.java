package dev.heddle.compiler.service;

import java.util.Locale;
import java.util.Map;

/// Which of its endpoints a service wants clients to prefer: Kubernetes' `trafficDistribution`, or
/// Istio's older annotation.
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
    static TrafficDistribution of(String field, Map<String, String> annotations) {
        TrafficDistribution said =
                switch (field) {
                    case "PreferClose", "PreferSameZone" -> SAME_ZONE;
                    case "PreferSameNode" -> SAME_NODE;
                    default -> ANY;
                };
        return said == ANY ? of(annotations.getOrDefault(ANNOTATION, "")) : said;
    }

    private static TrafficDistribution of(String annotation) {
        return switch (annotation.toLowerCase(Locale.ROOT)) {
            case "preferclose", "prefersamezone" -> SAME_ZONE;
            case "prefersamenode" -> SAME_NODE;
            default -> ANY;
        };
    }
}
