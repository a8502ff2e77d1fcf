package dev.heddle.compiler.lower.mesh;

import dev.heddle.compiler.ir.AccessLog;
import dev.heddle.compiler.ir.Listener.Direction;
import dev.heddle.compiler.ir.Observation;
import dev.heddle.compiler.service.ServiceCatalog;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Telemetry.WorkloadMode;
import dev.heddle.model.istio.Telemetry;
import dev.heddle.model.mesh.MeshConfig;
import java.util.List;
import java.util.Optional;

/// What a proxy tells of requests and connections, as the mesh and its Telemetries say it.
final class Observations {
    private final LoggingLowering logging;
    private final Role role;
    private final List<Resource<Telemetry>> telemetries;

    /// @param telemetries that count for the proxy, the widest first
    /// @param services of the mesh, some of which take logs
    Observations(
            Optional<MeshConfig> mesh,
            Role role,
            List<Resource<Telemetry>> telemetries,
            ServiceCatalog services) {
        this.logging = new LoggingLowering(mesh, services);
        this.role = role;
        this.telemetries = telemetries;
    }

    Observation of(Direction direction) {
        return new Observation(logs(direction));
    }

    private List<AccessLog> logs(Direction direction) {
        return logging.lower(
                telemetries.stream()
                        .map(t ->
                                t.spec().accessLogging().stream()
                                        .filter(it -> isAbout(direction, it.match().mode()))
                                        .toList())
                        .toList());
    }

    /// Whether a rule for one side of calls is about listeners of that direction: a gateway is a
    /// caller.
    private boolean isAbout(Direction direction, WorkloadMode mode) {
        boolean isCaller = role == Role.GATEWAY || direction == Direction.OUTBOUND;
        return switch (mode) {
            case CLIENT_AND_SERVER -> true;
            case CLIENT -> isCaller;
            case SERVER -> !isCaller;
        };
    }
}
