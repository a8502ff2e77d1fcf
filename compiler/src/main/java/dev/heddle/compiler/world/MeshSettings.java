package dev.heddle.compiler.world;

import dev.heddle.compiler.select.MeshConfigs;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.model.Resources;
import dev.heddle.model.istio.DestinationRule.OutlierDetection;
import dev.heddle.model.istio.LoadBalancerSettings.LocalityLoadBalancerSetting;
import dev.heddle.model.istio.LoadBalancerSettings.ZoneAwareLbSetting;
import dev.heddle.model.istio.VirtualService.HttpRetry;
import dev.heddle.model.mesh.MeshConfig;
import dev.heddle.model.mesh.MeshConfig.OutboundTrafficPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Settings of the mesh as a whole: Istio's MeshConfig, as far as it is in force.
///
/// @param rootNamespace resources here apply to every namespace, as in `istio-system`
/// @param domain what completes a service's name and namespace, as in `cluster.local`
/// @param outboundPolicy what becomes of traffic to unknown hosts
/// @param protocolDetectionTimeout how long a redirected client that says nothing is waited for
///   before its bytes are passed on unseen; zero for as long as it takes, which is Istio's default.
///   Heddle's own proxy waits for no client whose server speaks first
/// @param home namespace where the settings themselves are looked for
/// @param config as users wrote it; empty where nobody did
/// @param trust whom the mesh believes no more, and of others
/// @param keepsSignals whether the control plane keeps what proxies tell of traffic, so that they
///   tell it without being asked
public record MeshSettings(
        String rootNamespace,
        String domain,
        OutboundPolicy outboundPolicy,
        Duration protocolDetectionTimeout,
        String home,
        Optional<MeshConfig> config,
        MeshTrust trust,
        boolean keepsSignals) {
    /// Istio's defaults.
    public static final MeshSettings DEFAULT =
            new MeshSettings(
                    "istio-system",
                    "cluster.local",
                    OutboundPolicy.ALLOW_ANY,
                    Duration.ZERO,
                    "istio-system",
                    Optional.empty(),
                    MeshTrust.NONE,
                    false);

    public MeshSettings {
        if (protocolDetectionTimeout.isNegative()) {
            throw new IllegalArgumentException(
                    "protocolDetectionTimeout: " + protocolDetectionTimeout + " (expected: >= 0)");
        }
    }

    /// These, where the resources say nothing else.
    public MeshSettings with(Resources resources) {
        Optional<MeshConfigs.Chosen> chosen = MeshConfigs.of(resources, home).inForce();
        MeshSettings said = chosen.map(it -> with(it.config())).orElse(this);
        Federation federation = Federation.of(resources, chosen, said.trustDomain());
        return said.with(MeshTrust.of(resources, said.rootNamespace(), federation));
    }

    /// The same for a control plane that keeps what proxies tell.
    public MeshSettings keepingSignals() {
        return new MeshSettings(
                rootNamespace,
                domain,
                outboundPolicy,
                protocolDetectionTimeout,
                home,
                config,
                trust,
                true);
    }

    private MeshSettings with(MeshTrust other) {
        return new MeshSettings(
                rootNamespace,
                domain,
                outboundPolicy,
                protocolDetectionTimeout,
                home,
                config,
                other,
                keepsSignals);
    }

    private MeshSettings with(MeshConfig said) {
        return new MeshSettings(
                said.rootNamespace().isEmpty() ? rootNamespace : said.rootNamespace(),
                domain,
                said.outboundTrafficPolicy().map(MeshSettings::policy).orElse(outboundPolicy),
                said.protocolDetectionTimeout()
                        .filter(t -> !t.isNegative())
                        .orElse(protocolDetectionTimeout),
                home,
                Optional.of(said),
                trust,
                keepsSignals);
    }

    private static OutboundPolicy policy(OutboundTrafficPolicy said) {
        return switch (said.mode()) {
            case REGISTRY_ONLY -> OutboundPolicy.REGISTRY_ONLY;
            case ALLOW_ANY -> OutboundPolicy.ALLOW_ANY;
            case ALLOW_ANY_DYNAMIC_DNS -> OutboundPolicy.ALLOW_ANY_DYNAMIC_DNS;
        };
    }

    /// Of the mesh's identities, as in `cluster.local`.
    public String trustDomain() {
        return config.map(MeshConfig::trustDomain).filter(d -> !d.isEmpty()).orElse(domain);
    }

    /// All trust domains whose identities are the mesh's, its own first.
    public List<String> trustDomains() {
        return Stream.concat(
                        Stream.of(trustDomain()),
                        config.map(MeshConfig::trustDomainAliases).orElse(List.of()).stream())
                .distinct()
                .toList();
    }

    /// What requests are retried by that no rule says retries for; empty for Istio's own.
    public Optional<HttpRetry> defaultRetry() {
        return config.flatMap(MeshConfig::defaultHttpRetryPolicy);
    }

    /// What of them counts for what the resources come to.
    MeshIndex.Rules index() {
        return new MeshIndex.Rules(rootNamespace, domain, defaultRetry(), config, keepsSignals);
    }

    /// Which endpoints are near enough, where neither a rule nor the service says it; empty where
    /// the mesh says that none is to be preferred. Istio's own prefers those that are near, where
    /// hosts are watched.
    public Optional<LocalityLoadBalancerSetting> locality() {
        LocalityLoadBalancerSetting said =
                config.flatMap(MeshConfig::localityLbSetting)
                        .orElse(
                                new LocalityLoadBalancerSetting(
                                        List.of(), List.of(), List.of(), Optional.empty()));
        return said.enabled().orElse(true) ? Optional.of(said) : Optional.empty();
    }

    /// Whether and how zones come first; empty where the mesh does not say it.
    public Optional<ZoneAwareLbSetting> zoneAware() {
        return config.flatMap(MeshConfig::zoneAwareLbSetting);
    }

    /// When endpoints are ejected of which no rule says it; empty for never.
    public Optional<OutlierDetection> defaultOutliers() {
        return config.flatMap(MeshConfig::defaultTrafficPolicy)
                .flatMap(MeshConfig.TrafficDefaults::outlierDetection);
    }

    /// What counts for proxies whose workloads say nothing else.
    public ProxyOptions proxies() {
        return config.flatMap(MeshConfig::defaultConfig)
                .map(ProxyOptions::of)
                .orElse(ProxyOptions.NONE);
    }

    /// Whether proxies answer for their workloads, too, when somebody asks for metrics; as with
    /// Istio they do unasked.
    public boolean mergesScrapes() {
        return config.flatMap(MeshConfig::enablePrometheusMerge).orElse(true);
    }

    /// How proxies are run whose workloads say nothing else.
    public ProcessOptions process() {
        return config.flatMap(MeshConfig::defaultConfig)
                .map(ProcessOptions::of)
                .orElse(ProcessOptions.NONE);
    }

    /// Istio's `outboundTrafficPolicy.mode`.
    public enum OutboundPolicy {
        /// Passed on as it is, through the cluster `PassthroughCluster`.
        ALLOW_ANY,
        /// Requests go to the host that they name, which the proxy looks up; bytes are passed on.
        ALLOW_ANY_DYNAMIC_DNS,
        /// Refused, through the cluster `BlackHoleCluster`.
        REGISTRY_ONLY
    }
}
