package dev.heddle.compiler.select;

import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.istio.Sidecar;
import dev.heddle.model.kinds.Kinds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Every Sidecar of a world. Immutable.
public final class Sidecars {
    /// By namespace: first those for some workloads, then those for all; in each part the oldest
    /// first.
    private final Map<String, List<Resource<Sidecar>>> byNamespace;

    private final Optional<Resource<Sidecar>> ofRoot;

    private Sidecars(
            Map<String, List<Resource<Sidecar>>> byNamespace, Optional<Resource<Sidecar>> ofRoot) {
        this.byNamespace = byNamespace;
        this.ofRoot = ofRoot;
    }

    static Sidecars of(Resources resources, String rootNamespace) {
        var byNamespace = new TreeMap<String, List<Resource<Sidecar>>>();
        resources.all(Kinds.SIDECAR).stream()
                .sorted(
                        Comparator.comparing((Resource<Sidecar> s) -> isForAll(s))
                                .thenComparing(Age.oldestFirst()))
                .forEach(s ->
                        byNamespace
                                .computeIfAbsent(s.metadata().namespace(), _ -> new ArrayList<>())
                                .add(s));
        return new Sidecars(
                byNamespace,
                byNamespace.getOrDefault(rootNamespace, List.of()).stream()
                        .filter(Sidecars::isForAll)
                        .findFirst());
    }

    /// Whether it chooses no workloads, so that it is for all of them.
    public static boolean isForAll(Resource<Sidecar> sidecar) {
        return sidecar.spec().workloadSelector().isEmpty();
    }

    /// The one that counts for a workload: the oldest of its namespace that chooses it, else the
    /// oldest of its namespace that is for all, else the root namespace's that is for all.
    ///
    /// @param labels of the workload
    public Optional<Resource<Sidecar>> inForce(String namespace, Map<String, String> labels) {
        return byNamespace.getOrDefault(namespace, List.of()).stream()
                .filter(s -> s.spec().workloadSelector().map(w -> w.matches(labels)).orElse(true))
                .findFirst()
                .or(() -> ofRoot);
    }

    /// The one of that name, as in `default/web`.
    public Optional<Resource<Sidecar>> find(String name) {
        return byNamespace
                .getOrDefault(name.substring(0, Math.max(0, name.indexOf('/'))), List.of())
                .stream()
                .filter(s -> name(s).equals(name))
                .findFirst();
    }

    /// As in `default/web`.
    public static String name(Resource<Sidecar> sidecar) {
        return sidecar.metadata().namespace() + "/" + sidecar.metadata().name();
    }

    /// All of them, by namespace.
    public Map<String, List<Resource<Sidecar>>> byNamespace() {
        return java.util.Collections.unmodifiableMap(byNamespace);
    }
}
