package dev.heddle.compiler.lower.mesh;

import dev.heddle.compiler.ir.AccessLog;
import dev.heddle.compiler.observe.AccessLogs;
import dev.heddle.compiler.observe.Observers;
import dev.heddle.model.istio.Telemetry.AccessLogging;
import dev.heddle.model.istio.Telemetry.Filter;
import dev.heddle.model.istio.Telemetry.ProviderRef;
import dev.heddle.model.mesh.MeshConfig;
import dev.heddle.model.mesh.UsualProviders;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Where listeners log, as the mesh and its Telemetries say it, by Istio's rules.
///
/// What is said is gone through from the widest to the narrowest. A Telemetry that names providers
/// puts them in the place of those before; an entry that names none is about those that there are.
/// Of a provider the last entry counts: its filter, or that nothing is logged. Without a Telemetry
/// the mesh's default providers log everything, and without those the mesh's own log does.
final class LoggingLowering {
    private final Optional<MeshConfig> mesh;
    private final Observers observers;

    /// @param observers some of whom take access logs
    LoggingLowering(Observers observers) {
        this.mesh = observers.mesh();
        this.observers = observers;
    }

    /// What an entry says of a provider.
    private record Said(boolean isOff, Optional<String> filter) {}

    /// @param said by each Telemetry for that side of calls, the widest first
    List<AccessLog> lower(List<List<AccessLogging>> said) {
        List<String> usual =
                mesh.flatMap(MeshConfig::defaultProviders)
                        .map(UsualProviders::accessLogging)
                        .orElse(List.of());
        if (said.stream().flatMap(List::stream).allMatch(this::isOfControlPlane)) {
            return usual.isEmpty()
                    ? AccessLogs.lower(mesh).stream().toList()
                    : usual.stream().flatMap(name -> log(name, Optional.empty())).toList();
        }
        List<String> names = usual;
        Map<String, Said> byName = new LinkedHashMap<>();
        Said ofMesh = new Said(false, Optional.empty());
        for (List<AccessLogging> telemetry : said) {
            List<String> named = telemetry.stream().flatMap(this::names).distinct().toList();
            if (!named.isEmpty()) {
                names = named;
                byName.keySet().retainAll(named);
            }
            for (AccessLogging each : telemetry) {
                if (isOfControlPlane(each)) {
                    continue;
                }
                ofMesh =
                        new Said(
                                each.disabled().orElse(false),
                                each.filter().map(Filter::expression));
                Said now = ofMesh;
                List<String> meant = each.providers().isEmpty() ? names : names(each).toList();
                meant.forEach(name -> byName.put(name, now));
            }
        }
        // Nobody is named anywhere: the mesh's own log is meant.
        if (names.isEmpty()) {
            Said last = ofMesh;
            return AccessLogs.lower(mesh).stream()
                    .filter(_ -> !last.isOff())
                    .map(log -> new AccessLog(log.sink(), last.filter()))
                    .toList();
        }
        return byName.entrySet().stream()
                .filter(it -> !it.getValue().isOff())
                .flatMap(it -> log(it.getKey(), it.getValue().filter()))
                .toList();
    }

    private Stream<String> names(AccessLogging log) {
        return log.providers().stream()
                .map(ProviderRef::name)
                .filter(name -> !isControlPlane(name));
    }

    /// Whether an entry is about nobody else: the control plane is told beside others, and never in
    /// their place.
    private boolean isOfControlPlane(AccessLogging log) {
        return !log.providers().isEmpty() && names(log).findAny().isEmpty();
    }

    private boolean isControlPlane(String name) {
        return observers.takesLogs() && name.equals(Observers.CONTROL_PLANE);
    }

    private Stream<AccessLog> log(String name, Optional<String> filter) {
        return Optional.ofNullable(observers.logging().usable().get(name)).stream()
                .map(sink -> new AccessLog(sink, filter));
    }
}
