package dev.heddle.compiler.select;

import dev.heddle.compiler.secret.Credentials;
import dev.heddle.compiler.service.ServiceCatalog;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.istio.Gateway;
import dev.heddle.model.istio.VirtualService.HttpRetry;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.mesh.MeshConfig;
import dev.heddle.model.service.Hostname;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a world's resources come to, prepared for look-ups. A pure function of them; immutable.
///
/// @param resources that everything here was read from
/// @param domain as in `cluster.local`
/// @param defaultRetry of requests that no rule says retries for; empty for Istio's own
public record MeshIndex(
        Resources resources,
        String domain,
        ServiceCatalog services,
        VirtualServices virtualServices,
        DestinationRules destinationRules,
        Sidecars sidecars,
        HealthCheckPolicies healthChecks,
        Credentials credentials,
        Optional<HttpRetry> defaultRetry) {

    /// Prepares the resources.
    ///
    /// @param rootNamespace rules here count for every namespace, as in `istio-system`
    /// @param config what the mesh says; empty for nothing
    public static MeshIndex of(
            Resources resources,
            String rootNamespace,
            String domain,
            Optional<HttpRetry> defaultRetry,
            Optional<MeshConfig> config) {
        return new MeshIndex(
                resources,
                domain,
                ServiceCatalog.of(resources, domain, config),
                VirtualServices.of(
                        resources,
                        domain,
                        config.map(MeshConfig::defaultVirtualServiceExportTo).orElse(List.of())),
                DestinationRules.of(
                        resources,
                        rootNamespace,
                        domain,
                        config.map(MeshConfig::defaultDestinationRuleExportTo).orElse(List.of())),
                Sidecars.of(resources, rootNamespace),
                HealthCheckPolicies.of(resources),
                Credentials.of(resources),
                defaultRetry);
    }

    /// The full name of a host that a resource of that namespace names.
    public Hostname complete(String host, String namespace) {
        return Hostname.complete(host, namespace, domain);
    }

    /// The Gateways that choose a proxy of these labels, ordered by age.
    public List<Resource<Gateway>> gateways(Map<String, String> labels) {
        return resources.all(Kinds.GATEWAY).stream()
                .filter(g -> labels.entrySet().containsAll(g.spec().selector().entrySet()))
                .sorted(Age.oldestFirst())
                .toList();
    }
}
