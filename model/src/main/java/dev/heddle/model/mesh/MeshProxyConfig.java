package dev.heddle.model.mesh;

import dev.heddle.model.schema.NotYet;
import dev.heddle.model.schema.Ordered;
import dev.heddle.model.schema.Skips;
import dev.heddle.model.tree.Node;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Istio's `ProxyConfig` of a mesh or a workload, as of Istio 1.31: how proxies are run, and what
/// their listeners do unasked. (The resource `ProxyConfig` is another, with fewer fields.)
///
/// Skipped is what the proxy's bootstrap says, and where it is found.
///
/// @param interceptionMode how a workload's traffic gets into its sidecar
/// @param gatewayTopology what stands in front of gateways
/// @param proxyHeaders headers that proxies add or take away
/// @param connectionSettings limits of clients' connections
/// @param concurrency worker threads; 0 means one for each processor
/// @param drainDuration how long clients of a listener that goes are asked to go
/// @param terminationDrainDuration how long they are before the process ends
/// @param proxyMetadata environment variables of the process
/// @param tracing what is told of requests in spans
/// @param statusPort where proxies answer for their workloads, too; 15020 when absent
/// @param proxyStatsMatcher which statistics proxies have
@Skips({"configPath", "binaryPath", "discoveryAddress"})
public record MeshProxyConfig(
        Optional<InterceptionMode> interceptionMode,
        Optional<Topology> gatewayTopology,
        Optional<ProxyHeaders> proxyHeaders,
        Optional<ConnectionSettings> connectionSettings,
        OptionalInt concurrency,
        Optional<Duration> drainDuration,
        Optional<Duration> terminationDrainDuration,
        Map<String, String> proxyMetadata,
        @NotYet Node serviceCluster,
        @NotYet Node tracingServiceName,
        @NotYet Node discoveryRefreshDelay,
        @NotYet Node zipkinAddress,
        @NotYet Node statsdUdpAddress,
        @NotYet Node envoyMetricsServiceAddress,
        @NotYet Node proxyAdminPort,
        @NotYet Node availabilityZone,
        @NotYet Node controlPlaneAuthPolicy,
        @NotYet Node customConfigFile,
        @NotYet Node statNameLength,
        @NotYet Node proxyBootstrapTemplatePath,
        Optional<MeshTracing> tracing,
        @NotYet Node sds,
        @NotYet Node envoyAccessLogService,
        @NotYet Node envoyMetricsService,
        @NotYet Node runtimeValues,
        OptionalInt statusPort,
        @NotYet Node extraStatTags,
        @NotYet Node meshId,
        @NotYet Node readinessProbe,
        Optional<StatsMatcher> proxyStatsMatcher,
        @NotYet Node holdApplicationUntilProxyStarts,
        @NotYet Node caCertificatesPem,
        @NotYet Node image,
        @NotYet Node privateKeyProvider,
        @NotYet Node fileFlushInterval,
        @NotYet Node fileFlushMinSizeKb,
        @NotYet Node statsCompression) {
    /// The variable by which a sidecar answers its workload's questions for names.
    public static final String DNS_CAPTURE = "ISTIO_META_DNS_CAPTURE";

    /// The variable by which hosts without an address are given one.
    public static final String DNS_AUTO_ALLOCATE = "ISTIO_META_DNS_AUTO_ALLOCATE";

    public MeshProxyConfig {
        proxyMetadata = Ordered.copyOf(proxyMetadata);
    }

    /// How a workload's traffic gets into its sidecar.
    public enum InterceptionMode {
        /// The kernel changes where connections go to (NAT).
        REDIRECT,
        /// The kernel hands connections over as they are.
        TPROXY,
        /// Not by the kernel.
        NONE
    }

    /// Which of its statistics a proxy has; all, where nobody says any.
    ///
    /// @param inclusionPrefixes of their names, as `cluster.outbound`
    /// @param inclusionSuffixes of their names, as `upstream_rq_timeout`
    /// @param inclusionRegexps that match the whole of their names, in RE2's syntax
    public record StatsMatcher(
            List<String> inclusionPrefixes,
            List<String> inclusionSuffixes,
            List<String> inclusionRegexps) {
        /// Nothing said.
        public static final StatsMatcher NONE = new StatsMatcher(List.of(), List.of(), List.of());

        public StatsMatcher {
            inclusionPrefixes = List.copyOf(inclusionPrefixes);
            inclusionSuffixes = List.copyOf(inclusionSuffixes);
            inclusionRegexps = List.copyOf(inclusionRegexps);
        }

        /// Whether nothing is said.
        public boolean isNothing() {
            return equals(NONE);
        }

        /// This over another: a list replaces the other's.
        public StatsMatcher over(StatsMatcher other) {
            return new StatsMatcher(
                    inclusionPrefixes.isEmpty() ? other.inclusionPrefixes : inclusionPrefixes,
                    inclusionSuffixes.isEmpty() ? other.inclusionSuffixes : inclusionSuffixes,
                    inclusionRegexps.isEmpty() ? other.inclusionRegexps : inclusionRegexps);
        }
    }

    /// What stands in front of gateways.
    ///
    /// @param numTrustedProxies that `x-forwarded-for` is believed of
    /// @param forwardClientCertDetails what becomes of `x-forwarded-client-cert`
    /// @param proxyProtocol that connections begin with a PROXY header; what stands in it is
    ///   nothing, it is its being there that counts
    public record Topology(
            int numTrustedProxies,
            ForwardClientCertDetails forwardClientCertDetails,
            Optional<ProxyProtocol> proxyProtocol) {

        /// Nothing to say.
        public record ProxyProtocol() {}
    }

    /// What becomes of `x-forwarded-client-cert`.
    public enum ForwardClientCertDetails {
        /// As without it.
        UNDEFINED,
        /// It goes.
        SANITIZE,
        /// It stays, if the client has a certificate.
        FORWARD_ONLY,
        /// The client's certificate is added to it.
        APPEND_FORWARD,
        /// The client's certificate takes its place.
        SANITIZE_SET,
        /// It stays.
        ALWAYS_FORWARD_ONLY
    }
}
