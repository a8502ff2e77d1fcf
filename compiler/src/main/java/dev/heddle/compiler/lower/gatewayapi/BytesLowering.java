package dev.heddle.compiler.lower.gatewayapi;

import dev.heddle.compiler.attach.AttachedRoute;
import dev.heddle.compiler.attach.Backend;
import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.DatagramListener.Service;
import dev.heddle.compiler.ir.DatagramListener.Share;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.FilterChain.TcpDestination;
import dev.heddle.compiler.ir.HashKey;
import dev.heddle.compiler.ir.RouteAction.Destination;
import dev.heddle.model.FieldPath;
import dev.heddle.model.gatewayapi.BackendRef;
import dev.heddle.model.gatewayapi.L4Rule;
import dev.heddle.model.gatewayapi.Route;
import dev.heddle.model.gatewayapi.UdpRoute;
import java.util.ArrayList;
import java.util.List;

/// Lowers where connections go that nobody looks into, and datagrams.
final class BytesLowering {
    /// Such routes have exactly one rule.
    static final FieldPath RULE = FieldPath.of("spec", "rules").index(0);

    private BytesLowering() {}

    /// Connections that would go to nobody are closed, as many as are meant for him.
    static Handling.Tcp handling(AttachedRoute<? extends Route<L4Rule>> route, Services services) {
        L4Rule rule = route.resource().spec().rules().getFirst();
        var destinations = new ArrayList<TcpDestination>();
        for (int i = 0; i < rule.backendRefs().size(); i++) {
            BackendRef ref = rule.backendRefs().get(i);
            if (ref.weightOrOne() > 0) {
                Backend backend = Rule.backend(route, RULE.field("backendRefs").index(i));
                destinations.add(new TcpDestination(cluster(backend, services), ref.weightOrOne()));
            }
        }
        if (destinations.isEmpty()) {
            destinations.add(new TcpDestination(ClusterName.BLACK_HOLE, 1));
        }
        return new Handling.Tcp(destinations.getFirst().cluster(), destinations)
                .countedBy(services.rule(route.resource().origin(RULE)));
    }

    /// Datagrams that would go to nobody are dropped, as many as are meant for him.
    ///
    /// @param prefix of their meters
    static Service.Forward datagrams(
            String prefix, AttachedRoute<UdpRoute> route, Services services) {
        List<BackendRef> refs = route.resource().spec().rules().getFirst().backendRefs();
        var shares = new ArrayList<Share>();
        var destinations = new ArrayList<Destination>();
        for (int i = 0; i < refs.size(); i++) {
            int weight = refs.get(i).weightOrOne();
            FieldPath at = RULE.field("backendRefs").index(i);
            Backend backend = Rule.backend(route, at);
            if (weight > 0) {
                shares.add(new Share(cluster(backend, services), weight));
                if (backend instanceof Backend.To to) {
                    destinations.add(
                            RuleLowering.destination(
                                    to, weight, Filters.NONE, route.resource().origin(at)));
                }
            }
        }
        if (shares.isEmpty()) {
            shares.add(new Share(ClusterName.BLACK_HOLE, 1));
        }
        return new Service.Forward(
                prefix,
                shares,
                Service.Forward.IDLE,
                services.hash(destinations).contains(new HashKey.SourceIp()));
    }

    private static String cluster(Backend backend, Services services) {
        return backend instanceof Backend.To to && services.isReachable(to)
                ? ClusterName.outbound(to.port(), "", to.host().name())
                : ClusterName.BLACK_HOLE;
    }
}
