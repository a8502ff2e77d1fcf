package dev.heddle.compiler.xds;

import dev.heddle.xds.Snapshot;

/// Prints a snapshot for people and for `envoy --mode validate`.
public final class SnapshotJson {
    private SnapshotJson() {}

    /// The snapshot as an Envoy bootstrap in JSON, with everything in `static_resources`: route
    /// tables are held by their listeners and hosts by their clusters, so that it needs no control
    /// plane.
    @SuppressWarnings("DoNotCallSuggester") // for as long as it is not there
    public static String bootstrap(Snapshot snapshot) {
        throw new UnsupportedOperationException("not there yet");
    }
}
