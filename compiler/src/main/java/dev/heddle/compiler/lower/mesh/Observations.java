package dev.heddle.compiler.lower.mesh;

import dev.heddle.compiler.ir.AccessLog;
import dev.heddle.compiler.ir.Listener.Direction;
import dev.heddle.compiler.ir.Metrics;
import dev.heddle.compiler.ir.Observation;
import dev.heddle.compiler.ir.Tracing;
import dev.heddle.compiler.observe.Observers;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Telemetry;
import dev.heddle.model.istio.Telemetry.AccessLogging;
import dev.heddle.model.istio.Telemetry.WorkloadMode;
import dev.heddle.model.mesh.MeshConfig;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What a proxy tells of requests and connections, as the mesh and its Telemetries say it.
final class Observations {
    private final LoggingLowering logging;
    private final SignalsLowering signals;
    private final MetricsLowering metrics;
    private final Role role;
    private final List<Resource<Telemetry>> telemetries;
    private final TracingLowering tracing;
    private final boolean tellsUnmatched;

    /// @param observers who is told
    /// @param isEvictable whether the proxy is to forget what nobody counts any longer
    /// @param telemetries that count for the proxy, the widest first
    /// @param tracing of the proxy
    /// @param asker what has the workload ask its callers for certificates; empty for nothing
    Observations(
            Observers observers,
            Role role,
            boolean isEvictable,
            List<Resource<Telemetry>> telemetries,
            TracingLowering tracing,
            Optional<String> asker) {
        this.logging = new LoggingLowering(observers);
        this.signals = new SignalsLowering(observers, telemetries, asker);
        this.tellsUnmatched =
                !observers.mesh().flatMap(MeshConfig::disableEnvoyListenerLog).orElse(false);
        this.metrics = new MetricsLowering(observers, isEvictable, telemetries);
        this.role = role;
        this.telemetries = telemetries;
        this.tracing = tracing;
    }

    Observation of(Direction direction) {
        Metrics counted = metrics.lower(isCaller(direction), mode -> isAbout(direction, mode));
        return new Observation(
                logs(direction, counted), counted, tracing(direction), tellsUnmatched);
    }

    private Optional<Tracing> tracing(Direction direction) {
        return tracing.lower(
                telemetries.stream()
                        .flatMap(t -> t.spec().tracing().stream())
                        .filter(it -> isAbout(direction, it.match().mode()))
                        .toList(),
                TailKeeping.lower(telemetries));
    }

    private List<AccessLog> logs(Direction direction, Metrics counted) {
        List<List<AccessLogging>> said =
                telemetries.stream()
                        .map(t ->
                                t.spec().accessLogging().stream()
                                        .filter(it -> isAbout(direction, it.match().mode()))
                                        .toList())
                        .toList();
        return Stream.concat(
                        logging.lower(said).stream(),
                        signals.lower(said, isCaller(direction), counted).stream())
                .toList();
    }

    private boolean isCaller(Direction direction) {
        return role == Role.GATEWAY || direction == Direction.OUTBOUND;
    }

    /// Whether a rule for one side of calls is about listeners of that direction: a gateway is a
    /// caller.
    private boolean isAbout(Direction direction, WorkloadMode mode) {
        boolean isCaller = isCaller(direction);
        return switch (mode) {
            case CLIENT_AND_SERVER -> true;
            case CLIENT -> isCaller;
            case SERVER -> !isCaller;
        };
    }
}
