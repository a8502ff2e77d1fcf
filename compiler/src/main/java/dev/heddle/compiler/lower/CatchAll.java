package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.HeaderEdit;
import dev.heddle.compiler.ir.Resilience;
import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.ir.RouteAction;
import dev.heddle.compiler.ir.RouteAction.Destination;
import dev.heddle.compiler.ir.RouteAction.ReplyBody;
import dev.heddle.compiler.ir.RouteAction.Rewrite;
import dev.heddle.compiler.ir.RouteMatch;
import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.model.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
        for (VirtualHost host : hosts) {
            if (host.domains().getFirst().equals("*")) {
                return hosts;
            }
        }
        var all = new ArrayList<>(hosts);
        all.add(others);
        return all;
    }

    /// @param origin who is responsible
    static VirtualHost redirected(UnknownHosts policy, Origin origin) {
        return switch (policy) {
            case UnknownHosts.PassedOn(), UnknownHosts.Sent _ ->
                    allowed("allow_any", policy.cluster(), policy, origin);
            case UnknownHosts.LookedUp() -> lookedUp(policy, origin);
            case UnknownHosts.Refused() -> blocked(new ReplyBody.Empty(), origin);
        };
    }

    /// @param origin who is responsible
    static VirtualHost explicit(UnknownHosts policy, Origin origin) {
        return switch (policy) {
            case UnknownHosts.Sent sent -> allowed("allow_any", sent.cluster(), policy, origin);
            case UnknownHosts.LookedUp() -> lookedUp(policy, origin);
            case UnknownHosts.PassedOn() ->
                    blocked(
                            new ReplyBody.Text(
                                    "no service of the mesh has this host and port, and without"
                                            + " transparent capture a sidecar cannot pass the"
                                            + " request on; define a ServiceEntry, or list the"
                                            + " host in NO_PROXY\n"),
                            origin);
            case UnknownHosts.Refused() ->
                    blocked(
                            new ReplyBody.Text(
                                    "no service of the mesh has this host and port, and the mesh's"
                                            + " outbound policy is REGISTRY_ONLY\n"),
                            origin);
        };
    }

    static VirtualHost lookedUp(UnknownHosts policy, Origin origin) {
        return allowed("allow_any_dynamic_dns", ClusterName.DYNAMIC_DNS, policy, origin);
    }

    private static VirtualHost allowed(
            String name, String cluster, UnknownHosts policy, Origin origin) {
        Destination to =
                switch (policy) {
                    case UnknownHosts.Sent(var _, String host, String subset, int port) ->
                            new Destination(
                                    cluster,
                                    host,
                                    subset,
                                    port,
                                    1,
                                    HeaderEdit.NONE,
                                    Optional.empty(),
                                    origin);
                    case UnknownHosts.PassedOn(), UnknownHosts.LookedUp(), UnknownHosts.Refused() ->
                            new Destination(
                                    cluster,
                                    "",
                                    "",
                                    0,
                                    1,
                                    HeaderEdit.NONE,
                                    Optional.empty(),
                                    origin);
                };
        return PlanParts.allHosts(
                name,
                new Route(
                        name,
                        RouteMatch.ALL,
                        new RouteAction.Forward(List.of(to), Rewrite.NONE, Resilience.NONE),
                        HeaderEdit.NONE,
                        "",
                        origin));
    }

    private static VirtualHost blocked(ReplyBody body, Origin origin) {
        return PlanParts.allHosts(
                "block_all",
                new Route(
                        "block_all",
                        RouteMatch.ALL,
                        new RouteAction.DirectResponse(BAD_GATEWAY, body),
                        HeaderEdit.NONE,
                        "",
                        origin));
    }
}
