package dev.heddle.compiler.xds;

import com.google.protobuf.Message;
import dev.heddle.compiler.ir.Cluster;
import dev.heddle.compiler.ir.DatagramListener;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.ir.LoadAssignment;
import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.TlsSecret;
import dev.heddle.compiler.reuse.Kept;
import dev.heddle.compiler.reuse.Row;
import dev.heddle.xds.NamedResources;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/// Puts plans into Envoy's words. Equal plans give equal bytes.
public final class XdsEmitter {
    private final Emission before;
    private final Kept<String, Row<RouteEmitter.Host, RouteEmitter.Piece>> hosts;
    private final Map<XdsType, NamedResources> resources = new EnumMap<>(XdsType.class);
    private final Map<XdsType, List<?>> plans = new EnumMap<>(XdsType.class);

    private XdsEmitter(Emission before) {
        this.before = before;
        this.hosts = before.hosts().next();
    }

    /// The plan's resources, each serialized once.
    ///
    /// @param before what was emitted earlier; what is equal there is taken over, which is a
    ///   hundred times cheaper than making and hashing the bytes anew, and makes no other
    ///   difference
    public static Emission emit(ProxyPlan plan, Emission before) {
        var emitter = new XdsEmitter(before);
        emitter.add(XdsType.CLUSTER, plan.clusters(), Cluster::name, made(ClusterEmitter::emit));
        emitter.add(
                XdsType.ENDPOINT,
                plan.assignments(),
                LoadAssignment::cluster,
                made(EndpointEmitter::emit));
        emitter.add(XdsType.SECRET, plan.secrets(), TlsSecret::name, made(TlsEmitter::secret));
        emitter.add(
                XdsType.LISTENER,
                Stream.<Object>concat(plan.listeners().stream(), plan.datagrams().stream())
                        .toList(),
                XdsEmitter::name,
                made(XdsEmitter::listener));
        emitter.add(
                XdsType.ROUTE,
                plan.routes(),
                RouteConfiguration::name,
                (_, table) -> RouteEmitter.resource(table, emitter.hosts));
        // Where a table was not emitted anew, its hosts' bytes are for later.
        plan.routes().forEach(table -> emitter.hosts.keep(table.name()));
        return new Emission(emitter.resources, emitter.plans, emitter.hosts);
    }

    private static String name(Object listener) {
        return listener instanceof DatagramListener datagrams
                ? datagrams.name()
                : ((Listener) listener).name();
    }

    private static Message listener(Object listener) {
        return listener instanceof DatagramListener datagrams
                ? DatagramEmitter.emit(datagrams)
                : ListenerEmitter.emit((Listener) listener);
    }

    /// Both parts of one proxy's configuration in one.
    ///
    /// @param version that a proxy reports once it runs them
    public static Snapshot snapshot(String version, Emission common, Emission own) {
        return new Snapshot(version, common.with(own));
    }

    /// Makes the resource of one node.
    private interface Maker<T> {
        XdsResource make(String name, T node);
    }

    private static <T> Maker<T> made(Function<T, ? extends Message> emit) {
        return (name, node) -> XdsResource.of(name, emit.apply(node));
    }

    @SuppressWarnings("unchecked") // a type's nodes are of one class in every plan
    private <T> void add(XdsType type, List<T> all, Function<T, String> name, Maker<T> maker) {
        plans.put(type, all);
        NamedResources there = before.all(type);
        var earlier = (List<T>) before.plans().getOrDefault(type, List.of());
        if (all.equals(earlier)) {
            resources.put(type, there);
            return;
        }
        var known = new HashMap<String, T>();
        earlier.forEach(node -> known.put(name.apply(node), node));
        var made = new ArrayList<XdsResource>(all.size());
        for (T node : all) {
            String called = name.apply(node);
            XdsResource kept = node.equals(known.get(called)) ? there.get(called) : null;
            made.add(kept == null ? maker.make(called, node) : kept);
        }
        resources.put(type, NamedResources.of(type, made));
    }
}
