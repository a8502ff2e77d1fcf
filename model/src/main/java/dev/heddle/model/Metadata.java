package dev.heddle.model;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// What every resource says about itself, apart from what it asks for.
///
/// @param namespace empty for kinds that live in no namespace
/// @param created when the resource came into being; orders resources that claim the same thing,
///   oldest first, as Istio and the Gateway API do
/// @param generation how often what the resource asks for has changed, as whoever keeps it counts
///   it; empty where nobody does, as in files
public record Metadata(
        String name,
        String namespace,
        Map<String, String> labels,
        Map<String, String> annotations,
        Optional<Instant> created,
        OptionalLong generation) {

    public Metadata {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("name: '' (expected: not empty)");
        }
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
    }

    /// Metadata of what nobody counts the changes of.
    public Metadata(
            String name,
            String namespace,
            Map<String, String> labels,
            Map<String, String> annotations,
            Optional<Instant> created) {
        this(name, namespace, labels, annotations, created, OptionalLong.empty());
    }

    /// Metadata with a name and a namespace only.
    public static Metadata of(String namespace, String name) {
        return new Metadata(name, namespace, Map.of(), Map.of(), Optional.empty());
    }
}
