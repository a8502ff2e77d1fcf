package dev.heddle.compiler.service;

import dev.heddle.model.Metadata;
import dev.heddle.model.Resources;
import dev.heddle.model.mesh.MeshConfig;
import dev.heddle.model.mesh.MeshConfig.ServiceEntryVisibility;
import dev.heddle.model.mesh.MeshConfig.ServiceEntryVisibility.Matcher;
import dev.heddle.model.mesh.MeshConfig.ServiceEntryVisibility.Reach;
import dev.heddle.model.mesh.MeshConfig.ServiceScopeConfigs;
import dev.heddle.model.mesh.MeshConfig.ServiceScopeConfigs.Scope;
import dev.heddle.model.mesh.MeshConfig.ServiceSettings;
import dev.heddle.model.mesh.MeshProxyConfig;
import dev.heddle.model.service.Hostname;
import java.util.List;
import java.util.Optional;

/// What the mesh says of services as a whole: who sees them, and whose endpoints are used.
///
/// @param config empty where nobody said anything
record MeshRules(Optional<MeshConfig> config, Namespaces namespaces) {
    private static final List<String> NOBODY = List.of("~");
    private static final List<String> OWN = List.of(".");

    static MeshRules of(Resources resources, Optional<MeshConfig> config) {
        return new MeshRules(config, new Namespaces(resources));
    }

    /// Whether hosts without an address get one, where nothing else is said of them.
    boolean allocatesAddresses() {
        return Boolean.parseBoolean(
                config.flatMap(MeshConfig::defaultConfig)
                        .map(said ->
                                said.proxyMetadata()
                                        .getOrDefault(MeshProxyConfig.DNS_AUTO_ALLOCATE, ""))
                        .orElse(""));
    }

    /// Who sees a service.
    ///
    /// @param said by the service itself
    List<String> exportTo(List<String> said) {
        return said.isEmpty()
                ? config.map(MeshConfig::defaultServiceExportTo).orElse(List.of())
                : said;
    }

    /// Who sees a ServiceEntry: at most those whom the mesh lets.
    List<String> exportTo(List<String> said, String namespace) {
        List<String> all = exportTo(said);
        Optional<ServiceEntryVisibility> most =
                config.flatMap(MeshConfig::serviceEntryVisibility)
                        .filter(ServiceEntryVisibility::applyToSidecars);
        if (most.isEmpty()) {
            return all;
        }
        return switch (reach(most.get(), namespace)) {
            case NONE -> NOBODY;
            case NAMESPACE -> Visibility.reaches(all, namespace, namespace) ? OWN : NOBODY;
            case PUBLIC, VISIBILITY_UNSPECIFIED -> all;
        };
    }

    private Reach reach(ServiceEntryVisibility said, String namespace) {
        return said.policies().stream()
                .filter(p ->
                        p.matchingRules().stream()
                                .flatMap(r -> r.matcher().stream())
                                .anyMatch(m -> fits(m, namespace)))
                .findFirst()
                .map(ServiceEntryVisibility.Policy::visibility)
                .orElse(said.defaultVisibility());
    }

    private boolean fits(Matcher matcher, String namespace) {
        return switch (matcher) {
            case Matcher.OfNamespace(var selector) -> namespaces.isChosen(namespace, selector);
        };
    }

    /// Whether only endpoints of the caller's own cluster are used.
    boolean isClusterLocal(Hostname host, Metadata metadata) {
        return config.filter(c -> isLocal(c, host) || isLocal(c, metadata)).isPresent();
    }

    /// As with Istio the most specific host decides.
    private static boolean isLocal(MeshConfig config, Hostname host) {
        Hostname best = null;
        boolean isLocal = false;
        for (ServiceSettings settings : config.serviceSettings()) {
            for (String text : settings.hosts()) {
                if (text.isEmpty()) {
                    continue;
                }
                var candidate = new Hostname(text);
                if (candidate.covers(host) && (best == null || candidate.compareTo(best) < 0)) {
                    best = candidate;
                    isLocal = settings.settings().clusterLocal();
                }
            }
        }
        return isLocal;
    }

    private boolean isLocal(MeshConfig config, Metadata metadata) {
        return config.serviceScopeConfigs().stream()
                .filter(s -> namespaces.isChosen(metadata.namespace(), s.namespaceSelector()))
                .filter(s -> s.servicesSelector().matches(metadata.labels()))
                .findFirst()
                .map(ServiceScopeConfigs::scope)
                .filter(scope -> scope == Scope.LOCAL)
                .isPresent();
    }

    /// Which endpoints a service wants clients to prefer.
    ///
    /// @param field what it says; its annotation comes next, and its namespace's last
    TrafficDistribution distribution(String field, Metadata metadata) {
        return TrafficDistribution.of(
                field, metadata.annotations(), namespaces.distribution(metadata.namespace()));
    }
}
