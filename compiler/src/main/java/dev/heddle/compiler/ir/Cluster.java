package dev.heddle.compiler.ir;

import dev.heddle.model.Origin;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Hosts that requests can go to, and how to treat them.
///
/// @param name as in `outbound|9080|v1|reviews.default.svc.cluster.local`
/// @param discovery where its hosts come from
/// @param places how it uses that its hosts are in different places
/// @param protocol which HTTP the hosts are spoken to in
/// @param pool limits of its connections
/// @param health how its hosts are known to be well
/// @param tls how its connections are secured; empty: they are not
/// @param of service that the cluster is of; empty for the proxy's own clusters
/// @param keepsNameCase whether names of headers are written as they came, in HTTP/1
/// @param config DestinationRule in force, by its path in the Kubernetes API; empty for none
public record Cluster(
        String name,
        Discovery discovery,
        LoadBalancing loadBalancing,
        Places places,
        Protocol protocol,
        ConnectionPool pool,
        Health health,
        Optional<ClientTls> tls,
        Optional<ServiceRef> of,
        boolean keepsNameCase,
        String config,
        Origin origin) {

    /// The same under another name, without TLS: what its connections carry is encrypted already.
    /// Nobody can ask such hosts how they are.
    public Cluster passingThrough(String other) {
        return new Cluster(
                other,
                discovery,
                loadBalancing,
                places,
                protocol,
                pool,
                new Health(
                        health.outliers(),
                        Optional.empty(),
                        health.keepsSessions(),
                        Optional.empty()),
                Optional.empty(),
                of,
                keepsNameCase,
                config,
                origin);
    }

    /// The same, which writes names of headers as they came.
    public Cluster keepingNameCase() {
        return new Cluster(
                name,
                discovery,
                loadBalancing,
                places,
                protocol,
                pool,
                health,
                tls,
                of,
                true,
                config,
                origin);
    }

    /// The same, with that time for a connection to be made.
    public Cluster connecting(Duration timeout) {
        return new Cluster(
                name,
                discovery,
                loadBalancing,
                places,
                protocol,
                pool.connecting(timeout),
                health,
                tls,
                of,
                keepsNameCase,
                config,
                origin);
    }

    /// The same, whose connections are secured so.
    public Cluster secured(ClientTls how) {
        return new Cluster(
                name,
                discovery,
                loadBalancing,
                places,
                protocol,
                pool,
                health,
                Optional.of(how),
                of,
                keepsNameCase,
                config,
                origin);
    }

    /// A service that a cluster is of.
    ///
    /// @param subset empty for all of the service
    public record ServiceRef(String host, String name, String namespace, String subset, int port) {}

    /// Which HTTP is spoken to a cluster's hosts.
    public enum Protocol {
        HTTP1,
        HTTP2,
        /// What the client spoke, as Istio's `useClientProtocol`.
        AS_DOWNSTREAM
    }

    /// Where a cluster's hosts come from.
    public sealed interface Discovery {
        /// EDS, under the cluster's own name.
        record Eds() implements Discovery {}

        /// Known here and now; the addresses are IP addresses.
        record Fixed(LoadAssignment hosts) implements Discovery {}

        /// Names, resolved again and again; all addresses are used.
        ///
        /// @param refresh how often, where an answer does not say it; empty for what the proxy does
        ///   unasked (5 s)
        record StrictDns(LoadAssignment hosts, Optional<Duration> refresh) implements Discovery {
            /// As the proxy does it unasked.
            public StrictDns(LoadAssignment hosts) {
                this(hosts, Optional.empty());
            }
        }

        /// One name, resolved again and again; one address is used at a time.
        ///
        /// @param races whether all addresses are tried, and the first that answers is used
        /// @param refresh as with the others
        record LogicalDns(LoadAssignment hosts, boolean races, Optional<Duration> refresh)
                implements Discovery {}

        /// Whatever host a request names, looked up by the proxy.
        record DynamicDns() implements Discovery {}

        /// Where the connection wanted to go before it was redirected.
        ///
        /// @param from address that connections are made from, so that the redirection can tell
        ///   them from the workload's own; empty for any
        /// @param port that is gone to instead; empty for the one that was wanted
        record OriginalDestination(String from, OptionalInt port) implements Discovery {
            /// Where it wanted to go.
            public OriginalDestination(String from) {
                this(from, OptionalInt.empty());
            }
        }

        /// Those of the first of some clusters that has a healthy one.
        record FirstOf(List<String> clusters) implements Discovery {
            public FirstOf {
                clusters = List.copyOf(clusters);
            }
        }

        /// The hosts, where they are part of the cluster.
        default Optional<LoadAssignment> inlined() {
            return switch (this) {
                case FirstOf _ -> Optional.empty();
                case Fixed(LoadAssignment hosts) -> Optional.of(hosts);
                case StrictDns(LoadAssignment hosts, _) -> Optional.of(hosts);
                case LogicalDns(LoadAssignment hosts, _, _) -> Optional.of(hosts);
                case Eds(), DynamicDns(), OriginalDestination _ -> Optional.empty();
            };
        }
    }
}
