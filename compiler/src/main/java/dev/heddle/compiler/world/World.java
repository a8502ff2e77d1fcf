package dev.heddle.compiler.world;

import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.model.Resources;

/// Everything known about the mesh at one moment, under one number. Immutable.
///
/// @param version grows by one with every change that is put in force
/// @param resources what users and registries say
/// @param settings what Istio calls MeshConfig, as far as it is in use
/// @param index the same resources, prepared for look-ups once for all proxies
public record World(long version, Resources resources, MeshSettings settings, MeshIndex index) {

    /// A world of resources, which get their index here. Costs time in proportion to them.
    public World(long version, Resources resources, MeshSettings settings) {
        this(
                version,
                resources,
                settings,
                MeshIndex.of(resources, settings.rootNamespace(), settings.domain()));
    }
}
