package dev.heddle.compiler.select;

import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.istio.Telemetry;
import dev.heddle.model.kinds.Kinds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The Telemetries of a world. Immutable.
///
/// @param byNamespace the oldest first
/// @param rootNamespace the one here that is for all workloads counts for every namespace
public record Telemetries(
        Map<String, List<Resource<Telemetry>>> byNamespace, String rootNamespace) {

    static Telemetries of(Resources resources, String rootNamespace) {
        var all = new HashMap<String, List<Resource<Telemetry>>>();
        resources.all(Kinds.TELEMETRY).stream()
                .sorted(Age.oldestFirst())
                .forEach(it ->
                        all.computeIfAbsent(it.metadata().namespace(), _ -> new ArrayList<>())
                                .add(it));
        return new Telemetries(Map.copyOf(all), rootNamespace);
    }

    /// Those that count for a workload, the widest first: the mesh's, its namespace's, its own; at
    /// most one of each, the oldest. What a later one says goes before what an earlier one does.
    public List<Resource<Telemetry>> of(String namespace, Map<String, String> labels) {
        List<Resource<Telemetry>> own = byNamespace.getOrDefault(namespace, List.of());
        Stream<Resource<Telemetry>> mesh =
                namespace.equals(rootNamespace)
                        ? Stream.empty()
                        : byNamespace.getOrDefault(rootNamespace, List.of()).stream()
                                .filter(Telemetries::isForAll)
                                .limit(1);
        return Stream.concat(
                        mesh,
                        Stream.concat(
                                own.stream().filter(Telemetries::isForAll).limit(1),
                                own.stream()
                                        .filter(it -> !isForAll(it))
                                        .filter(it -> PolicyTargets.choose(it, namespace, labels))
                                        .limit(1)))
                .toList();
    }

    private static boolean isForAll(Resource<Telemetry> it) {
        return it.spec().targets().isEmpty()
                && it.spec().selector().filter(s -> !s.matchLabels().isEmpty()).isEmpty();
    }
}
