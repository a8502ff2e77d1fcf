package dev.heddle.compiler.observe;

import dev.heddle.model.Resource;
import dev.heddle.model.istio.Telemetry;
import dev.heddle.model.istio.Telemetry.ProviderRef;
import dev.heddle.model.mesh.ExtensionProvider;
import dev.heddle.model.mesh.MeshConfig;
import dev.heddle.model.mesh.UsualProviders;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Who takes what proxies count: a provider of the kind Prometheus. Those of the narrowest
/// Telemetry that names any count, else the mesh's default ones, else, where the control plane
/// keeps what is counted, the one that is always there.
public final class MetricProviders {
    /// The provider that every mesh has, as with Istio.
    public static final String BUILT_IN = "prometheus";

    private MetricProviders() {}

    /// Whether anything is counted, on whichever side.
    ///
    /// @param telemetries that count for the proxy, the widest first
    /// @param isUsual whether it is where nobody says anything
    static boolean areAsked(
            Optional<MeshConfig> mesh, List<Resource<Telemetry>> telemetries, boolean isUsual) {
        List<String> providers =
                mesh.flatMap(MeshConfig::defaultProviders)
                        .map(UsualProviders::metrics)
                        .filter(said -> !said.isEmpty())
                        .orElse(isUsual ? List.of(BUILT_IN) : List.of());
        for (Resource<Telemetry> telemetry : telemetries) {
            List<String> named =
                    telemetry.spec().metrics().stream()
                            .flatMap(m -> m.providers().stream())
                            .map(ProviderRef::name)
                            .toList();
            providers = named.isEmpty() ? providers : named;
        }
        Set<String> known = names(mesh);
        return providers.stream().anyMatch(known::contains);
    }

    /// The names of providers that take metrics.
    public static Set<String> names(Optional<MeshConfig> mesh) {
        var known = new TreeSet<String>();
        known.add(BUILT_IN);
        mesh.stream()
                .flatMap(m -> m.extensionProviders().stream())
                .filter(p -> p.prometheus().isPresent())
                .map(ExtensionProvider::name)
                .forEach(known::add);
        return known;
    }
}
