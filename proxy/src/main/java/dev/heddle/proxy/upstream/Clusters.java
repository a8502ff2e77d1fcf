package dev.heddle.proxy.upstream;

import org.jspecify.annotations.Nullable;

/// The clusters of one worker, by name.
public interface Clusters {
    /// Null if there is none of that name (now): `NC` in the access log.
    @Nullable Cluster get(String name);
}
