package dev.heddle.model.service;

import dev.heddle.model.Origin;
import java.util.List;
import java.util.Optional;

/// A host of the mesh, with its ports.
///
/// @param host full name, or a wildcard
/// @param namespace of the resource that names it
/// @param addresses virtual addresses or ranges; may be empty
/// @param external whether it is outside of the mesh, so that nobody there has an identity
/// @param exportTo namespaces that see it; `.` its own, `*` all, none means all
/// @param origin the resource that names it
public record Service(
        Hostname host,
        String namespace,
        List<String> addresses,
        List<Port> ports,
        Resolution resolution,
        boolean external,
        List<String> exportTo,
        Origin origin) {

    public Service {
        addresses = List.copyOf(addresses);
        ports = List.copyOf(ports);
        exportTo = List.copyOf(exportTo);
    }

    /// The same with other ports.
    public Service withPorts(List<Port> others) {
        return new Service(
                host, namespace, addresses, others, resolution, external, exportTo, origin);
    }

    /// The port with that number.
    public Optional<Port> port(int number) {
        return ports.stream().filter(p -> p.number() == number).findFirst();
    }

    /// The port of that name.
    public Optional<Port> port(String name) {
        return ports.stream().filter(p -> p.name().equals(name)).findFirst();
    }

    /// A port that clients call.
    ///
    /// @param number 1 to 65535
    /// @param name may be empty when the service has only one port
    public record Port(int number, String name, AppProtocol protocol) {
        public Port {
            if (number < 1 || number > 65535) {
                throw new IllegalArgumentException("number: " + number + " (expected: 1 to 65535)");
            }
        }
    }

    /// How proxies find the endpoints.
    public enum Resolution {
        /// The control plane tells them.
        STATIC,
        /// They ask DNS, and use all addresses of the answer.
        DNS,
        /// They ask DNS, and use one address of the answer at a time.
        DNS_ROUND_ROBIN,
        /// They ask DNS for whatever host of a wildcard a request names.
        DYNAMIC_DNS,
        /// They go to the address that the client called.
        PASSTHROUGH
    }
}
