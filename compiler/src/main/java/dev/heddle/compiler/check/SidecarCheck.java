package dev.heddle.compiler.check;

import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.EgressScope;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.select.Sidecars;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.service.Workloads;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.Severity;
import dev.heddle.model.istio.Sidecar;
import dev.heddle.model.istio.Sidecar.IstioEgressListener;
import dev.heddle.model.istio.WorkloadEntry;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.Hostname;
import java.util.List;
import java.util.stream.Collectors;

/// Checks Sidecars: which of several counts, and whether there is what they name.
final class SidecarCheck {
    private static final FieldPath SELECTOR = FieldPath.of("spec", "workloadSelector");

    private final MeshIndex index;
    private final Diagnostics findings;

    private SidecarCheck(MeshIndex index, Diagnostics findings) {
        this.index = index;
        this.findings = findings;
    }

    static void check(MeshIndex index, Diagnostics findings) {
        var check = new SidecarCheck(index, findings);
        index.sidecars().byNamespace().values().forEach(check::ofNamespace);
    }

    private void ofNamespace(List<Resource<Sidecar>> sidecars) {
        List<Resource<Sidecar>> forAll = sidecars.stream().filter(Sidecars::isForAll).toList();
        if (forAll.size() > 1) {
            forAll.forEach(s ->
                    findings.add(
                            DiagnosticCode.MULTIPLE_SIDECARS_WITHOUT_WORKLOAD_SELECTORS,
                            s.origin(),
                            "the Sidecars "
                                    + names(forAll)
                                    + " of namespace '"
                                    + s.metadata().namespace()
                                    + "' have no workload selector",
                            "Only "
                                    + Sidecars.name(forAll.getFirst())
                                    + " counts; put all into one"));
        }
        for (Resource<WorkloadEntry> workload : workloads(sidecars.getFirst())) {
            List<Resource<Sidecar>> choosing =
                    sidecars.stream().filter(s -> chooses(s, workload)).toList();
            if (choosing.size() > 1) {
                choosing.forEach(s -> twice(s, choosing, workload));
            }
        }
        sidecars.forEach(this::one);
    }

    private static String names(List<Resource<Sidecar>> sidecars) {
        return sidecars.stream().map(Sidecars::name).collect(Collectors.joining(", "));
    }

    private List<Resource<WorkloadEntry>> workloads(Resource<Sidecar> sidecar) {
        return index.resources().all(Kinds.WORKLOAD_ENTRY).stream()
                .filter(w -> w.metadata().namespace().equals(sidecar.metadata().namespace()))
                .toList();
    }

    private static boolean chooses(Resource<Sidecar> sidecar, Resource<WorkloadEntry> workload) {
        return sidecar.spec()
                .workloadSelector()
                .filter(s -> s.matches(Workloads.labels(workload)))
                .isPresent();
    }

    private void twice(
            Resource<Sidecar> sidecar,
            List<Resource<Sidecar>> choosing,
            Resource<WorkloadEntry> workload) {
        findings.add(
                DiagnosticCode.CONFLICTING_SIDECAR_WORKLOAD_SELECTORS,
                sidecar.origin(SELECTOR),
                "the Sidecars "
                        + names(choosing)
                        + " select the same workload '"
                        + workload.metadata().name()
                        + "'",
                "Only "
                        + Sidecars.name(choosing.getFirst())
                        + " counts for it; narrow the other's selector");
    }

    private void one(Resource<Sidecar> sidecar) {
        List<Resource<WorkloadEntry>> workloads = workloads(sidecar);
        if (!Sidecars.isForAll(sidecar)
                && !workloads.isEmpty()
                && workloads.stream().noneMatch(w -> chooses(sidecar, w))) {
            warn(
                    sidecar,
                    SELECTOR,
                    "no WorkloadEntry of the namespace has the labels "
                            + sidecar.spec().workloadSelector().orElseThrow().labels(),
                    "It counts for workloads that are known otherwise; correct the labels if there"
                            + " are none");
        }
        for (int i = 0; i < sidecar.spec().egress().size(); i++) {
            IstioEgressListener listener = sidecar.spec().egress().get(i);
            if (EgressScope.isPath(listener.bind())) {
                findings.add(
                        DiagnosticCode.NOT_IMPLEMENTED,
                        sidecar.origin(FieldPath.of("spec", "egress").index(i).field("bind")),
                        "proxies do not listen at paths of sockets, so this listener is left out",
                        "Give it an address of the loopback interface");
            }
            for (int j = 0; j < listener.hosts().size(); j++) {
                FieldPath path = FieldPath.of("spec", "egress").index(i).field("hosts").index(j);
                host(sidecar, listener.hosts().get(j), path);
            }
        }
        sidecar.spec()
                .outboundTrafficPolicy()
                .flatMap(p -> p.egressProxy())
                .filter(p -> !p.host().isEmpty())
                .ifPresent(p -> egressProxy(sidecar, new Hostname(p.host())));
    }

    private void egressProxy(Resource<Sidecar> sidecar, Hostname host) {
        if (!index.services().byHost().containsKey(host)) {
            findings.add(
                    DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                    sidecar.origin(
                            FieldPath.of("spec", "outboundTrafficPolicy", "egressProxy", "host")),
                    "no service has the host '" + host + "'",
                    "Give its full name; until then calls to unknown hosts are answered 503");
        }
    }

    /// A host that brings nothing is no mistake of its own, but likely one.
    private void host(Resource<Sidecar> sidecar, String said, FieldPath path) {
        int slash = said.indexOf('/');
        if (slash < 0 || slash == said.length() - 1 || said.endsWith("/*")) {
            return;
        }
        String namespace = said.substring(said.startsWith("~") ? 1 : 0, slash);
        String in = namespace.equals(".") ? sidecar.metadata().namespace() : namespace;
        var host = new Hostname(said.substring(slash + 1));
        boolean isService =
                index.services().all().stream()
                        .filter(s -> isIn(in, s.service().namespace()))
                        .map(MeshService::service)
                        .anyMatch(s -> host.overlaps(s.host()));
        boolean isRule =
                index.virtualServices().all().stream()
                        .filter(r -> isIn(in, r.namespace()))
                        .map(BoundVirtualService::hosts)
                        .anyMatch(hosts -> hosts.stream().anyMatch(host::overlaps));
        if (!isService && !isRule) {
            warn(
                    sidecar,
                    path,
                    "no service and no rule of "
                            + (in.isEmpty() || in.equals("*") ? "any namespace" : in)
                            + " has the host '"
                            + host
                            + "'",
                    "Hosts have full names here, as in ./reviews.default.svc.cluster.local");
        }
    }

    private static boolean isIn(String wanted, String namespace) {
        return wanted.isEmpty() || wanted.equals("*") || wanted.equals(namespace);
    }

    private void warn(Resource<Sidecar> sidecar, FieldPath path, String message, String hint) {
        findings.add(
                new Diagnostic(
                        DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                        Severity.WARNING,
                        sidecar.origin(path),
                        message,
                        hint));
    }
}
