package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.Cluster;
import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.FilterChain.Routes;
import dev.heddle.compiler.ir.FilterChain.Translation;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.ir.Listener.Capture;
import dev.heddle.compiler.ir.Listener.Direction;
import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.ir.SocketAddress;
import dev.heddle.compiler.lower.istio.ProxyPlace;
import dev.heddle.compiler.reuse.Same;
import dev.heddle.compiler.select.SidecarScope;
import dev.heddle.compiler.select.Sidecars;
import dev.heddle.compiler.world.Outlook;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Sidecar;
import dev.heddle.model.service.AppProtocol;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The plan of a sidecar: what it has in common with others of its outlook, and what is its own,
/// which is how calls come in.
public final class SidecarLowering {
    private final World world;
    private final ProxyScope scope;
    private final InboundLowering inbound;
    private final Duration detection;
    private final List<Listener> listeners = new ArrayList<>();
    private final List<Cluster> clusters = new ArrayList<>();

    private SidecarLowering(World world, ProxyScope scope) {
        this.world = world;
        this.scope = scope;
        this.inbound = new InboundLowering(world, scope, sidecar(world, scope));
        this.detection = world.settings().protocolDetectionTimeout();
    }

    /// On what the common part depends.
    public static Outlook outlook(World world, ProxyScope scope) {
        String sidecar = sidecar(world, scope).map(Sidecars::name).orElse("");
        Outlook.Calls calls =
                switch (scope.interception()) {
                    case Interception.Redirect _ -> Outlook.Calls.REDIRECTED;
                    case Interception.Explicit explicit ->
                            explicit.httpProxy().isEmpty()
                                    ? Outlook.Calls.NONE
                                    : Outlook.Calls.HTTP_PROXY;
                };
        boolean isAlone = calls == Outlook.Calls.NONE && sidecar.isEmpty();
        Map<String, String> labels = new HashMap<>(scope.labels());
        labels.keySet()
                .removeIf(name ->
                        !world.index().destinationRules().clientLabels().contains(name)
                                && (isAlone
                                        || !world.index()
                                                .virtualServices()
                                                .sourceLabels()
                                                .contains(name)));
        return new Outlook(
                scope.namespace(),
                labels,
                isAlone ? "" : scope.dnsDomain(),
                calls,
                world.options(scope),
                sidecar,
                ProxyPlace.of(world, scope),
                scope.identity().isPresent(),
                world.site(scope),
                "",
                world.index().gatewayApi().externalOfMesh(scope.namespace()),
                world.answersNames(scope),
                world.telemetries(scope));
    }

    private static Optional<Resource<Sidecar>> sidecar(World world, ProxyScope scope) {
        return world.index().sidecars().inForce(scope.namespace(), scope.labels());
    }

    /// All that [#own] reads of the world.
    public static List<Object> parts(World world, ProxyScope scope) {
        boolean isHttpProxy =
                switch (scope.interception()) {
                    case Interception.Redirect _ -> false;
                    case Interception.Explicit explicit -> !explicit.httpProxy().isEmpty();
                };
        return isHttpProxy
                ? List.of(Same.as(world))
                : List.of(
                        Same.as(world.settings()),
                        world.options(scope),
                        Same.each(world.services(scope)),
                        sidecar(world, scope).map(Same::as),
                        world.index().peers().in(scope.namespace()),
                        Same.as(world.index().rateLimits()),
                        GuardLowering.parts(world, scope),
                        Same.as(world.index().observers()),
                        world.telemetries(scope),
                        ProxyPlace.siblings(world, scope));
    }

    /// What the sidecar of that scope runs besides what it has in common with others.
    ///
    /// @param common that
    public static ProxyPlan own(World world, ProxyScope scope, ProxyPlan common) {
        return new SidecarLowering(world, scope).own(common);
    }

    private ProxyPlan own(ProxyPlan common) {
        switch (scope.interception()) {
            case Interception.Redirect _ -> {
                listeners.add(inbound.virtualInbound().detecting(detection));
                listeners.addAll(inbound.calledListeners());
                clusters.addAll(inbound.redirectedClusters());
            }
            case Interception.Explicit explicit -> explicit(explicit);
        }
        ProxyPlan plan =
                MeshWide.of(
                                world.settings(),
                                world.index(),
                                world.options(scope),
                                scope.role(),
                                world.telemetries(scope),
                                world.index()
                                        .peers()
                                        .in(scope.namespace())
                                        .of(scope.labels())
                                        .asker(),
                                false)
                        .applied(
                                new ProxyPlan(
                                        GuardLowering.guarded(
                                                AskedServices.of(common.routes())
                                                        .listeners(listeners),
                                                Direction.INBOUND,
                                                world,
                                                scope),
                                        List.of(),
                                        clusters,
                                        ProxyPlace.siblings(world, scope),
                                        inbound.secrets()));
        return MissingClusters.told(plan, common.clusters());
    }

    private void explicit(Interception.Explicit explicit) {
        if (!explicit.httpProxy().isEmpty()) {
            listeners.add(httpProxy(SocketAddress.parse(explicit.httpProxy())));
        }
        listeners.addAll(inbound.explicitListeners(explicit));
        clusters.addAll(inbound.explicitClusters(explicit));
    }

    /// One listener for the services of all ports.
    private Listener httpProxy(SocketAddress bind) {
        String name = bind.host() + "_" + bind.port();
        SidecarScope known = world.scope(outlook(world, scope));
        boolean isGrpcWeb =
                known.services().stream()
                        .flatMap(service -> service.service().ports().stream())
                        .anyMatch(port -> port.protocol() == AppProtocol.GRPC_WEB);
        Handling routed =
                new Handling.Http(
                        "outbound_" + name,
                        new Routes.Named(OutboundLowering.HTTP_PROXY),
                        false,
                        Translation.of(isGrpcWeb),
                        OutboundLowering.resolves(UnknownHosts.of(world, known), known.services()));
        return new Listener(
                name,
                bind,
                Direction.OUTBOUND,
                Capture.BOUND,
                List.of(),
                List.of(new FilterChain(name, FilterChain.Match.ALL, routed, Origin.BUILT_IN)),
                Optional.empty(),
                Origin.BUILT_IN);
    }
}
