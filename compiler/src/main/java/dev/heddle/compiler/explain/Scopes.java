package dev.heddle.compiler.explain;

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
import java.util.Comparator;
import java.util.List;
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
        List<Resource<WorkloadEntry>> workloads =
                world.resources().all(Kinds.WORKLOAD_ENTRY).stream()
                        .filter(w -> Workloads.labels(w).entrySet().containsAll(labels.entrySet()))
                        .sorted(
                                Comparator.comparing(
                                        w -> !w.metadata().namespace().equals(namespace)))
                        .toList();
        Optional<Resource<WorkloadEntry>> workload = workloads.stream().findFirst();
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
}
