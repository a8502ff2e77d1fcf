package dev.heddle.compiler.attach;

import java.util.List;

/// What is supported of the Gateway API, by the names that its conformance tests have for it. In
/// the order of the alphabet, as a status wants it. A name is here only if its tests pass through
/// both data planes.
final class Features {
    /// Of Gateways.
    static final List<String> OF_GATEWAYS = List.of("Gateway", "ListenerSet", "ReferenceGrant");

    /// Of the mesh.
    static final List<String> OF_MESHES = List.of("Mesh");

    private Features() {}
}
