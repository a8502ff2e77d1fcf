package dev.heddle.model.core;

import dev.heddle.model.schema.Skips;

/// A Kubernetes namespace. The mesh looks at its labels and annotations alone.
@Skips("finalizers")
public record Namespace() {}
