package dev.heddle.compiler.explain;

import dev.heddle.compiler.Compiled;
import dev.heddle.compiler.explain.Explanation.Share;
import dev.heddle.compiler.explain.Request.Caller;
import dev.heddle.compiler.ir.ClientTls;
import dev.heddle.compiler.ir.Cluster;
import dev.heddle.compiler.ir.LoadAssignment.Endpoint;
import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.lower.istio.MeshTls;
import dev.heddle.compiler.service.Workloads;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.InboundPort;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.WorkloadEntry;
import dev.heddle.model.kinds.Kinds;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/// The other half of an explanation: what the proxy of a workload makes of a request that another
/// sends there, and of who sends it.
///
/// @param host of the destination
/// @param workload its resource, as in `WorkloadEntry default/web-v1`
/// @param caller who it is, as that proxy sees it
/// @param answer what becomes of the request there
public record Reception(String host, String workload, Caller caller, Explanation answer) {
    /// Where a proxy finds its certificate, if it has one: nobody looks.
    private static final String CERTIFICATES = "/etc/certs";

    /// Of each destination the first workload that is known.
    ///
    /// @param plans what the proxy of a scope runs
    /// @param from the proxy that sends
    /// @param sent what becomes of the request there
    /// @param identity that the sender can prove; empty for none
    static List<Reception> of(
            World world,
            Function<ProxyScope, Compiled> plans,
            ProxyScope from,
            Explanation sent,
            Optional<String> identity) {
        if (sent.reply().isPresent()) {
            return List.of();
        }
        ProxyScope sender = identity.isPresent() ? from.identified(CERTIFICATES) : from;
        var sending = new Sending(world, plans, plans.apply(sender).plan(), sent, identity);
        return sent.destinations().stream().flatMap(share -> of(sending, share).stream()).toList();
    }

    /// A request that left its sender.
    ///
    /// @param plan of the sender
    private record Sending(
            World world,
            Function<ProxyScope, Compiled> plans,
            ProxyPlan plan,
            Explanation sent,
            Optional<String> identity) {}

    private static Optional<Reception> of(Sending sending, Share share) {
        return endpoints(sending.plan(), share)
                .flatMap(endpoint ->
                        sending.world().resources().all(Kinds.WORKLOAD_ENTRY).stream()
                                .filter(it -> isAt(it.spec(), endpoint, share))
                                .map(it -> at(sending, share, endpoint, it)))
                .findFirst();
    }

    private static Stream<Endpoint> endpoints(ProxyPlan plan, Share share) {
        return plan.assignment(share.cluster()).stream()
                .flatMap(it -> it.groups().stream())
                .flatMap(it -> it.endpoints().stream())
                .filter(it -> share.endpoints().contains(it.address().toString()));
    }

    private static boolean isAt(WorkloadEntry workload, Endpoint endpoint, Share share) {
        int port = endpoint.address().port();
        return workload.address().equals(endpoint.address().host())
                && (workload.ports().isEmpty()
                        || workload.ports().containsValue(port)
                        || port == share.port());
    }

    private static Reception at(
            Sending sending, Share share, Endpoint endpoint, Resource<WorkloadEntry> workload) {
        var labels = Workloads.labels(workload);
        String namespace = workload.metadata().namespace();
        var explicit =
                new Interception.Explicit(
                        "",
                        List.of(
                                new InboundPort(
                                        share.port(),
                                        endpoint.address().toString(),
                                        endpoint.address().toString())),
                        Map.of());
        var plain =
                new ProxyScope(
                        Role.SIDECAR,
                        namespace,
                        labels,
                        namespace + ".svc." + sending.world().settings().domain(),
                        "Kubernetes",
                        explicit);
        ProxyScope scope = MeshTls.isEndedBy(labels) ? plain.identified(CERTIFICATES) : plain;
        Optional<ClientTls> tls = sending.plan().cluster(share.cluster()).flatMap(Cluster::tls);
        boolean isMutual =
                tls.filter(it ->
                                it.mesh().isPresent()
                                        && (!it.isAutomatic() || endpoint.speaksMeshTls()))
                        .isPresent();
        var caller =
                new Caller(
                        isMutual ? sending.identity().orElse("") : "",
                        sending.sent().sent().caller().map(Caller::address).orElse(""));
        Request arriving =
                sending.sent()
                        .sent()
                        .over(
                                isMutual ? "https" : "http",
                                endpoint.address().host(),
                                endpoint.address().port())
                        .by(caller);
        return new Reception(
                share.host(),
                "WorkloadEntry " + namespace + "/" + workload.metadata().name(),
                caller,
                Explainer.explain(sending.plans().apply(scope), scope, arriving));
    }
}
