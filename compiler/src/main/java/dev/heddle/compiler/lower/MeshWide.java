package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.Cluster;
import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.ConnectionPool;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.ir.Listener.Direction;
import dev.heddle.compiler.ir.ListenerOptions;
import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.RouteConfiguration.Told;
import dev.heddle.compiler.lower.istio.PoolDefaults;
import dev.heddle.compiler.lower.mesh.ListenerLowering;
import dev.heddle.compiler.reuse.Same;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.ProxyOptions;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Telemetry;
import dev.heddle.model.mesh.MeshProxyConfig.InterceptionMode;
import dev.heddle.model.mesh.ProxyHeaders;
import dev.heddle.model.mesh.ProxyHeaders.Enabled;
import dev.heddle.model.mesh.ProxyHeaders.Switch;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the mesh and the proxy's own options want of all parts of a plan, whatever they are for.
///
/// @param listeners options of listeners by direction
/// @param routes what is told of every request that is routed
/// @param connectTimeout of clusters that are the proxy's own
/// @param isTransparent whether the kernel hands connections over as they are
/// @param keepsNameCase whether names of headers are written as they came, in HTTP/1
record MeshWide(
        Map<Direction, ListenerOptions> listeners,
        RouteConfiguration.Told routes,
        Duration connectTimeout,
        boolean isTransparent,
        boolean keepsNameCase) {

    /// @param index of the mesh, some of whose services are told of traffic
    /// @param telemetries that say what is told of it, the widest first
    /// @param asker what has the workload ask its callers for certificates; empty for nothing
    /// @param hidesDenials whether clients are told nothing of denials behind the proxy
    static MeshWide of(
            MeshSettings settings,
            MeshIndex index,
            ProxyOptions options,
            Role role,
            List<Same<Resource<Telemetry>>> telemetries,
            Optional<String> asker,
            boolean hidesDenials) {
        var lowering =
                new ListenerLowering(
                        index.observers(),
                        options,
                        role,
                        telemetries.stream().map(Same::get).toList(),
                        index.services(),
                        asker);
        var listeners = new EnumMap<Direction, ListenerOptions>(Direction.class);
        for (Direction direction : Direction.values()) {
            listeners.put(direction, lowering.of(direction));
        }
        Optional<ProxyHeaders> headers = options.headers();
        return new MeshWide(
                listeners,
                new Told(
                        headers.flatMap(ProxyHeaders::attemptCount).map(Switch::isOn).orElse(true),
                        headers.flatMap(ProxyHeaders::xForwardedHost)
                                .flatMap(Enabled::enabled)
                                .orElse(false),
                        !hidesDenials,
                        lowering.of(Direction.OUTBOUND).observation().metrics().isNothing()
                                ? Optional.empty()
                                : Optional.of(index.outside()),
                        0),
                PoolDefaults.of(settings).connectTimeout(),
                options.interception().equals(Optional.of(InterceptionMode.TPROXY)),
                headers.flatMap(ProxyHeaders::preserveHttp1HeaderCase).orElse(false));
    }

    /// The plan with all that.
    ProxyPlan applied(ProxyPlan plan) {
        return new ProxyPlan(
                plan.listeners().stream().map(this::listener).toList(),
                plan.routes().stream()
                        .map(r -> r.telling(routes.ofHttp3(r.told().http3())))
                        .toList(),
                plan.clusters().stream().map(this::cluster).toList(),
                plan.assignments(),
                plan.secrets(),
                plan.datagrams());
    }

    private Listener listener(Listener listener) {
        ListenerOptions options = listeners.get(listener.direction());
        if (options == null) {
            return listener;
        }
        return listener.with(
                isTransparent && isHandedOver(listener) ? options.transparent() : options);
    }

    /// Whether the kernel hands the workload's connections over to that listener.
    private static boolean isHandedOver(Listener listener) {
        return listener.capture() == Listener.Capture.REDIRECTED
                || listener.inspectors().contains(Listener.Inspector.ORIGINAL_DESTINATION);
    }

    private Cluster cluster(Cluster cluster) {
        Cluster named = keepsNameCase ? cluster.keepingNameCase() : cluster;
        boolean isOwn = cluster.of().isEmpty() || ClusterName.isInbound(cluster.name());
        boolean saysNothing =
                cluster.pool().connectTimeout().equals(ConnectionPool.UNLIMITED.connectTimeout());
        return isOwn && saysNothing && !cluster.pool().connectTimeout().equals(connectTimeout)
                ? named.connecting(connectTimeout)
                : named;
    }
}
