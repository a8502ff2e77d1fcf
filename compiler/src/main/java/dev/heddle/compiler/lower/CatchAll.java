package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.HeaderEdit;
import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.ir.RouteAction;
import dev.heddle.compiler.ir.RouteAction.ReplyBody;
import dev.heddle.compiler.ir.RouteMatch;
import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.compiler.world.MeshSettings.OutboundPolicy;
import dev.heddle.model.Origin;
import java.util.ArrayList;
import java.util.List;

/// What becomes of requests to hosts that nobody knows.
///
/// Where traffic is redirected, Istio's way: passed on, or answered 502 where the mesh allows only
/// what it knows. An HTTP proxy's listener cannot pass anything on, since nobody knows the address
/// that the client would have called; so it answers 502 under either policy, and says which of the
/// two reasons it is.
final class CatchAll {
    private static final int BAD_GATEWAY = 502;

    private CatchAll() {}

    /// The hosts, and one more for all others unless a rule takes them already.
    static List<VirtualHost> after(List<VirtualHost> hosts, VirtualHost others) {
        if (hosts.stream().anyMatch(h -> h.domains().contains("*"))) {
            return hosts;
        }
        var all = new ArrayList<>(hosts);
        all.add(others);
        return all;
    }

    static VirtualHost redirected(OutboundPolicy policy) {
        return switch (policy) {
            case ALLOW_ANY ->
                    PlanParts.allHosts(
                            "allow_any",
                            PlanParts.allTo(
                                    "allow_any", ClusterName.PASSTHROUGH, 0, Origin.BUILT_IN));
            case REGISTRY_ONLY -> blocked(new ReplyBody.Empty());
        };
    }

    static VirtualHost explicit(OutboundPolicy policy) {
        return switch (policy) {
            case ALLOW_ANY ->
                    blocked(
                            new ReplyBody.Text(
                                    "no service of the mesh has this host and port, and without"
                                            + " transparent capture a sidecar cannot pass the"
                                            + " request on; define a ServiceEntry, or list the"
                                            + " host in NO_PROXY\n"));
            case REGISTRY_ONLY ->
                    blocked(
                            new ReplyBody.Text(
                                    "no service of the mesh has this host and port, and the mesh's"
                                            + " outbound policy is REGISTRY_ONLY\n"));
        };
    }

    private static VirtualHost blocked(ReplyBody body) {
        return PlanParts.allHosts(
                "block_all",
                new Route(
                        "block_all",
                        RouteMatch.ALL,
                        new RouteAction.DirectResponse(BAD_GATEWAY, body),
                        HeaderEdit.NONE,
                        "",
                        Origin.BUILT_IN));
    }
}
