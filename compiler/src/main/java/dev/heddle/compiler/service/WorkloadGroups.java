package dev.heddle.compiler.service;

import dev.heddle.model.Metadata;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.istio.WorkloadEntry;
import dev.heddle.model.istio.WorkloadGroup;
import dev.heddle.model.kinds.Kinds;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Gives WorkloadEntries what their group's template says and they do not, as Istio does it when a
/// machine registers itself.
public final class WorkloadGroups {
    /// Names a WorkloadEntry's group.
    public static final String GROUP = "istio.io/autoRegistrationGroup";

    private WorkloadGroups() {}

    /// The group that an entry names, if it is there.
    public static Optional<Resource<WorkloadGroup>> of(
            Resources all, Resource<WorkloadEntry> entry) {
        return Optional.ofNullable(entry.metadata().annotations().get(GROUP))
                .flatMap(
                        name -> all.find(Kinds.WORKLOAD_GROUP, entry.metadata().namespace(), name));
    }

    /// The same resources with whole WorkloadEntries.
    public static Resources merged(Resources all) {
        if (all.all(Kinds.WORKLOAD_GROUP).isEmpty()) {
            return all;
        }
        List<Resource<?>> merged =
                all.all().stream()
                        .<Resource<?>>map(r ->
                                r.spec() instanceof WorkloadEntry spec ? merged(all, r, spec) : r)
                        .toList();
        return Resources.of(merged);
    }

    private static Resource<?> merged(Resources all, Resource<?> resource, WorkloadEntry spec) {
        var entry =
                new Resource<>(Kinds.WORKLOAD_ENTRY, resource.metadata(), spec, resource.source());
        return of(all, entry)
                .<Resource<?>>map(group ->
                        new Resource<>(
                                Kinds.WORKLOAD_ENTRY,
                                metadata(entry.metadata(), group.spec().metadata()),
                                merged(spec, group.spec().template()),
                                entry.source()))
                .orElse(resource);
    }

    private static Metadata metadata(Metadata own, WorkloadGroup.ObjectMeta group) {
        return new Metadata(
                own.name(),
                own.namespace(),
                over(own.labels(), group.labels()),
                over(own.annotations(), group.annotations()),
                own.created());
    }

    private static WorkloadEntry merged(WorkloadEntry own, WorkloadEntry template) {
        return new WorkloadEntry(
                own.address(),
                over(own.ports(), template.ports()),
                over(own.labels(), template.labels()),
                or(own.network(), template.network()),
                or(own.locality(), template.locality()),
                own.weight().isPresent() ? own.weight() : template.weight(),
                or(own.serviceAccount(), template.serviceAccount()));
    }

    private static <V> Map<String, V> over(Map<String, V> own, Map<String, V> others) {
        var all = new LinkedHashMap<String, V>(others);
        all.putAll(own);
        return all;
    }

    private static String or(String own, String other) {
        return own.isEmpty() ? other : own;
    }
}
