package dev.heddle.model.istio;

import dev.heddle.model.schema.Required;
import dev.heddle.model.schema.Skips;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// A service that no registry knows, inside the mesh or outside of it.
///
/// @param hosts full names or wildcards
/// @param addresses virtual addresses, or ranges as `10.0.0.0/8`
/// @param endpoints where it really is; not together with `workloadSelector`
/// @param workloadSelector workloads of the same namespace that it consists of
/// @param exportTo namespaces that see this resource; `.` its own, `*` all, none means all
/// @param subjectAltNames of which the endpoints' certificates must bear one, where a
///   DestinationRule has connections to them secured and does not say it itself
/// @param status what a controller said of it
public record ServiceEntry(
        @Required List<String> hosts,
        List<String> addresses,
        List<ServicePort> ports,
        Location location,
        Resolution resolution,
        List<WorkloadEntry> endpoints,
        Optional<WorkloadSelector> workloadSelector,
        List<String> exportTo,
        List<String> subjectAltNames,
        Status status) {

    public ServiceEntry {
        hosts = List.copyOf(hosts);
        addresses = List.copyOf(addresses);
        ports = List.copyOf(ports);
        endpoints = List.copyOf(endpoints);
        exportTo = List.copyOf(exportTo);
        subjectAltNames = List.copyOf(subjectAltNames);
    }

    /// What a controller says of a ServiceEntry.
    ///
    /// @param addresses that it gave hosts which have none
    @Skips({"conditions", "validationMessages", "observedGeneration"})
    public record Status(List<Address> addresses) {
        public Status {
            addresses = List.copyOf(addresses);
        }

        /// @param value an IP address
        public record Address(String value, String host) {}
    }

    /// A port of the service.
    ///
    /// @param protocol as in `HTTP`; empty means that it is found out
    /// @param targetPort of the endpoints; absent means the same
    public record ServicePort(
            @Required int number, String protocol, @Required String name, OptionalInt targetPort) {}

    /// Whether the service is part of the mesh.
    public enum Location {
        /// It is not: nobody there has an identity of the mesh.
        MESH_EXTERNAL,
        /// It is.
        MESH_INTERNAL
    }

    /// How proxies find the endpoints.
    public enum Resolution {
        /// They do not: connections go to the address that the client called.
        NONE,
        /// They are given here, as addresses.
        STATIC,
        /// By asking DNS for all of them.
        DNS,
        /// By asking DNS for one at a time.
        DNS_ROUND_ROBIN,
        /// By asking DNS for whatever host the request names.
        DYNAMIC_DNS
    }
}
