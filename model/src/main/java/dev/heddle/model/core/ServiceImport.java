package dev.heddle.model.core;

import dev.heddle.model.core.Service.ServicePort;
import dev.heddle.model.schema.Required;
import dev.heddle.model.schema.Skips;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A service of all clusters of a ClusterSet (KEP-1645), which is called as in
/// `reviews.default.svc.clusterset.local`. Somebody who knows the other clusters writes it, and
/// EndpointSlices with the label [#SERVICE_NAME_LABEL] beside it.
///
/// @param ips virtual addresses, at most two; of no account for a headless one
/// @param trafficDistribution as that of a [Service]
@Skips({"internalTrafficPolicy", "ipFamilies", "sessionAffinity", "sessionAffinityConfig"})
public record ServiceImport(
        @Required List<Port> ports,
        List<String> ips,
        @Required Type type,
        String trafficDistribution) {
    /// Label that names the ServiceImport of a slice.
    public static final String SERVICE_NAME_LABEL = "multicluster.kubernetes.io/service-name";

    /// What hosts of such services end in.
    public static final String DOMAIN = "clusterset.local";

    public ServiceImport {
        ports = List.copyOf(ports);
        ips = List.copyOf(ips);
    }

    /// A port that clients call.
    ///
    /// @param protocol of transport: TCP, UDP or SCTP; empty means TCP
    /// @param appProtocol as in `http`; empty means that the name says it
    public record Port(String name, @Required int port, String protocol, String appProtocol) {}

    /// How it is reached.
    public enum Type {
        /// By an address of its own.
        ClusterSetIP,
        /// Endpoint by endpoint.
        Headless
    }

    /// The Service that one cluster would have instead.
    public Service asService() {
        boolean isHeadless = type == Type.Headless;
        return new Service(
                ports.stream()
                        .map(p ->
                                new ServicePort(
                                        p.name(),
                                        p.port(),
                                        p.protocol(),
                                        p.appProtocol(),
                                        Optional.empty()))
                        .toList(),
                Map.of(),
                isHeadless ? "None" : "",
                isHeadless ? List.of() : ips,
                Service.Type.ClusterIP,
                "",
                false,
                trafficDistribution);
    }
}
