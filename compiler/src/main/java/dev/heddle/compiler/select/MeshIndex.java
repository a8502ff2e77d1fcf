package dev.heddle.compiler.select;

import dev.heddle.compiler.attach.GatewayApi;
import dev.heddle.compiler.observe.Observers;
import dev.heddle.compiler.reuse.Same;
import dev.heddle.compiler.secret.Credentials;
import dev.heddle.compiler.service.ServiceCatalog;
import dev.heddle.model.Kind;
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
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a world's resources come to, prepared for look-ups. A pure function of them; immutable.
///
/// @param resources that everything here was read from
/// @param rules by which they were read
/// @param ruleNames by which proxies count hits
/// @param observers who is told of traffic
public record MeshIndex(
        Resources resources,
        Rules rules,
        ServiceCatalog services,
        VirtualServices virtualServices,
        RuleNames ruleNames,
        DestinationRules destinationRules,
        Sidecars sidecars,
        BackendTrafficPolicies backendPolicies,
        GatewayAuthentications gatewayAuthentications,
        RateLimitPolicies rateLimits,
        PeerAuthentications peers,
        SecurityPolicies security,
        Telemetries telemetries,
        KeySets keySets,
        OpenIdProviders openIdProviders,
        Credentials credentials,
        GatewayApi gatewayApi,
        Observers observers) {

    /// What the mesh says about how its resources are read.
    ///
    /// @param rootNamespace rules here count for every namespace, as in `istio-system`
    /// @param domain as in `cluster.local`
    /// @param defaultRetry of requests that no rule says retries for; empty for Istio's own
    /// @param config what the mesh says; empty for nothing
    /// @param keepsSignals whether the control plane takes what proxies tell, unasked
    public record Rules(
            String rootNamespace,
            String domain,
            Optional<HttpRetry> defaultRetry,
            Optional<MeshConfig> config,
            boolean keepsSignals) {

        private List<String> virtualServicesTo() {
            return config.map(MeshConfig::defaultVirtualServiceExportTo).orElse(List.of());
        }

        private List<String> destinationRulesTo() {
            return config.map(MeshConfig::defaultDestinationRuleExportTo).orElse(List.of());
        }
    }

    /// Prepares the resources.
    public static MeshIndex of(Resources resources, Rules rules) {
        return of(resources, rules, Optional.empty());
    }

    /// The index of other resources, with the parts of this one that are right for them, too.
    ///
    /// @param others [Resources#keeping] those of this one
    public MeshIndex next(Resources others, Rules said) {
        return of(others, said, Optional.of(this).filter(_ -> said.equals(rules)));
    }

    private static MeshIndex of(Resources resources, Rules rules, Optional<MeshIndex> before) {
        VirtualServices virtualServices =
                before.map(b -> b.virtualServices.next(resources))
                        .orElseGet(() ->
                                VirtualServices.of(
                                        resources, rules.domain(), rules.virtualServicesTo()));
        Function<Kind<?>, Optional<MeshIndex>> alike =
                kind -> before.filter(b -> resources.hasTheSame(b.resources, kind));
        ServiceCatalog services =
                before.map(b -> b.services.next(resources))
                        .orElseGet(
                                () -> ServiceCatalog.of(resources, rules.domain(), rules.config()));
        Credentials credentials =
                alike.apply(Kinds.SECRET)
                        .map(MeshIndex::credentials)
                        .orElseGet(() -> Credentials.of(resources));
        return new MeshIndex(
                resources,
                rules,
                services,
                virtualServices,
                before.map(b -> b.ruleNames.next(virtualServices, resources))
                        .orElseGet(() -> RuleNames.of(virtualServices, resources)),
                alike.apply(Kinds.DESTINATION_RULE)
                        .map(MeshIndex::destinationRules)
                        .orElseGet(() ->
                                DestinationRules.of(
                                        resources,
                                        rules.rootNamespace(),
                                        rules.domain(),
                                        rules.destinationRulesTo())),
                alike.apply(Kinds.SIDECAR)
                        .map(MeshIndex::sidecars)
                        .orElseGet(() -> Sidecars.of(resources, rules.rootNamespace())),
                alike.apply(Kinds.BACKEND_TRAFFIC_POLICY)
                        .map(MeshIndex::backendPolicies)
                        .orElseGet(() -> BackendTrafficPolicies.of(resources)),
                alike.apply(Kinds.SECURITY_POLICY)
                        .map(MeshIndex::gatewayAuthentications)
                        .orElseGet(() -> GatewayAuthentications.of(resources)),
                alike.apply(Kinds.RATE_LIMIT_POLICY)
                        .map(MeshIndex::rateLimits)
                        .orElseGet(() -> RateLimitPolicies.of(resources)),
                alike.apply(Kinds.PEER_AUTHENTICATION)
                        .map(MeshIndex::peers)
                        .orElseGet(() -> PeerAuthentications.of(resources, rules.rootNamespace())),
                before.filter(b ->
                                resources.hasTheSame(
                                        b.resources,
                                        Kinds.REQUEST_AUTHENTICATION,
                                        Kinds.AUTHORIZATION_POLICY))
                        .map(MeshIndex::security)
                        .orElseGet(() -> SecurityPolicies.of(resources, rules.rootNamespace())),
                alike.apply(Kinds.TELEMETRY)
                        .map(MeshIndex::telemetries)
                        .orElseGet(() -> Telemetries.of(resources, rules.rootNamespace())),
                alike.apply(Kinds.KEY_SET)
                        .map(MeshIndex::keySets)
                        .orElseGet(() -> KeySets.of(resources)),
                alike.apply(Kinds.OPEN_ID_PROVIDER)
                        .map(MeshIndex::openIdProviders)
                        .orElseGet(() -> OpenIdProviders.of(resources)),
                credentials,
                before.map(b -> b.gatewayApi.next(resources, services, credentials))
                        .orElseGet(() ->
                                GatewayApi.of(resources, services, credentials, rules.domain())),
                before.filter(b -> Same.as(b.services).equals(Same.as(services)))
                        .map(MeshIndex::observers)
                        .orElseGet(() ->
                                Observers.of(
                                        rules.config(),
                                        services,
                                        rules.domain(),
                                        rules.keepsSignals())));
    }

    /// Hosts that are outside of the mesh: who calls there tells nothing of himself.
    public Set<String> outside() {
        Set<String> others = gatewayApi.outside();
        return others.isEmpty()
                ? services.outside()
                : Stream.concat(services.outside().stream(), others.stream())
                        .collect(Collectors.toUnmodifiableSet());
    }

    /// As in `cluster.local`.
    public String domain() {
        return rules.domain();
    }

    /// Of requests that no rule says retries for; empty for Istio's own.
    public Optional<HttpRetry> defaultRetry() {
        return rules.defaultRetry();
    }

    /// The full name of a host that a resource of that namespace names.
    public Hostname complete(String host, String namespace) {
        return Hostname.complete(host, namespace, rules.domain());
    }

    /// The Gateways that choose a proxy of these labels, ordered by age.
    public List<Resource<Gateway>> gateways(Map<String, String> labels) {
        return resources.all(Kinds.GATEWAY).stream()
                .filter(g -> labels.entrySet().containsAll(g.spec().selector().entrySet()))
                .sorted(Age.oldestFirst())
                .toList();
    }
}
