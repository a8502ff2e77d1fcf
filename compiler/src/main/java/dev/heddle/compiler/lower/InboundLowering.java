package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.Cluster;
import dev.heddle.compiler.ir.Cluster.Discovery;
import dev.heddle.compiler.ir.Cluster.Protocol;
import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.FilterChain.Match;
import dev.heddle.compiler.ir.FilterChain.Routes;
import dev.heddle.compiler.ir.FilterChain.Translation;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.ir.Listener.Capture;
import dev.heddle.compiler.ir.Listener.Direction;
import dev.heddle.compiler.ir.Listener.Inspector;
import dev.heddle.compiler.ir.LoadAssignment;
import dev.heddle.compiler.ir.LoadAssignment.Endpoint;
import dev.heddle.compiler.ir.LoadAssignment.EndpointGroup;
import dev.heddle.compiler.ir.LoadBalancing;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.SocketAddress;
import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.compiler.lower.istio.Assignments;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.InboundPort;
import dev.heddle.model.Origin;
import dev.heddle.model.service.AppProtocol;
import dev.heddle.model.service.Service.Port;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What comes in to a workload, from its peers.
final class InboundLowering {
    private static final int CAPTURE_PORT = 15_006;

    /// From here the sidecar calls its own workload, so that the redirection lets it through.
    private static final String OWN_WORKLOAD = "127.0.0.6";

    private final SortedMap<Integer, Served> served = new TreeMap<>();
    private final List<MeshService> services;

    /// A port that the workload serves.
    private record Served(AppProtocol protocol, Origin origin) {}

    InboundLowering(MeshIndex index, ProxyScope scope) {
        this.services = index.services().of(scope.namespace(), scope.labels());
        for (MeshService service : services) {
            for (Port port : service.service().ports()) {
                if (port.protocol() != AppProtocol.UDP) {
                    served.putIfAbsent(
                            service.target(port.number()),
                            new Served(port.protocol(), service.service().origin()));
                }
            }
        }
    }

    /// The listener of one port that is called by its address.
    Listener explicitListener(InboundPort port) {
        SocketAddress bind = SocketAddress.parse(port.bind());
        String name = bind.host() + "_" + bind.port();
        Served known = byServicePort(port.port());
        boolean isBytes = !known.protocol().isHttp() && known.protocol() != AppProtocol.UNSET;
        String statPrefix = "inbound_" + name;
        Handling handling =
                isBytes
                        ? Handling.Tcp.to(statPrefix, ClusterName.inbound(port.port()))
                        : http(statPrefix, port.port(), known);
        return new Listener(
                name,
                bind,
                Direction.INBOUND,
                Capture.BOUND,
                List.of(),
                List.of(new FilterChain(name, Match.ALL, handling, known.origin())),
                Optional.empty(),
                known.origin());
    }

    /// The workload itself, at the address where it listens.
    Cluster explicitCluster(InboundPort port) {
        SocketAddress address = SocketAddress.parse(port.application());
        Served known = byServicePort(port.port());
        String name = ClusterName.inbound(port.port());
        var hosts =
                new LoadAssignment(
                        name,
                        List.of(
                                new EndpointGroup(
                                        "", List.of(new Endpoint(address, 1, known.origin())))));
        return PlanParts.cluster(
                name,
                Assignments.isIpAddress(address.host())
                        ? new Discovery.Fixed(hosts)
                        : new Discovery.StrictDns(hosts),
                new LoadBalancing.RoundRobin(),
                protocol(known.protocol()),
                known.origin());
    }

    /// What a service that the workload is part of says about one of its ports.
    private Served byServicePort(int port) {
        for (MeshService service : services) {
            Optional<Port> known = service.service().port(port);
            if (known.isPresent()) {
                return new Served(known.get().protocol(), service.service().origin());
            }
        }
        return new Served(AppProtocol.HTTP, Origin.BUILT_IN);
    }

