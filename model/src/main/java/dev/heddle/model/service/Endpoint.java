package dev.heddle.model.service;

import dev.heddle.model.Origin;
import dev.heddle.model.schema.Ordered;
import java.util.Map;

/// One workload's port behind one port of a service.
///
/// @param address IP address, DNS name, or path of a socket as `unix:///…`
/// @param port that the workload, or the proxy in front of it, listens on; 0 for a socket's path
/// @param servicePort that clients call
/// @param labels of the workload, which subsets choose by
/// @param network that the address belongs to; empty means the mesh's own
/// @param weight share among the endpoints
/// @param account service account that the workload runs as; empty when it is not known
/// @param origin the resource that names it
public record Endpoint(
        String address,
        int port,
        int servicePort,
        Map<String, String> labels,
        Locality locality,
        String network,
        int weight,
        Health health,
        String account,
        Origin origin) {

    /// One whose account is not known.
    public Endpoint(
            String address,
            int port,
            int servicePort,
            Map<String, String> labels,
            Locality locality,
            String network,
            int weight,
            Health health,
            Origin origin) {
        this(address, port, servicePort, labels, locality, network, weight, health, "", origin);
    }

    public Endpoint {
        if (address.isEmpty()) {
            throw new IllegalArgumentException("address: '' (expected: an address)");
        }
        if (weight < 0) {
            throw new IllegalArgumentException("weight: " + weight + " (expected: >= 0)");
        }
        labels = Ordered.copyOf(labels);
    }

    /// What is known about a workload before anybody calls it.
    public enum Health {
        /// It wants traffic.
        HEALTHY,
        /// It is there, and says that it is not ready.
        UNHEALTHY,
        /// It is going away: it finishes what it has.
        DRAINING
    }
}
