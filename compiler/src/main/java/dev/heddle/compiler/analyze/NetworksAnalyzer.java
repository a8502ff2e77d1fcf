package dev.heddle.compiler.analyze;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.codec.YamlReader;
import dev.heddle.model.core.ConfigMap;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.tree.Node;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Looks at the networks of a mesh of several clusters, which the ConfigMap `istio` has under
/// `meshNetworks`: whether the registries that they name are known.
final class NetworksAnalyzer implements Analyzer {
    private static final String ENTRY = "meshNetworks";

    @Override
    public void analyze(Subject subject, Diagnostics findings) {
        for (Resource<ConfigMap> map : subject.resources().all(Kinds.CONFIG_MAP)) {
            if (map.metadata().name().equals("istio") && map.spec().data().containsKey(ENTRY)) {
                var unread = new Diagnostics();
                YamlReader.read("", map.spec().data().get(ENTRY), unread).stream()
                        .map(YamlReader.Document::root)
                        .forEach(root -> networks(map, root, known(subject), findings));
            }
        }
    }

    private static Set<String> known(Subject subject) {
        Set<String> known = new HashSet<>(List.of("Mock", "Kubernetes", "External"));
        subject.resources().all(Kinds.SECRET).stream()
                .filter(s -> "true".equals(s.metadata().labels().get("istio/multiCluster")))
                .forEach(s -> known.addAll(s.spec().data().keySet()));
        return known;
    }

    private static void networks(
            Resource<ConfigMap> map, Node root, Set<String> known, Diagnostics findings) {
        Written.of(root)
                .at("networks")
                .entries()
                .forEach(network -> {
                    List<Written> endpoints = Written.of(network.value()).at("endpoints").items();
                    for (Written endpoint : endpoints) {
                        String registry = endpoint.at("fromRegistry").text();
                        if (!registry.isEmpty() && !known.contains(registry)) {
                            findings.add(
                                    DiagnosticCode.UNKNOWN_SERVICE_REGISTRY,
                                    map.origin(FieldPath.of("data", ENTRY)),
                                    "network '%s' names the registry '%s', which nobody knows"
                                            .formatted(network.key(), registry),
                                    "Make its Secret, with the label istio/multiCluster=true");
                        }
                    }
                });
    }
}
