package dev.heddle.compiler.xds;

import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Puts a whole plan into Envoy's words. Equal plans give equal bytes.
public final class XdsEmitter {
    private XdsEmitter() {}

    /// The plan's resources, each serialized once.
    ///
    /// @param version that a proxy reports once it runs them
    public static Snapshot emit(ProxyPlan plan, String version) {
        Map<XdsType, List<XdsResource>> resources = new EnumMap<>(XdsType.class);
        resources.put(
                XdsType.CLUSTER,
                plan.clusters().stream()
                        .map(c -> XdsResource.of(c.name(), ClusterEmitter.emit(c)))
                        .toList());
        resources.put(
                XdsType.ENDPOINT,
                plan.assignments().stream()
                        .map(a -> XdsResource.of(a.cluster(), EndpointEmitter.emit(a)))
                        .toList());
        resources.put(
                XdsType.LISTENER,
                plan.listeners().stream()
                        .map(l -> XdsResource.of(l.name(), ListenerEmitter.emit(l)))
                        .toList());
        resources.put(
                XdsType.ROUTE,
                plan.routes().stream()
                        .map(r -> XdsResource.of(r.name(), RouteEmitter.emit(r)))
                        .toList());
        return Snapshot.of(version, resources);
    }
}
