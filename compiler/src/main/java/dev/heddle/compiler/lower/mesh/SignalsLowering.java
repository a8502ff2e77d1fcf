package dev.heddle.compiler.lower.mesh;

import dev.heddle.compiler.ir.AccessLog;
import dev.heddle.compiler.ir.Metrics;
import dev.heddle.compiler.ir.Metrics.Kind;
import dev.heddle.compiler.ir.Tracing.Tail;
import dev.heddle.compiler.observe.Observers;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Telemetry;
import dev.heddle.model.istio.Telemetry.AccessLogging;
import dev.heddle.model.istio.Telemetry.Filter;
import dev.heddle.model.istio.Telemetry.ProviderRef;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What the control plane is told of requests and connections, where it keeps that: beside whoever
/// else takes logs, and never in his place.
///
/// Telemetries can leave it out, by the name of its provider or by an entry that names none, and
/// can narrow which requests it is told of.
final class SignalsLowering {
    /// What takes that long is told of, unless somebody says another time.
    static final Duration SLOW = Duration.ofSeconds(1);

    private final Observers observers;
    private final List<Resource<Telemetry>> telemetries;
    private final Optional<String> asker;

    /// @param telemetries that count for the proxy, the widest first
    /// @param asker what has the workload ask its callers for certificates; empty for nothing
    SignalsLowering(
            Observers observers, List<Resource<Telemetry>> telemetries, Optional<String> asker) {
        this.observers = observers;
        this.asker = asker;
        this.telemetries = telemetries;
    }

    /// @param said of logs by each Telemetry for that side of calls, the widest first
    /// @param isCaller which side that is
    /// @param metrics that count the same requests
    Optional<AccessLog> lower(List<List<AccessLogging>> said, boolean isCaller, Metrics metrics) {
        if (!observers.takesLogs()) {
            return Optional.empty();
        }
        Optional<AccessLogging> last =
                said.stream()
                        .flatMap(List::stream)
                        .filter(SignalsLowering::isMeant)
                        .reduce((_, narrower) -> narrower);
        if (last.flatMap(AccessLogging::disabled).orElse(false)) {
            return Optional.empty();
        }
        return Optional.of(
                new AccessLog(
                        new AccessLog.Sink.ControlPlane(
                                SignalShare.lower(telemetries),
                                TailKeeping.lower(telemetries).flatMap(Tail::slow).orElse(SLOW),
                                SignalTags.of(isCaller, true, counts(metrics, Kind.REQUESTS)),
                                SignalTags.of(isCaller, false, counts(metrics, Kind.TCP_OPENED)),
                                SignalTags.ofUnserved(isCaller, asker)),
                        last.flatMap(AccessLogging::filter).map(Filter::expression)));
    }

    private static boolean counts(Metrics metrics, Kind kind) {
        return metrics.metrics().stream().anyMatch(it -> it.kind() == kind);
    }

    private static boolean isMeant(AccessLogging log) {
        return log.providers().isEmpty()
                || log.providers().stream()
                        .map(ProviderRef::name)
                        .anyMatch(Observers.CONTROL_PLANE::equals);
    }
}
