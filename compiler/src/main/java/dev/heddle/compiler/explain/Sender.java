package dev.heddle.compiler.explain;

import java.util.Map;
import java.util.Optional;

/// Who sends a request: a workload, or a client of the gateway.
///
/// @param labels of the workload (or of the gateway), as in `app=productpage`
/// @param namespace to look for it in first
/// @param caller the name that it proves, as in `spiffe://cluster.local/ns/a/sa/b`, where that is
///   not the workload's own; empty text for nobody
public record Sender(Map<String, String> labels, String namespace, Optional<String> caller) {
    public Sender {
        labels = Map.copyOf(labels);
    }

    /// A workload that proves its own name.
    public static Sender of(Map<String, String> labels, String namespace) {
        return new Sender(labels, namespace, Optional.empty());
    }
}
