package dev.heddle.compiler.xds;

import com.google.protobuf.Message;
import dev.heddle.compiler.ir.Cluster;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.ir.LoadAssignment;
import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.TlsSecret;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/// Puts plans into Envoy's words. Equal plans give equal bytes.
public final class XdsEmitter {
    private final Emission before;
    private final Map<XdsType, SortedMap<String, XdsResource>> resources =
            new EnumMap<>(XdsType.class);
    private final Map<XdsType, Map<String, Object>> nodes = new EnumMap<>(XdsType.class);

    private XdsEmitter(Emission before) {
        this.before = before;
    }

    /// The plan's resources, each serialized once.
    ///
    /// @param before what was emitted earlier; what is equal there is taken over, which is a
    ///   hundred times cheaper than making and hashing the bytes anew, and makes no other
    ///   difference
    public static Emission emit(ProxyPlan plan, Emission before) {
        var emitter = new XdsEmitter(before);
        emitter.add(XdsType.CLUSTER, plan.clusters(), Cluster::name, ClusterEmitter::emit);
        emitter.add(
                XdsType.ENDPOINT,
                plan.assignments(),
                LoadAssignment::cluster,
                EndpointEmitter::emit);
        emitter.add(XdsType.SECRET, plan.secrets(), TlsSecret::name, TlsEmitter::secret);
        emitter.add(XdsType.LISTENER, plan.listeners(), Listener::name, ListenerEmitter::emit);
        emitter.add(XdsType.ROUTE, plan.routes(), RouteConfiguration::name, RouteEmitter::emit);
        return new Emission(emitter.resources, emitter.nodes);
    }

    /// Both parts of one proxy's configuration in one.
    ///
    /// @param version that a proxy reports once it runs them
    public static Snapshot snapshot(String version, Emission common, Emission own) {
        return new Snapshot(version, common.with(own));
    }

    private <T> void add(
            XdsType type,
            List<T> all,
            Function<T, String> name,
            Function<T, ? extends Message> emit) {
        var made = new TreeMap<String, XdsResource>();
        var from = new HashMap<String, Object>();
        for (T node : all) {
            String called = name.apply(node);
            XdsResource resource =
                    before.of(type, called, node)
                            .orElseGet(() -> XdsResource.of(called, emit.apply(node)));
            if (made.put(called, resource) != null) {
                throw new IllegalArgumentException(
                        type.shortName() + " '" + called + "' is there twice");
            }
            from.put(called, node);
        }
        resources.put(type, made);
        nodes.put(type, from);
    }
}
