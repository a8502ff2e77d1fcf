package dev.heddle.model.core;

import dev.heddle.model.schema.Skips;
import java.util.List;
import java.util.Optional;

/// Where a part of a service really is. The label `kubernetes.io/service-name` names the service.
///
/// @param addressType IPv4, IPv6 or FQDN
public record EndpointSlice(String addressType, List<Endpoint> endpoints, List<Port> ports) {
    /// Label that names the service of a slice.
    public static final String SERVICE_NAME_LABEL = "kubernetes.io/service-name";

    public EndpointSlice {
        endpoints = List.copyOf(endpoints);
        ports = List.copyOf(ports);
    }

    /// One workload.
    ///
    /// @param addresses equivalent addresses; the first is used
    /// @param zone as in `zone1`
    @Skips({"targetRef", "hints", "deprecatedTopology"})
    public record Endpoint(
            List<String> addresses,
            Conditions conditions,
            String hostname,
            String nodeName,
            String zone) {

        public Endpoint {
            addresses = List.copyOf(addresses);
        }
    }

    /// What state a workload is in. An absent condition counts as ready, serving, not terminating.
    public record Conditions(
            Optional<Boolean> ready, Optional<Boolean> serving, Optional<Boolean> terminating) {}

    /// @param name of the service's port
    public record Port(String name, int port, String protocol, String appProtocol) {}
}
