package dev.heddle.bench.peer;

import dev.heddle.bench.system.Child;

/// A running control plane, and the directory that it watches.
///
/// @param control its process
/// @param xds its port for proxies
/// @param directory what it watches
public record Mesh(Child control, int xds, MeshDirectory directory) {}
