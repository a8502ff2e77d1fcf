package dev.heddle.compiler.lower.mesh;

import dev.heddle.compiler.ir.Observation;
import dev.heddle.model.mesh.MeshConfig;
import java.util.Optional;

/// What a mesh wants told of requests and connections.
final class Observations {
    private Observations() {}

    static Observation of(Optional<MeshConfig> mesh) {
        return new Observation(AccessLogs.lower(mesh).stream().toList());
    }
}
