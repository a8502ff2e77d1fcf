package dev.heddle.compiler.explain;

import dev.heddle.compiler.lower.istio.MeshTls;
import dev.heddle.compiler.service.Workloads;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.WorkloadAnnotations;
import dev.heddle.compiler.world.World;
import dev.heddle.compiler.xds.patch.BootstrapPatches;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Gateway;
import dev.heddle.model.istio.WorkloadEntry;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.Locality;
import dev.heddle.xds.identity.SpiffeId;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/// Finds the scope of a proxy that somebody names by labels.
public final class Scopes {
    private Scopes() {}

    /// The scope of the first workload that has all of the labels, with that workload's own labels
    /// and namespace; else of a workload of just these labels in the given namespace. It is a
    /// gateway's when a Gateway with a selector chooses it. Its traffic is redirected, as Istio's
    /// default is, and it was started as it should be.
    ///
    /// @param labels as in `app=productpage`
    /// @param namespace to look in first
    public static ProxyScope find(World world, Map<String, String> labels, String namespace) {
        Optional<Resource<WorkloadEntry>> workload = workload(world, labels, namespace);
        Map<String, String> all = workload.map(Workloads::labels).orElse(labels);
        String in = workload.map(w -> w.metadata().namespace()).orElse(namespace);
        boolean isGateway =
                world.index().resources().all(Kinds.GATEWAY).stream()
                        .map(Resource::spec)
                        .map(Gateway::selector)
                        .anyMatch(s -> !s.isEmpty() && all.entrySet().containsAll(s.entrySet()));
        return BootstrapPatches.started(
                world,
                new ProxyScope(
                        isGateway ? Role.GATEWAY : Role.SIDECAR,
                        in,
                        all,
                        in + ".svc." + world.settings().domain(),
                        "Kubernetes",
                        new Interception.Redirect(),
                        WorkloadAnnotations.NONE,
                        workload.map(w -> Locality.parse(w.spec().locality()))
                                .orElse(Locality.UNKNOWN)));
    }

    private static Optional<Resource<WorkloadEntry>> workload(
            World world, Map<String, String> labels, String namespace) {
        return world.resources().all(Kinds.WORKLOAD_ENTRY).stream()
                .filter(w -> Workloads.labels(w).entrySet().containsAll(labels.entrySet()))
                .min(Comparator.comparing(w -> !w.metadata().namespace().equals(namespace)));
    }

    /// The name that the first workload with all of the labels can prove; empty where its proxy has
    /// no identity, as its label says, or nobody knows the workload.
    public static Optional<String> identity(
            World world, Map<String, String> labels, String namespace) {
        return workload(world, labels, namespace)
                .filter(w -> MeshTls.isEndedBy(Workloads.labels(w)))
                .map(w ->
                        SpiffeId.ofAccount(
                                        world.settings().trustDomain(),
                                        w.metadata().namespace(),
                                        w.spec().serviceAccount().isEmpty()
                                                ? "default"
                                                : w.spec().serviceAccount())
                                .toString());
    }
}
