package dev.heddle.compiler.analyze;

import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.istio.Destination;
import dev.heddle.model.istio.VirtualService.HttpRouteDestination;
import dev.heddle.model.service.Hostname;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Looks for shares of requests that go to a subset without workloads, while its service has some.
final class SubsetWeightAnalyzer implements Analyzer {

    @Override
    public void analyze(Subject subject, Diagnostics findings) {
        MeshIndex index = subject.world().index();
        for (BoundVirtualService rule : index.virtualServices().all()) {
            var rules = rule.resource().spec().http();
            for (int i = 0; i < rules.size(); i++) {
                List<HttpRouteDestination> route = rules.get(i).route();
                for (int j = 0; j < route.size(); j++) {
                    boolean isTaken = route.size() == 1 || route.get(j).weight().orElse(0) > 0;
                    if (isTaken) {
                        destination(
                                index,
                                rule,
                                route.get(j).destination(),
                                FieldPath.of("spec", "http").index(i).field("route").index(j),
                                findings);
                    }
                }
            }
        }
    }

    private static void destination(
            MeshIndex index,
            BoundVirtualService rule,
            Destination to,
            FieldPath path,
            Diagnostics findings) {
        if (to.subset().isEmpty() || to.host().isEmpty()) {
            return;
        }
        Hostname host = index.complete(to.host(), rule.namespace());
        Optional<MeshService> service = index.services().find(host, rule.namespace());
        if (service.isEmpty() || service.get().endpoints().isEmpty()) {
            return;
        }
        Optional<Map<String, String>> wanted =
                index.destinationRules()
                        .known(host, rule.namespace(), service.get().service().namespace())
                        .flatMap(r -> r.subset(to.subset()))
                        .map(s -> s.subset().labels());
        boolean isEmpty =
                wanted.isPresent()
                        && service.get().endpoints().stream()
                                .noneMatch(e ->
                                        e.labels().entrySet().containsAll(wanted.get().entrySet()));
        if (isEmpty) {
            findings.add(
                    DiagnosticCode.EMPTY_SUBSET,
                    rule.resource().origin(path.field("destination").field("subset")),
                    ("no workload of %s has the labels %s of subset '%s', so its share is"
                                    + " answered 503")
                            .formatted(host, wanted.get(), to.subset()),
                    "Start one, correct the subset's labels, or give it no weight");
        }
    }
}
