package dev.heddle.model.mesh;

import dev.heddle.model.istio.ConnectionPoolSettings.TcpKeepalive;
import dev.heddle.model.istio.LoadBalancerSettings.LocalityLoadBalancerSetting;
import dev.heddle.model.istio.LoadBalancerSettings.ZoneAwareLbSetting;
import dev.heddle.model.istio.VirtualService.HttpRetry;
import dev.heddle.model.schema.NotYet;
import dev.heddle.model.tree.Node;
import java.time.Duration;
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
        @NotYet Node enableTracing,
        @NotYet Node enableEnvoyAccessLogService,
        @NotYet Node disableEnvoyListenerLog,
        @NotYet Node configSources,
        @NotYet Node enableAutoMtls,
        @NotYet Node trustDomain,
        @NotYet Node trustDomainAliases,
        @NotYet Node caCertificates,
        @NotYet Node defaultServiceExportTo,
        @NotYet Node defaultVirtualServiceExportTo,
        @NotYet Node defaultDestinationRuleExportTo,
        Optional<LocalityLoadBalancerSetting> localityLbSetting,
        Optional<ZoneAwareLbSetting> zoneAwareLbSetting,
        @NotYet Node dnsRefreshRate,
        @NotYet Node inboundClusterStatName,
        @NotYet Node outboundClusterStatName,
        @NotYet Node certificates,
        @NotYet Node serviceSettings,
        @NotYet Node serviceScopeConfigs,
        @NotYet Node enablePrometheusMerge,
        @NotYet Node verifyCertificateAtClient,
        @NotYet Node ca,
        @NotYet Node extensionProviders,
        @NotYet Node defaultProviders,
        @NotYet Node discoverySelectors,
        @NotYet Node meshMTLS,
        @NotYet Node tlsDefaults,
        @NotYet Node defaultTrafficPolicy,
        @NotYet Node serviceEntryVisibility) {

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
    public record OutboundTrafficPolicy(OutboundTrafficPolicy.Mode mode, @NotYet Node tls) {
        /// The modes.
        public enum Mode {
            REGISTRY_ONLY,
            ALLOW_ANY,
            @NotYet
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