    /// The listener that redirected inbound connections arrive at.
    Listener virtualInbound() {
        var chains = new ArrayList<FilterChain>();
        chains.add(
                new FilterChain(
                        "virtualInbound-blackhole",
                        Match.ofPort(CAPTURE_PORT),
                        Handling.Tcp.to(ClusterName.BLACK_HOLE, ClusterName.BLACK_HOLE),
                        Origin.BUILT_IN));
        served.forEach((port, known) -> addChains(port, known, chains));
        chains.add(
                new FilterChain(
                        "virtualInbound-catchall-http",
                        Match.ofHttp(),
                        passthroughHttp(),
                        Origin.BUILT_IN));
        chains.add(
                new FilterChain(
                        "virtualInbound",
                        Match.ALL,
                        Handling.Tcp.to(
                                ClusterName.INBOUND_PASSTHROUGH, ClusterName.INBOUND_PASSTHROUGH),
                        Origin.BUILT_IN));
        return new Listener(
                "virtualInbound",
                new SocketAddress("0.0.0.0", CAPTURE_PORT),
                Direction.INBOUND,
                Capture.BOUND,
                List.of(Inspector.ORIGINAL_DESTINATION, Inspector.TLS, Inspector.HTTP),
                chains,
                Optional.empty(),
                Origin.BUILT_IN);
    }

    private static void addChains(int port, Served known, List<FilterChain> chains) {
        String name = "0.0.0.0_" + port;
        String statPrefix = "inbound_" + name;
        Handling bytes = Handling.Tcp.to(statPrefix, ClusterName.inbound(port));
        Handling http = http(statPrefix, port, known);
        if (known.protocol() == AppProtocol.UNSET) {
            chains.add(new FilterChain(name, Match.ofHttp().on(port), http, known.origin()));
        }
        boolean isHttp = known.protocol().isHttp();
        chains.add(
                new FilterChain(name, Match.ofPort(port), isHttp ? http : bytes, known.origin()));
    }

    /// The clusters that the redirected inbound listener uses.
    List<Cluster> redirectedClusters() {
        var clusters = new ArrayList<Cluster>();
        clusters.add(PlanParts.passthrough(ClusterName.INBOUND_PASSTHROUGH, OWN_WORKLOAD));
        served.forEach((port, known) ->
                clusters.add(
                        PlanParts.cluster(
                                ClusterName.inbound(port),
                                new Discovery.OriginalDestination(OWN_WORKLOAD),
                                new LoadBalancing.ByCluster(),
                                protocol(known.protocol()),
                                known.origin())));
        return clusters;
    }

    private static Protocol protocol(AppProtocol protocol) {
        if (protocol == AppProtocol.UNSET) {
            return Protocol.AS_DOWNSTREAM;
        }
        return protocol.isHttp2() ? Protocol.HTTP2 : Protocol.HTTP1;
    }

    private static Handling http(String statPrefix, int port, Served known) {
        Origin origin = known.origin();
        String cluster = ClusterName.inbound(port);
        var host =
                new VirtualHost(
                        "inbound|http|" + port,
                        List.of("*"),
                        List.of(PlanParts.allTo("default", cluster, port, origin)),
                        origin);
        return new Handling.Http(
                statPrefix,
                new Routes.Held(new RouteConfiguration(cluster, false, List.of(host), origin)),
                false,
                Translation.of(known.protocol() == AppProtocol.GRPC_WEB));
    }

    private static Handling passthroughHttp() {
        String cluster = ClusterName.INBOUND_PASSTHROUGH;
        VirtualHost host =
                PlanParts.allHosts(
                        "inbound|http|0", PlanParts.allTo("default", cluster, 0, Origin.BUILT_IN));
        return new Handling.Http(
                cluster,
                new Routes.Held(
                        new RouteConfiguration(cluster, false, List.of(host), Origin.BUILT_IN)),
                false);
    }
}
