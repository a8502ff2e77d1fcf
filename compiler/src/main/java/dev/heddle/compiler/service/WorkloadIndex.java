package dev.heddle.compiler.service;

import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.istio.WorkloadEntry;
import dev.heddle.model.kinds.Kinds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The workloads of a world by namespace and label, so that finding those of a service does not
/// look at all of them: a thousand services with a thousand workloads are a million looks.
final class WorkloadIndex {
    private static final Comparator<List<?>> SHORTEST = Comparator.comparingInt(List::size);

    /// A label of a namespace's workloads.
    private record Label(String namespace, String key, String value) {}

    private final Map<String, List<Resource<WorkloadEntry>>> byNamespace = new HashMap<>();
    private final Map<Label, List<Resource<WorkloadEntry>>> byLabel = new HashMap<>();

    /// Takes the workloads that have an address.
    WorkloadIndex(Resources resources) {
        for (Resource<WorkloadEntry> workload : resources.all(Kinds.WORKLOAD_ENTRY)) {
            if (workload.spec().address().isEmpty()) {
                continue;
            }
            String namespace = workload.metadata().namespace();
            byNamespace.computeIfAbsent(namespace, _ -> new ArrayList<>()).add(workload);
            Workloads.labels(workload)
                    .forEach((key, value) ->
                            byLabel.computeIfAbsent(
                                            new Label(namespace, key, value),
                                            _ -> new ArrayList<>())
                                    .add(workload));
        }
    }

    /// The workloads of a namespace that have all of the labels, ordered by name.
    List<Resource<WorkloadEntry>> selected(String namespace, Map<String, String> wanted) {
        List<Resource<WorkloadEntry>> fewest =
                wanted.entrySet().stream()
                        .map(e -> new Label(namespace, e.getKey(), e.getValue()))
                        .map(label -> byLabel.getOrDefault(label, List.of()))
                        .min(SHORTEST)
                        .orElseGet(() -> byNamespace.getOrDefault(namespace, List.of()));
        return fewest.stream()
                .filter(w -> Workloads.labels(w).entrySet().containsAll(wanted.entrySet()))
                .toList();
    }
}
