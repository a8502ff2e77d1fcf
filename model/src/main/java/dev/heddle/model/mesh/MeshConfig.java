package dev.heddle.model.mesh;

import dev.heddle.model.istio.ClientTlsSettings;
import dev.heddle.model.istio.ConnectionPoolSettings;
import dev.heddle.model.istio.ConnectionPoolSettings.TcpKeepalive;
import dev.heddle.model.istio.DestinationRule.OutlierDetection;
import dev.heddle.model.istio.LoadBalancerSettings.LocalityLoadBalancerSetting;
import dev.heddle.model.istio.LoadBalancerSettings.ZoneAwareLbSetting;
import dev.heddle.model.istio.VirtualService.HttpRetry;
import dev.heddle.model.match.Selector;
import dev.heddle.model.schema.Inline;
import dev.heddle.model.schema.NotYet;
import dev.heddle.model.tree.Node;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Istio's `MeshConfig`, as of Istio 1.31. What is absent is as Istio has it, unless said
/// otherwise.
///
/// @param connectTimeout of connections to hosts, where no DestinationRule says one; 10 s
/// @param protocolDetectionTimeout how long a client that says nothing is waited for; zero for as
///   long as it takes
/// @param tcpKeepalive of connections to hosts, where no DestinationRule says one
/// @param accessLogFile where requests and connections are logged; empty for nowhere, absent for
///   the proxy's standard output
/// @param accessLogFormat of a line: text, or a JSON object, as `accessLogEncoding` says
/// @param defaultConfig of proxies that have none of their own
/// @param rootNamespace resources there count for all namespaces
/// @param pathNormalization of requests' paths, before anybody looks at them
/// @param defaultHttpRetryPolicy of requests that no rule says retries for
/// @param defaultServiceExportTo who sees services that do not say it; none means everybody
/// @param defaultVirtualServiceExportTo who sees VirtualServices that do not say it
/// @param defaultDestinationRuleExportTo who sees DestinationRules that do not say it
/// @param dnsRefreshRate how often names are looked up, where an answer does not say it; 60 s
/// @param serviceSettings of which services only endpoints of the caller's own cluster are used
/// @param serviceScopeConfigs the same, by labels; the first that fits counts
/// @param enableTracing whether requests are followed where no Telemetry says who takes spans
/// @param enablePrometheusMerge whether proxies answer for their workloads when somebody asks for
///   metrics; true
/// @param extensionProviders services that policies may name
/// @param defaultProviders who is told where no Telemetry says it
/// @param discoverySelectors namespaces that there are for the mesh; none means all
/// @param enableAutoMtls whether hosts that speak the mesh's TLS are spoken to in it unasked; true
/// @param trustDomain of the mesh's identities; `cluster.local`
/// @param trustDomainAliases others whose identities are taken for the mesh's own
/// @param caCertificates roots of other trust domains
/// @param meshMTLS how the mesh's TLS is spoken
/// @param defaultTrafficPolicy of connections to hosts, where no DestinationRule says one
/// @param serviceEntryVisibility how far ServiceEntries reach at most
public record MeshConfig(
        Optional<Duration> connectTimeout,
        Optional<Duration> protocolDetectionTimeout,
        Optional<TcpKeepalive> tcpKeepalive,
        Optional<String> accessLogFile,
        String accessLogFormat,
        AccessLogEncoding accessLogEncoding,
        Optional<MeshProxyConfig> defaultConfig,
        Optional<OutboundTrafficPolicy> outboundTrafficPolicy,
        Optional<InboundTrafficPolicy> inboundTrafficPolicy,
        String rootNamespace,
        Optional<PathNormalization> pathNormalization,
        Optional<HttpRetry> defaultHttpRetryPolicy,
        H2UpgradePolicy h2UpgradePolicy,
        @NotYet Node proxyListenPort,
        @NotYet Node proxyInboundListenPort,
        @NotYet Node proxyHttpPort,
        @NotYet Node hboneIdleTimeout,
        String ingressClass,
        String ingressService,
        IngressControllerMode ingressControllerMode,
        String ingressSelector,
        boolean enableTracing,
        @NotYet Node enableEnvoyAccessLogService,
        Optional<Boolean> disableEnvoyListenerLog,
        @NotYet Node configSources,
        Optional<Boolean> enableAutoMtls,
        String trustDomain,
        List<String> trustDomainAliases,
        List<CertificateData> caCertificates,
        List<String> defaultServiceExportTo,
        List<String> defaultVirtualServiceExportTo,
        List<String> defaultDestinationRuleExportTo,
        Optional<LocalityLoadBalancerSetting> localityLbSetting,
        Optional<ZoneAwareLbSetting> zoneAwareLbSetting,
        Optional<Duration> dnsRefreshRate,
        @NotYet Node inboundClusterStatName,
        @NotYet Node outboundClusterStatName,
        @NotYet Node certificates,
        List<ServiceSettings> serviceSettings,
        List<ServiceScopeConfigs> serviceScopeConfigs,
        Optional<Boolean> enablePrometheusMerge,
        @NotYet Node verifyCertificateAtClient,
        @NotYet Node ca,
        List<ExtensionProvider> extensionProviders,
        Optional<UsualProviders> defaultProviders,
        List<Selector> discoverySelectors,
        Optional<MeshTls> meshMTLS,
        @NotYet Node tlsDefaults,
        Optional<TrafficDefaults> defaultTrafficPolicy,
        Optional<ServiceEntryVisibility> serviceEntryVisibility) {

    public MeshConfig {
        defaultServiceExportTo = List.copyOf(defaultServiceExportTo);
        defaultVirtualServiceExportTo = List.copyOf(defaultVirtualServiceExportTo);
        defaultDestinationRuleExportTo = List.copyOf(defaultDestinationRuleExportTo);
        serviceSettings = List.copyOf(serviceSettings);
        serviceScopeConfigs = List.copyOf(serviceScopeConfigs);
        discoverySelectors = List.copyOf(discoverySelectors);
        trustDomainAliases = List.copyOf(trustDomainAliases);
        extensionProviders = List.copyOf(extensionProviders);
        caCertificates = List.copyOf(caCertificates);
    }

    /// Roots, and whose they are.
    ///
    /// @param pem the roots; or
    /// @param spiffeBundleUrl where they are told, with the profile `https_web`
    /// @param trustDomains whose workloads are believed by them
    public record CertificateData(
            String pem,
            String spiffeBundleUrl,
            @NotYet List<String> certSigners,
            List<String> trustDomains) {
        public CertificateData {
            certSigners = List.copyOf(certSigners);
            trustDomains = List.copyOf(trustDomains);
        }
    }

    /// How proxies speak the mesh's TLS with each other.
    ///
    /// @param minProtocolVersion the least that is spoken
    /// @param ecdhCurves groups of the key exchange, the best first; none: the usual
    /// @param cipherSuites of TLS 1.2, by OpenSSL's names; none: the proxy's own
    public record MeshTls(
            Version minProtocolVersion, List<String> ecdhCurves, List<String> cipherSuites) {
        public MeshTls {
            ecdhCurves = List.copyOf(ecdhCurves);
            cipherSuites = List.copyOf(cipherSuites);
        }

        /// Versions of TLS.
        public enum Version {
            /// TLS 1.3.
            TLS_AUTO,
            TLSV1_2,
            TLSV1_3
        }
    }

    /// What counts for some hosts.
    ///
    /// @param hosts names and wildcards
    public record ServiceSettings(Settings settings, List<String> hosts) {
        public ServiceSettings {
            hosts = List.copyOf(hosts);
        }

        /// @param clusterLocal whether only endpoints of the caller's own cluster are used
        public record Settings(boolean clusterLocal) {}
    }

    /// What counts for services of some labels in namespaces of some labels.
    public record ServiceScopeConfigs(
            Selector namespaceSelector, Selector servicesSelector, Scope scope) {
        /// Whose endpoints are used.
        public enum Scope {
            /// The caller's own cluster's.
            LOCAL,
            /// Everybody's.
            GLOBAL
        }
    }

    /// What counts for every cluster, where no DestinationRule says otherwise.
    public record TrafficDefaults(
            Optional<ConnectionPoolSettings> connectionPool,
            Optional<OutlierDetection> outlierDetection) {}

    /// How far ServiceEntries reach at most, whatever their `exportTo` says.
    ///
    /// @param applyToSidecars whether it counts for sidecars and gateways; without it, only for
    ///   proxies of the ambient mesh
    /// @param policies the first that fits goes before the default
    public record ServiceEntryVisibility(
            Reach defaultVisibility, boolean applyToSidecars, List<Policy> policies) {
        public ServiceEntryVisibility {
            policies = List.copyOf(policies);
        }

        /// How far.
        public enum Reach {
            /// As [#PUBLIC].
            VISIBILITY_UNSPECIFIED,
            /// Nowhere.
            NONE,
            /// In their own namespace.
            NAMESPACE,
            /// Everywhere.
            PUBLIC
        }

        /// @param matchingRules one of them must fit
        public record Policy(Reach visibility, List<MatchRule> matchingRules) {
            public Policy {
                matchingRules = List.copyOf(matchingRules);
            }
        }

        /// Which ServiceEntries.
        public record MatchRule(@Inline Optional<Matcher> matcher) {}

        /// A way to choose them.
        public sealed interface Matcher {
            /// By their namespace.
            record OfNamespace(Selector namespaceSelector) implements Matcher {}
        }
    }

    /// Whether hosts of ports that are named HTTP are spoken to in HTTP/2, where no DestinationRule
    /// says otherwise.
    public enum H2UpgradePolicy {
        DO_NOT_UPGRADE,
        UPGRADE
    }

    /// How a line of the access log is written.
    public enum AccessLogEncoding {
        TEXT,
        JSON
    }

    /// What becomes of traffic to unknown hosts. Where the policy is there and names no mode, Istio
    /// takes it for `REGISTRY_ONLY`.
    ///
    /// @param tls of connections to hosts that the proxy looked up
    public record OutboundTrafficPolicy(
            OutboundTrafficPolicy.Mode mode, Optional<ClientTlsSettings> tls) {
        /// The modes.
        public enum Mode {
            REGISTRY_ONLY,
            ALLOW_ANY,
            /// Looked up by the proxy, where a request says what.
            ALLOW_ANY_DYNAMIC_DNS
        }
    }

    /// Where a sidecar's workload listens.
    public record InboundTrafficPolicy(InboundTrafficPolicy.Mode mode) {
        /// The modes.
        public enum Mode {
            /// At the address that the connection was made to.
            PASSTHROUGH,
            /// At 127.0.0.1.
            @NotYet
            LOCALHOST
        }
    }

    /// How paths are made comparable.
    public record PathNormalization(Normalization normalization) {
        /// Each does what the one before does, and more; [#DEFAULT] is [#BASE].
        public enum Normalization {
            DEFAULT,
            /// Nothing.
            NONE,
            /// RFC 3986: `/a/../b` is `/b`, `\` is `/`.
            BASE,
            /// `//` is `/`.
            MERGE_SLASHES,
            /// `%2F` and `%5C` are slashes, too.
            DECODE_AND_MERGE_SLASHES
        }
    }

    /// Which of Kubernetes' Ingresses are served.
    public enum IngressControllerMode {
        /// As [#STRICT].
        UNSPECIFIED,
        /// None.
        OFF,
        /// Those of the mesh's class, and those of no class at all.
        DEFAULT,
        /// Those of the mesh's class.
        STRICT
    }
}
