package dev.heddle.model.istio;

import dev.heddle.model.schema.NotYet;
import dev.heddle.model.schema.Required;
import java.util.List;
import java.util.Optional;

/// What the proxies beside workloads listen on, and how much of the mesh they know.
///
/// @param workloadSelector workloads that this is for; absent means all of the namespace
@NotYet
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
    /// @param hosts that are known here, as `namespace/host`; `.` means the own namespace, `*` all,
    ///   and `~` none
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
