package dev.heddle.compiler.ir;

import java.util.Optional;

/// How a cluster's hosts are known to be well.
///
/// @param outliers when hosts are ejected that keep failing; empty for never
/// @param check how they are asked; empty where they are not
public record Health(Optional<OutlierDetection> outliers, Optional<HealthCheck> check) {
    /// Nobody looks.
    public static final Health NONE = new Health(Optional.empty(), Optional.empty());
}
