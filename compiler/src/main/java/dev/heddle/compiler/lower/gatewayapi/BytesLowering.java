package dev.heddle.compiler.lower.gatewayapi;

import dev.heddle.compiler.attach.AttachedRoute;
import dev.heddle.compiler.attach.Backend;
import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.FilterChain.TcpDestination;
import dev.heddle.model.FieldPath;
import dev.heddle.model.gatewayapi.BackendRef;
import dev.heddle.model.gatewayapi.L4Rule;
import dev.heddle.model.gatewayapi.Route;
import java.util.ArrayList;

/// Lowers where connections go that nobody looks into.
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

    private static String cluster(Backend backend, Services services) {
        return backend instanceof Backend.To to && services.isReachable(to)
                ? ClusterName.outbound(to.port(), "", to.host().name())
                : ClusterName.BLACK_HOLE;
    }
}
