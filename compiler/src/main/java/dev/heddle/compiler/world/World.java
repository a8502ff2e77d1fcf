package dev.heddle.compiler.world;

import dev.heddle.model.Resources;

/// Everything known about the mesh at one moment, under one number. Immutable.
///
/// @param version grows by one with every change that is put in force
/// @param resources what users and registries say
/// @param settings what Istio calls MeshConfig, as far as it is in use
public record World(long version, Resources resources, MeshSettings settings) {}
