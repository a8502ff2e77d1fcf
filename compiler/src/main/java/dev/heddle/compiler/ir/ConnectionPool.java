package dev.heddle.compiler.ir;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/// Limits of the connections to a cluster. What is empty is not limited.
///
/// @param connectTimeout for a connection to be made
/// @param maxConnections at one time
/// @param maxPendingRequests that wait for a connection
/// @param maxRequests at one time
/// @param retries how many of them may be under way
/// @param maxRequestsPerConnection before a connection is given up; 1 disables keep-alive
/// @param idleTimeout after which a connection without requests is closed
/// @param sockets what is special about its connections
public record ConnectionPool(
        Duration connectTimeout,
        OptionalInt maxConnections,
        OptionalInt maxPendingRequests,
        OptionalInt maxRequests,
        Retries retries,
        OptionalInt maxRequestsPerConnection,
        Optional<Duration> idleTimeout,
        Sockets sockets) {

    /// Istio's defaults: ten seconds to connect, nothing limited.
    public static final ConnectionPool UNLIMITED =
            new ConnectionPool(
                    Duration.ofSeconds(10),
                    OptionalInt.empty(),
                    OptionalInt.empty(),
                    OptionalInt.empty(),
                    Retries.UNLIMITED,
                    OptionalInt.empty(),
                    Optional.empty(),
                    Sockets.PLAIN);

    /// The same, with that time for a connection to be made.
    public ConnectionPool connecting(Duration timeout) {
        return new ConnectionPool(
                timeout,
                maxConnections,
                maxPendingRequests,
                maxRequests,
                retries,
                maxRequestsPerConnection,
                idleTimeout,
                sockets);
    }

    /// What is special about connections, whatever is spoken on them.
    ///
    /// @param maxDuration after which a connection takes no further request
    /// @param keepAlive has the kernel probe silent ones
    /// @param header tells hosts of the client
    public record Sockets(
            Optional<Duration> maxDuration,
            Optional<KeepAlive> keepAlive,
            Optional<ProxyHeader> header) {
        /// Nothing.
        public static final Sockets PLAIN =
                new Sockets(Optional.empty(), Optional.empty(), Optional.empty());
    }

    /// The kernel's probes; what is empty is as the kernel has it.
    ///
    /// @param idleSeconds before the first
    /// @param intervalSeconds between them
    public record KeepAlive(
            OptionalInt probes, OptionalInt idleSeconds, OptionalInt intervalSeconds) {}

    /// Versions of the PROXY protocol.
    public enum ProxyHeader {
        V1,
        V2
    }

    /// How many retries may be under way.
    public sealed interface Retries {
        /// As many as there are.
        Retries UNLIMITED = new AtMost(OptionalInt.empty());

        /// At most that many; empty for no limit.
        record AtMost(OptionalInt number) implements Retries {}

        /// A share of the requests.
        ///
        /// @param percent of the requests under way, from 0 to 100
        /// @param least that are allowed in any case
        record Share(double percent, int least) implements Retries {}
    }

    public ConnectionPool {
        if (!connectTimeout.isPositive()) {
            throw new IllegalArgumentException(
                    "connectTimeout: " + connectTimeout + " (expected: > 0)");
        }
    }
}
