package dev.heddle.compiler.ir;

import dev.heddle.model.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// The hosts of a cluster.
///
/// @param cluster name of the cluster
/// @param groups hosts by where they are, in the order of their localities' names
public record LoadAssignment(String cluster, List<EndpointGroup> groups) {
    public LoadAssignment {
        groups = List.copyOf(groups);
    }

    /// How many hosts there are.
    public int size() {
        return groups.stream().mapToInt(g -> g.endpoints().size()).sum();
    }

    /// Another cluster's, which has some of the hosts.
    public LoadAssignment only(String other, Predicate<SocketAddress> which) {
        var some = new ArrayList<EndpointGroup>();
        for (EndpointGroup group : groups) {
            List<Endpoint> left =
                    group.endpoints().stream().filter(e -> which.test(e.address())).toList();
            if (!left.isEmpty()) {
                some.add(
                        new EndpointGroup(
                                group.locality(), group.priority(), group.weight(), left));
            }
        }
        return new LoadAssignment(other, some);
    }

    /// Hosts in one place.
    ///
    /// @param locality as in `eu/eu-1/rack-7`; empty when it is not known
    /// @param priority 0 is the first; the next gets what those before it cannot carry
    /// @param weight of the place among the places
    public record EndpointGroup(
            String locality, int priority, int weight, List<Endpoint> endpoints) {
        /// One of the first priority, with the weight of its hosts.
        public EndpointGroup(String locality, List<Endpoint> endpoints) {
            this(locality, 0, endpoints.stream().mapToInt(Endpoint::weight).sum(), endpoints);
        }

        public EndpointGroup {
            if (endpoints.isEmpty()) {
                throw new IllegalArgumentException("endpoints: [] (expected: one or more)");
            }
            endpoints = List.copyOf(endpoints);
        }
    }

    /// One host.
    ///
    /// @param weight relative to the other hosts of the cluster, from 1
    /// @param speaksMeshTls whether it ends the mesh's TLS itself
    /// @param isDraining whether it gets nothing new but of the sessions that are with it
    /// @param workload what is told of its workload ([Workload]); nothing where nobody asks
    public record Endpoint(
            SocketAddress address,
            int weight,
            boolean isDraining,
            boolean speaksMeshTls,
            Map<String, String> workload,
            Origin origin) {
        /// One that is to stay.
        public Endpoint(SocketAddress address, int weight, Origin origin) {
            this(address, weight, false, false, Map.of(), origin);
        }

        public Endpoint {
            if (weight < 1) {
                throw new IllegalArgumentException("weight: " + weight + " (expected: >= 1)");
            }
        }
    }
}
