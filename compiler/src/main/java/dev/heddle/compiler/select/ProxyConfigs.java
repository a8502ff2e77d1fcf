package dev.heddle.compiler.select;

import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.istio.ProxyConfig;
import dev.heddle.model.kinds.Kinds;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// The ProxyConfigs that count for a workload: of each kind the oldest, and no other.
///
/// @param workload of its namespace, with a selector that chooses it
/// @param namespace of its namespace, for all of its workloads
/// @param root of the mesh's root namespace, for all workloads of the mesh
public record ProxyConfigs(
        Optional<Resource<ProxyConfig>> workload,
        Optional<Resource<ProxyConfig>> namespace,
        Optional<Resource<ProxyConfig>> root) {

    private static final ProxyConfigs NONE =
            new ProxyConfigs(Optional.empty(), Optional.empty(), Optional.empty());

    /// Those for a workload. Costs time in proportion to all of them.
    ///
    /// @param labels of the workload
    public static ProxyConfigs of(
            Resources resources,
            String rootNamespace,
            String namespace,
            Map<String, String> labels) {
        if (resources.all(Kinds.PROXY_CONFIG).isEmpty()) {
            return NONE;
        }
        return new ProxyConfigs(
                oldest(resources, namespace, c -> chooses(c, labels)),
                namespace.equals(rootNamespace)
                        ? Optional.empty()
                        : oldest(resources, namespace, c -> c.selector().isEmpty()),
                oldest(resources, rootNamespace, c -> c.selector().isEmpty()));
    }

    private static Optional<Resource<ProxyConfig>> oldest(
            Resources resources, String namespace, Predicate<ProxyConfig> counts) {
        return resources.all(Kinds.PROXY_CONFIG).stream()
                .filter(c -> c.metadata().namespace().equals(namespace))
                .filter(c -> counts.test(c.spec()))
                .min(Age.oldestFirst());
    }

    /// A selector of no labels chooses nobody.
    private static boolean chooses(ProxyConfig config, Map<String, String> labels) {
        return config.selector()
                .filter(s -> !s.matchLabels().isEmpty() && s.matches(labels))
                .isPresent();
    }
}
