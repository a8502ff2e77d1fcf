package dev.heddle.model.istio;

import dev.heddle.model.schema.Required;
import java.util.List;
import java.util.Optional;

/// What the proxies beside workloads listen on, and how much of the mesh they know.
///
/// @param workloadSelector workloads that this is for; absent means all of the namespace, or, in
///   the root namespace, of every namespace that has no Sidecar of its own
/// @param ingress what is served; none means what the workload's services say
/// @param egress what can be called; none means everything
/// @param inboundConnectionPool of connections to the workload
/// @param outboundTrafficPolicy what becomes of calls to hosts that are not known; absent means
///   what the mesh says
public record Sidecar(
        Optional<WorkloadSelector> workloadSelector,
        List<IstioIngressListener> ingress,
        List<IstioEgressListener> egress,
        Optional<ConnectionPoolSettings> inboundConnectionPool,
        Optional<OutboundTrafficPolicy> outboundTrafficPolicy) {

    public Sidecar {
        ingress = List.copyOf(ingress);
        egress = List.copyOf(egress);
    }

    /// A port for traffic to the workload.
    ///
    /// @param defaultEndpoint where the workload listens, as `127.0.0.1:8080`, `0.0.0.0:8080` or
    ///   `unix:///path`
    public record IstioIngressListener(
            @Required Port port,
            String bind,
            CaptureMode captureMode,
            String defaultEndpoint,
            Optional<ServerTlsSettings> tls,
            Optional<ConnectionPoolSettings> connectionPool) {}

    /// A port for traffic from the workload.
    ///
    /// @param port absent for every port of every service that is known here
    /// @param hosts that are known here, as `namespace/host`; `.` means the own namespace, `*` all.
    ///   A `~` before the namespace (alone: before all of them) excludes what the others bring
    public record IstioEgressListener(
            Optional<Port> port,
            String bind,
            CaptureMode captureMode,
            @Required List<String> hosts) {

        public IstioEgressListener {
            hosts = List.copyOf(hosts);
        }
    }

    /// How traffic gets to a listener.
    public enum CaptureMode {
        /// As the mesh has it.
        DEFAULT,
        /// The kernel redirects it.
        IPTABLES,
        /// Whoever wants it calls the listener.
        NONE
    }

    /// What becomes of traffic to hosts that are not known.
    public record OutboundTrafficPolicy(Mode mode, Optional<Destination> egressProxy) {
        /// Whether unknown hosts can be called.
        public enum Mode {
            /// No.
            REGISTRY_ONLY,
            /// Yes.
            ALLOW_ANY
        }
    }
}
