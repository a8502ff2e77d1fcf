package dev.heddle.proxy.config;

import dev.heddle.proxy.observe.Metadata;
import dev.heddle.proxy.upstream.health.HostHealth;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The hosts of a cluster (`envoy.config.endpoint.v3.ClusterLoadAssignment`).
///
/// @param cluster that they belong to, by its EDS name
/// @param places in the order given; an empty list is a cluster without hosts
/// @param overprovisioningPercent how much of a priority's failing hosts is tolerated before the
///   next priority is used; Envoy's default is 140
public record Assignment(String cluster, List<Place> places, int overprovisioningPercent) {

    /// Envoy's `overprovisioning_factor` when none is set.
    public static final int OVERPROVISIONING = 140;

    public Assignment {
        if (overprovisioningPercent < 1) {
            throw new IllegalArgumentException(
                    "overprovisioningPercent: " + overprovisioningPercent + " (expected: >= 1)");
        }
        places = List.copyOf(places);
    }

    /// No hosts.
    public static Assignment empty(String cluster) {
        return new Assignment(cluster, List.of(), OVERPROVISIONING);
    }

    /// How many hosts there are.
    public int size() {
        return places.stream().mapToInt(place -> place.endpoints().size()).sum();
    }

    /// Hosts in one place, of one priority.
    ///
    /// @param priority 0 is the highest
    /// @param weight among the places of the priority, when the cluster balances by place; 0 for
    ///   "takes no part"
    public record Place(Locality locality, int priority, long weight, List<Endpoint> endpoints) {
        public Place {
            if (priority < 0) {
                throw new IllegalArgumentException("priority: " + priority + " (expected: >= 0)");
            }
            endpoints = List.copyOf(endpoints);
        }
    }

    /// Region, zone and sub-zone; each is empty where it is not known.
    public record Locality(String region, String zone, String subZone) {
        /// Nothing is known.
        public static final Locality UNKNOWN = new Locality("", "", "");

        @Override
        public String toString() {
            return region + "/" + zone + "/" + subZone;
        }
    }

    /// One host.
    ///
    /// @param address unresolved when it is a name for DNS
    /// @param others more addresses of the same host (`additional_addresses`)
    /// @param hostname for rewritten authorities; may be empty
    /// @param weight among the hosts of its place, at least 1
    /// @param socketLabels by which the cluster chooses how connections to it are secured
    /// @param destination what a listener of this proxy takes for where connections were made to
    /// @param hashKey by which consistent hashing knows it; empty for its name or address
    /// @param check how it is asked whether it is well, where its cluster asks
    /// @param metadata what it says of itself, for logs
    public record Endpoint(
            InetSocketAddress address,
            List<InetSocketAddress> others,
            String hostname,
            int weight,
            Health health,
            Map<String, String> socketLabels,
            Optional<InetSocketAddress> destination,
            String hashKey,
            Check check,
            Metadata metadata) {

        /// How a host is asked whether it is well (`health_check_config`).
        ///
        /// @param isAllowed whether it is asked at all
        /// @param hostname that requests name; empty for that of the cluster's check
        /// @param address where it is asked, in the place of its own; absent for that
        /// @param port in the place of the address's; 0 for that
        public record Check(
                boolean isAllowed, String hostname, Optional<InetAddress> address, int port) {
            /// As its cluster says.
            public static final Check USUAL = new Check(true, "", Optional.empty(), 0);
        }

        /// One that is checked as its cluster says.
        public Endpoint(
                InetSocketAddress address,
                List<InetSocketAddress> others,
                String hostname,
                int weight,
                Health health,
                Map<String, String> socketLabels,
                Optional<InetSocketAddress> destination,
                String hashKey) {
            this(
                    address,
                    others,
                    hostname,
                    weight,
                    health,
                    socketLabels,
                    destination,
                    hashKey,
                    Check.USUAL,
                    Metadata.NONE);
        }

        /// One elsewhere.
        public Endpoint(
                InetSocketAddress address,
                List<InetSocketAddress> others,
                String hostname,
                int weight,
                Health health,
                Map<String, String> socketLabels) {
            this(address, others, hostname, weight, health, socketLabels, Optional.empty(), "");
        }

        /// One with one address and without labels.
        public Endpoint(InetSocketAddress address, String hostname, int weight, Health health) {
            this(address, hostname, weight, health, Map.of());
        }

        /// One with one address.
        public Endpoint(
                InetSocketAddress address,
                String hostname,
                int weight,
                Health health,
                Map<String, String> socketLabels) {
            this(address, List.of(), hostname, weight, health, socketLabels);
        }

        public Endpoint {
            others = List.copyOf(others);
            socketLabels = Map.copyOf(socketLabels);
            if (weight < 1) {
                throw new IllegalArgumentException("weight: " + weight + " (expected: >= 1)");
            }
        }

        /// How it is, by what the control plane says and by what was seen of it.
        ///
        /// @param seen null where nobody watches it
        public Health health(@Nullable HostHealth seen) {
            if (seen == null) {
                return health;
            }
            if (seen.isFailed()) {
                return Health.UNHEALTHY;
            }
            return seen.isDegraded() && health.isUsable() ? Health.DEGRADED : health;
        }
    }

    /// What the control plane knows about a host (`envoy.config.core.v3.HealthStatus`).
    public enum Health {
        /// Nothing is known against it.
        HEALTHY,
        /// Works, but badly: used when too few healthy ones are left.
        DEGRADED,
        /// Not to be used.
        UNHEALTHY,
        /// Finishes what it has; nothing new goes there but of sessions that are with it.
        DRAINING,
        /// Did not answer the control plane; not to be used.
        TIMEOUT;

        /// Whether the control plane says nothing against using it.
        public boolean isUsable() {
            return this == HEALTHY || this == DEGRADED;
        }
    }
}
