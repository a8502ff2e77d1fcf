package dev.heddle.compiler.analyze;

import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Sidecar;
import dev.heddle.model.istio.VirtualService.HttpMatchRequest;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.Hostname;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Who calls whom, as far as configuration says it: a Sidecar that names the hosts its workloads
/// call, and a rule that names the labels of its callers. What nobody says is not guessed.
final class CallPaths {
    private final MeshIndex index;

    /// One service that calls another.
    record Call(Hostname from, Hostname to) {}

    CallPaths(MeshIndex index) {
        this.index = index;
    }

    Set<Call> all() {
        var calls = new LinkedHashSet<Call>();
        for (Resource<Sidecar> sidecar : index.resources().all(Kinds.SIDECAR)) {
            String namespace = sidecar.metadata().namespace();
            List<Hostname> from =
                    callers(
                            namespace,
                            sidecar.spec()
                                    .workloadSelector()
                                    .map(s -> s.labels())
                                    .orElse(Map.of()));
            sidecar.spec().egress().stream()
                    .flatMap(e -> e.hosts().stream())
                    .filter(h -> h.indexOf('/') >= 0 && !h.endsWith("/") && h.indexOf('*') < 0)
                    .map(h -> new Hostname(h.substring(h.indexOf('/') + 1)))
                    .forEach(to -> add(from, to, calls));
        }
        for (BoundVirtualService rule : index.virtualServices().all()) {
            rule.resource().spec().http().stream()
                    .flatMap(r -> r.match().stream())
                    .filter(m -> !m.sourceLabels().isEmpty())
                    .map(m -> callers(namespace(m, rule), m.sourceLabels()))
                    .forEach(from -> rule.hosts().forEach(to -> add(from, to, calls)));
        }
        return calls;
    }

    private static void add(List<Hostname> from, Hostname to, Set<Call> calls) {
        from.stream().filter(f -> !f.equals(to)).forEach(f -> calls.add(new Call(f, to)));
    }

    private static String namespace(HttpMatchRequest match, BoundVirtualService rule) {
        return match.sourceNamespace().isEmpty() ? rule.namespace() : match.sourceNamespace();
    }

    /// The services whose workloads are those of these labels; all of the namespace for none.
    private List<Hostname> callers(String namespace, Map<String, String> labels) {
        return index.services().all().stream()
                .filter(s -> s.service().namespace().equals(namespace))
                .filter(s -> isOf(s, labels))
                .map(s -> s.service().host())
                .distinct()
                .toList();
    }

    private static boolean isOf(MeshService service, Map<String, String> labels) {
        return labels.isEmpty()
                || (!service.workloads().isEmpty()
                        && labels.entrySet().containsAll(service.workloads().entrySet()));
    }
}
