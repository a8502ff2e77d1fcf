package dev.heddle.compiler.service;

import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.core.Namespace;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.match.Selector;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What namespaces say: their labels, and what their services prefer. One that no resource
/// describes has the label that Kubernetes gives every namespace: its name.
public final class Namespaces {
    private static final String NAME = "kubernetes.io/metadata.name";

    private final Map<String, Map<String, String>> byName = new HashMap<>();
    private final Map<String, TrafficDistribution> distributions = new HashMap<>();

    public Namespaces(Resources resources) {
        for (Resource<Namespace> namespace : resources.all(Kinds.NAMESPACE)) {
            var labels = new HashMap<>(namespace.metadata().labels());
            labels.put(NAME, namespace.metadata().name());
            byName.put(namespace.metadata().name(), labels);
            distributions.put(
                    namespace.metadata().name(),
                    TrafficDistribution.of(
                            namespace.metadata().annotations(), TrafficDistribution.ANY));
        }
    }

    /// Whether a selector chooses it.
    public boolean isChosen(String namespace, Selector by) {
        return by.matches(byName.getOrDefault(namespace, Map.of(NAME, namespace)));
    }

    /// Which endpoints its services want clients to prefer, where they do not say it themselves.
    TrafficDistribution distribution(String namespace) {
        return distributions.getOrDefault(namespace, TrafficDistribution.ANY);
    }

    /// The resources of namespaces that one of the selectors chooses, and those that have none.
    ///
    /// @param home namespace that counts anyway
    public static Resources discovered(Resources all, List<Selector> by, String home) {
        if (by.isEmpty()) {
            return all;
        }
        var namespaces = new Namespaces(all);
        return Resources.of(
                all.all().stream()
                        .filter(r -> {
                            String in = r.metadata().namespace();
                            return in.isEmpty()
                                    || in.equals(home)
                                    || by.stream().anyMatch(s -> namespaces.isChosen(in, s));
                        })
                        .toList());
    }
}
