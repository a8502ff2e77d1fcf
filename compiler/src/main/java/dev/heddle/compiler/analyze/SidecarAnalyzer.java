package dev.heddle.compiler.analyze;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Sidecar;
import dev.heddle.model.kinds.Kinds;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Looks at whom Sidecars are for: which of several counts, and whether there is somebody with a
/// sidecar at all.
final class SidecarAnalyzer implements Analyzer {
    private static final FieldPath SELECTOR = FieldPath.of("spec", "workloadSelector");

    @Override
    public void analyze(Subject subject, Diagnostics findings) {
        Map<String, List<Resource<Sidecar>>> forAll = new TreeMap<>();
        Map<Pod, List<Resource<Sidecar>>> byPod = new LinkedHashMap<>();
        for (Resource<Sidecar> sidecar : subject.resources().all(Kinds.SIDECAR)) {
            String namespace = sidecar.metadata().namespace();
            Map<String, String> wanted =
                    sidecar.spec().workloadSelector().map(s -> s.labels()).orElse(Map.of());
            if (wanted.isEmpty()) {
                forAll.computeIfAbsent(namespace, _ -> new ArrayList<>()).add(sidecar);
                continue;
            }
            if (subject.workloads(namespace)
                    .noneMatch(l -> l.entrySet().containsAll(wanted.entrySet()))) {
                findings.add(
                        subject.missing(
                                DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                                sidecar.origin(SELECTOR),
                                "no workload of the namespace has the labels " + wanted,
                                "Correct the labels"));
            }
            subject.pods().stream()
                    .filter(p -> p.namespace().equals(namespace))
                    .filter(p -> p.labels().entrySet().containsAll(wanted.entrySet()))
                    .forEach(p -> byPod.computeIfAbsent(p, _ -> new ArrayList<>()).add(sidecar));
        }
        var told = new HashSet<Object>();
        byPod.forEach((pod, rivals) -> ofPod(pod, rivals, told, findings));
        forAll.forEach((namespace, rivals) -> ofNamespace(subject, namespace, rivals, findings));
    }

    private static void ofPod(
            Pod pod, List<Resource<Sidecar>> rivals, Set<Object> told, Diagnostics findings) {
        if (pod.isAmbient()) {
            rivals.stream()
                    .filter(s -> told.add(s.id()))
                    .forEach(s ->
                            inVain(
                                    s,
                                    "the Pod '" + pod.name() + "' that it chooses has no sidecar",
                                    findings));
        } else if (rivals.size() > 1) {
            rivals.forEach(s ->
                    findings.add(
                            DiagnosticCode.CONFLICTING_SIDECAR_WORKLOAD_SELECTORS,
                            s.origin(SELECTOR),
                            "the Sidecars "
                                    + names(rivals)
                                    + " choose the Pod '"
                                    + pod.name()
                                    + "'",
                            "Narrow the selectors"));
        }
    }

    private static void ofNamespace(
            Subject subject,
            String namespace,
            List<Resource<Sidecar>> rivals,
            Diagnostics findings) {
        if (Injection.isAmbient(subject.labels(namespace))) {
            rivals.forEach(s -> inVain(s, "workloads of its namespace have no sidecars", findings));
        } else if (rivals.size() > 1) {
            rivals.forEach(s ->
                    findings.add(
                            DiagnosticCode.MULTIPLE_SIDECARS_WITHOUT_WORKLOAD_SELECTORS,
                            s.origin(),
                            "the Sidecars "
                                    + names(rivals)
                                    + " of namespace '"
                                    + namespace
                                    + "' have no workload selector",
                            "Put all into one"));
        }
    }

    private static void inVain(Resource<Sidecar> sidecar, String why, Diagnostics findings) {
        findings.add(
                DiagnosticCode.INEFFECTIVE_POLICY,
                sidecar.origin(),
                "it does nothing: " + why + ", as they are in ambient mode",
                "Remove it");
    }

    private static String names(List<Resource<Sidecar>> sidecars) {
        return sidecars.stream()
                .map(s -> s.metadata().name())
                .sorted()
                .collect(Collectors.joining(", "));
    }
}
