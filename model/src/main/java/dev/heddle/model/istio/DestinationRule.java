package dev.heddle.model.istio;

import dev.heddle.model.match.LabelSelector;
import dev.heddle.model.schema.NotYet;
import dev.heddle.model.schema.Ordered;
import dev.heddle.model.schema.Required;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// How clients deal with a service, once routing has chosen it.
///
/// @param host short name, full name or wildcard of the service
/// @param subsets versions of the service that routes can name
/// @param exportTo namespaces that see this resource; `.` its own, `*` all, none means all
/// @param workloadSelector clients of its own namespace that this applies to, before rules that
///   choose none; absent means all
public record DestinationRule(
        @Required String host,
        Optional<TrafficPolicy> trafficPolicy,
        List<Subset> subsets,
        List<String> exportTo,
        Optional<LabelSelector> workloadSelector) {

    public DestinationRule {
        subsets = List.copyOf(subsets);
        exportTo = List.copyOf(exportTo);
    }

    /// A part of a service's endpoints, chosen by labels.
    ///
    /// @param trafficPolicy each part of it that is set replaces that part of the rule's own
    public record Subset(
            @Required String name,
            Map<String, String> labels,
            Optional<TrafficPolicy> trafficPolicy) {

        public Subset {
            labels = Ordered.copyOf(labels);
        }
    }

    /// Policies for all ports, and for single ports.
    ///
    /// @param portLevelSettings replace the policies for all ports as a whole: what is absent there
    ///   is the mesh's default
    public record TrafficPolicy(
            Optional<LoadBalancerSettings> loadBalancer,
            Optional<ConnectionPoolSettings> connectionPool,
            Optional<OutlierDetection> outlierDetection,
            Optional<ClientTlsSettings> tls,
            List<PortTrafficPolicy> portLevelSettings,
            Optional<TunnelSettings> tunnel,
            Optional<ProxyProtocol> proxyProtocol,
            Optional<RetryBudget> retryBudget) {

        public TrafficPolicy {
            portLevelSettings = List.copyOf(portLevelSettings);
        }

        /// Whether connections by it need a Secret.
        public boolean namesCredential() {
            return namesCredential(tls)
                    || portLevelSettings.stream().anyMatch(p -> namesCredential(p.tls()));
        }

        private static boolean namesCredential(Optional<ClientTlsSettings> tls) {
            return tls.filter(t -> !t.credentialName().isEmpty()).isPresent();
        }

        /// Whether connections by it need a certificate of the mesh.
        public boolean needsIdentity() {
            return needsIdentity(tls)
                    || portLevelSettings.stream().anyMatch(p -> needsIdentity(p.tls()));
        }

        private static boolean needsIdentity(Optional<ClientTlsSettings> tls) {
            return tls.filter(t -> t.mode() == ClientTlsSettings.Mode.ISTIO_MUTUAL).isPresent();
        }
    }

    /// Policies for one port of the service.
    public record PortTrafficPolicy(
            Optional<PortSelector> port,
            Optional<LoadBalancerSettings> loadBalancer,
            Optional<ConnectionPoolSettings> connectionPool,
            Optional<OutlierDetection> outlierDetection,
            Optional<ClientTlsSettings> tls) {}

    /// When an endpoint that keeps failing is left alone for a while.
    ///
    /// @param consecutiveErrors no longer used by Istio, nor here
    /// @param splitExternalLocalOriginErrors whether errors of connections are counted apart
    /// @param consecutiveLocalOriginFailures of connections, where they are; 5 when absent
    /// @param consecutiveGatewayErrors of status 502, 503 and 504; absent or 0 switches it off
    /// @param consecutive5xxErrors 5 when absent, 0 switches it off
    /// @param interval between two looks; 10 s when absent
    /// @param baseEjectionTime of a first ejection; 30 s when absent
    /// @param maxEjectionPercent share of the endpoints that may be out; 10 when absent
    /// @param minHealthPercent below this share of healthy endpoints all of them are used; 0 when
    ///   absent, for never
    /// @param outlierDetectionHttpErrorCodes the only statuses that are errors, in the place of all
    ///   from 500 on; none when absent
    public record OutlierDetection(
            OptionalInt consecutiveErrors,
            boolean splitExternalLocalOriginErrors,
            OptionalInt consecutiveLocalOriginFailures,
            OptionalInt consecutiveGatewayErrors,
            OptionalInt consecutive5xxErrors,
            Optional<Duration> interval,
            Optional<Duration> baseEjectionTime,
            OptionalInt maxEjectionPercent,
            OptionalInt minHealthPercent,
            List<Integer> outlierDetectionHttpErrorCodes) {

        public OutlierDetection {
            outlierDetectionHttpErrorCodes = List.copyOf(outlierDetectionHttpErrorCodes);
        }
    }

    /// TCP carried to its destination by an HTTP proxy.
    ///
    /// @param protocol CONNECT or POST; empty means CONNECT
    public record TunnelSettings(
            String protocol, @Required String targetHost, @Required int targetPort) {}

    /// HAProxy's PROXY protocol towards the destination.
    public record ProxyProtocol(Version version) {
        /// A version of the PROXY protocol.
        public enum Version {
            /// Text.
            V1,
            /// Binary.
            V2
        }
    }

    /// How many retries may be under way, compared with the requests.
    ///
    /// @param percent of the active requests; 20 when absent
    /// @param minRetryConcurrency retries that are always allowed; 3 when absent
    public record RetryBudget(
            OptionalDouble percent,
            OptionalInt minRetryConcurrency,
            @NotYet Optional<Duration> budgetInterval) {}
}
