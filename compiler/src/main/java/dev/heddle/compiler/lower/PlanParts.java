package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.Cluster;
import dev.heddle.compiler.ir.Cluster.Discovery;
import dev.heddle.compiler.ir.Cluster.Protocol;
import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.ConnectionPool;
import dev.heddle.compiler.ir.HeaderEdit;
import dev.heddle.compiler.ir.Health;
import dev.heddle.compiler.ir.LoadAssignment;
import dev.heddle.compiler.ir.LoadBalancing;
import dev.heddle.compiler.ir.Places;
import dev.heddle.compiler.ir.Resilience;
import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.ir.RouteAction;
import dev.heddle.compiler.ir.RouteAction.Destination;
import dev.heddle.compiler.ir.RouteAction.Rewrite;
import dev.heddle.compiler.ir.RouteMatch;
import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.model.Origin;
import java.util.List;
import java.util.Optional;

/// The parts of a plan that no user asks for: what the mesh adds by itself.
final class PlanParts {
    private PlanParts() {}

    /// No hosts: what goes there ends there.
    static Cluster blackHole() {
        return cluster(
                ClusterName.BLACK_HOLE,
                new Discovery.Fixed(new LoadAssignment(ClusterName.BLACK_HOLE, List.of())),
                new LoadBalancing.RoundRobin(),
                Protocol.HTTP1,
                Origin.BUILT_IN);
    }

    /// On to where the connection was meant to go.
    ///
    /// @param from address that connections are made from; empty for any
    static Cluster passthrough(String name, String from) {
        return cluster(
                name,
                new Discovery.OriginalDestination(from),
                new LoadBalancing.ByCluster(),
                Protocol.AS_DOWNSTREAM,
                Origin.BUILT_IN);
    }

    static Cluster cluster(
            String name,
            Discovery discovery,
            LoadBalancing loadBalancing,
            Protocol protocol,
            Origin origin) {
        return new Cluster(
                name,
                discovery,
                loadBalancing,
                new Places.Alike(),
                protocol,
                ConnectionPool.UNLIMITED,
                Health.NONE,
                Optional.empty(),
                Optional.empty(),
                false,
                "",
                origin);
    }

    /// Everything to one cluster.
    static Route allTo(String name, String cluster, int port, Origin origin) {
        return new Route(
                name,
                RouteMatch.ALL,
                new RouteAction.Forward(
                        List.of(
                                new Destination(
                                        cluster,
                                        "",
                                        "",
                                        port,
                                        1,
                                        HeaderEdit.NONE,
                                        Optional.empty(),
                                        origin)),
                        Rewrite.NONE,
                        Resilience.NONE),
                HeaderEdit.NONE,
                "",
                origin);
    }

    /// Every host that no other virtual host has; who is responsible for its route is so for it.
    static VirtualHost allHosts(String name, Route route) {
        return new VirtualHost(name, List.of("*"), List.of(route), route.origin());
    }
}
