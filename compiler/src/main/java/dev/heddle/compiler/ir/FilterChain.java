package dev.heddle.compiler.ir;

import dev.heddle.model.Origin;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// What becomes of the connections that match.
///
/// @param name as in `0.0.0.0_9080`, shown in statistics and configuration dumps
/// @param tls how TLS ends here; empty where bytes are taken as they come
public record FilterChain(
        String name, Match match, Optional<ServerTls> tls, Handling handling, Origin origin) {

    /// A chain that takes bytes as they come.
    public FilterChain(String name, Match match, Handling handling, Origin origin) {
        this(name, match, Optional.empty(), handling, origin);
    }

    /// The same, which looks up hosts that requests name, if it sees requests.
    public FilterChain resolving() {
        return handling instanceof Handling.Http http
                ? new FilterChain(name, match, tls, http.resolving(true), origin)
                : this;
    }

    /// The same with another handling.
    public FilterChain with(Handling other) {
        return new FilterChain(name, match, tls, other, origin);
    }

    /// The same for connections that were meant for that port.
    public FilterChain on(int port) {
        return new FilterChain(name, match.on(port), tls, handling, origin);
    }

    /// Which connections. What is empty matches every connection.
    ///
    /// @param port that the connection was meant for
    /// @param addresses that the connection was meant for, any of them, as in `10.0.0.0/8`
    /// @param sources that it comes from, likewise
    /// @param serverNames of TLS, exact or as in `*.example.com`
    /// @param transport as in `tls` or `raw_buffer`
    /// @param applicationProtocols as in `http/1.1` or `h2c`, as an inspector found them
    public record Match(
            OptionalInt port,
            List<String> addresses,
            List<String> sources,
            List<String> serverNames,
            Optional<String> transport,
            List<String> applicationProtocols) {
        /// Every connection.
        public static final Match ALL =
                new Match(
                        OptionalInt.empty(),
                        List.of(),
                        List.of(),
                        List.of(),
                        Optional.empty(),
                        List.of());

        public Match {
            addresses = List.copyOf(addresses);
            sources = List.copyOf(sources);
            serverNames = List.copyOf(serverNames);
            applicationProtocols = List.copyOf(applicationProtocols);
        }

        /// Connections that an inspector found to speak HTTP without TLS.
        public static Match ofHttp() {
            return new Match(
                    OptionalInt.empty(),
                    List.of(),
                    List.of(),
                    List.of(),
                    Optional.of("raw_buffer"),
                    List.of("http/1.1", "h2c"));
        }

        /// Connections whose client hello names one of those servers; `*` is every name, which is
        /// to ask for none.
        public static Match ofTls(List<String> names) {
            return new Match(
                    OptionalInt.empty(),
                    List.of(),
                    List.of(),
                    names.contains("*") ? List.of() : names,
                    Optional.of("tls"),
                    List.of());
        }

        /// Connections of TLS whose client hello names that server and speaks one of those
        /// protocols.
        public static Match ofMesh(String name, List<String> protocols) {
            return new Match(
                    OptionalInt.empty(),
                    List.of(),
                    List.of(),
                    List.of(name),
                    Optional.of("tls"),
                    protocols);
        }

        /// Connections of the mesh's TLS, whose client speaks one of those protocols inside.
        public static Match ofMesh(List<String> protocols) {
            return ALL.of("tls", protocols);
        }

        /// Connections without TLS.
        public static Match ofPlain() {
            return ALL.of("raw_buffer", List.of());
        }

        private Match of(String transport, List<String> protocols) {
            return new Match(
                    port, addresses, sources, serverNames, Optional.of(transport), protocols);
        }

        /// The same connections, as far as they were meant for that port.
        public Match on(int port) {
            return new Match(
                    OptionalInt.of(port),
                    addresses,
                    sources,
                    serverNames,
                    transport,
                    applicationProtocols);
        }

        /// The same connections, as far as they go to and come from there; empty is anywhere.
        public Match between(List<String> sources, List<String> addresses) {
            return new Match(
                    port, addresses, sources, serverNames, transport, applicationProtocols);
        }

        /// Connections that were meant for that port.
        public static Match ofPort(int port) {
            return new Match(
                    OptionalInt.of(port),
                    List.of(),
                    List.of(),
                    List.of(),
                    Optional.empty(),
                    List.of());
        }
    }

    /// What is done with a connection.
    public sealed interface Handling {
        /// Its requests are routed one by one.
        ///
        /// @param statPrefix as in `outbound_0.0.0.0_9080`
        /// @param edge whether clients are outside of the mesh, so that their forwarding headers
        ///   are not believed
        /// @param translation of what clients say that those who serve do not understand
        /// @param resolves whether hosts that requests name are looked up
        /// @param asked the services that its routes have asked, ordered by name, each once
        /// @param limits whether some of its routes have limits
        record Http(
                String statPrefix,
                Routes routes,
                boolean edge,
                Translation translation,
                boolean resolves,
                List<Authorizer> asked,
                boolean limits)
                implements Handling {
            public Http {
                asked = List.copyOf(asked);
            }

            /// Nobody is asked, and nothing limited.
            public Http(
                    String statPrefix,
                    Routes routes,
                    boolean edge,
                    Translation translation,
                    boolean resolves) {
                this(statPrefix, routes, edge, translation, resolves, List.of(), false);
            }

            /// No host is looked up.
            public Http(String statPrefix, Routes routes, boolean edge, Translation translation) {
                this(statPrefix, routes, edge, translation, false);
            }

            /// Nothing is translated.
            public Http(String statPrefix, Routes routes, boolean edge) {
                this(statPrefix, routes, edge, Translation.NONE);
            }

            /// The same with a translation.
            public Http with(Translation other) {
                return new Http(statPrefix, routes, edge, other, resolves, asked, limits);
            }

            /// The same, which looks hosts up or not.
            public Http resolving(boolean on) {
                return new Http(statPrefix, routes, edge, translation, on, asked, limits);
            }

            /// The same, whose routes are in that table and have those services asked.
            public Http asking(String table, List<Authorizer> others, boolean limited) {
                return new Http(
                        statPrefix,
                        new Routes.Named(table),
                        edge,
                        translation,
                        resolves,
                        others,
                        limited);
            }

            /// The same, some of whose routes have limits.
            public Http limiting() {
                return new Http(statPrefix, routes, edge, translation, resolves, asked, true);
            }
        }

        /// It brings questions for names. A data plane that takes none over TCP passes them on.
        ///
        /// @param listener for datagrams, which has the names
        /// @param cluster that they are passed on to
        record Names(String listener, String cluster) implements Handling {}

        /// Its bytes go to one cluster, or to one of several by weight.
        ///
        /// @param statPrefix as in `outbound|3306||mysql.default.svc.cluster.local`
        /// @param times how long a connection may last
        /// @param tunnel in which an HTTP proxy is to carry them; that proxy is the cluster
        /// @param hashesSource whether a client's address chooses its host
        /// @param lookUp port of the server that the client hello names, which is looked up; empty
        ///   where the cluster has hosts of its own
        /// @param rule by which its connections are counted; empty for what no rule says
        record Tcp(
                String statPrefix,
                List<TcpDestination> destinations,
                Times times,
                Optional<Tunnel> tunnel,
                boolean hashesSource,
                OptionalInt lookUp,
                String rule)
                implements Handling {
            /// Bytes that go as they are to hosts that the cluster has, for as long as the proxy
            /// lets them.
            public Tcp(String statPrefix, List<TcpDestination> destinations) {
                this(
                        statPrefix,
                        destinations,
                        Times.DEFAULT,
                        Optional.empty(),
                        false,
                        OptionalInt.empty(),
                        "");
            }

            /// The same to the server that the client hello names, at that port.
            public Tcp lookingUp(int port) {
                return new Tcp(
                        statPrefix,
                        destinations,
                        times,
                        tunnel,
                        hashesSource,
                        OptionalInt.of(port),
                        rule);
            }

            /// The same, counted by that rule.
            public Tcp countedBy(String rule) {
                return new Tcp(statPrefix, destinations, times, tunnel, hashesSource, lookUp, rule);
            }

            public Tcp {
                if (destinations.isEmpty()) {
                    throw new IllegalArgumentException("destinations: [] (expected: one or more)");
                }
                destinations = List.copyOf(destinations);
            }

            /// All bytes to one cluster.
            public static Tcp to(String statPrefix, String cluster) {
                return new Tcp(statPrefix, List.of(new TcpDestination(cluster, 1)));
            }
        }
    }

    /// What clients may say that those who serve do not understand.
    public enum Translation {
        /// Nothing.
        NONE,
        /// gRPC-Web, which becomes gRPC.
        GRPC_WEB;

        /// What is right for a port whose clients may speak gRPC-Web, or not.
        public static Translation of(boolean isGrpcWeb) {
            return isGrpcWeb ? GRPC_WEB : NONE;
        }
    }

    /// How long a connection of bytes may last.
    ///
    /// @param idle without a byte in either direction; zero for as long as it likes, empty for what
    ///   the proxy does unasked (an hour)
    /// @param whole however busy it is; empty for as long as it likes
    public record Times(Optional<Duration> idle, Optional<Duration> whole) {
        /// What the proxy does unasked.
        public static final Times DEFAULT = new Times(Optional.empty(), Optional.empty());
    }

    /// What an HTTP proxy is asked for.
    ///
    /// @param target host and port that it is to connect to
    /// @param isPost whether by POST; else by CONNECT
    public record Tunnel(String target, boolean isPost) {}

    /// A share of the connections.
    public record TcpDestination(String cluster, int weight) {}

    /// Where requests find their route table.
    public sealed interface Routes {
        /// Delivered by RDS under its name, so that it changes without touching the listener.
        record Named(String name) implements Routes {}

        /// Part of the listener.
        record Held(RouteConfiguration table) implements Routes {}
    }
}
