package dev.heddle.proxy.upstream.health;

import dev.heddle.xds.wire.Bytes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How hosts are asked whether they are well (`envoy.config.core.v3.HealthCheck`).
///
/// @param probe what is asked
/// @param timeout after which there is no answer
/// @param pace how often
/// @param unhealthyThreshold failures in a row of the network that make a host fail; at least 1
/// @param healthyThreshold successes in a row that make it well again; at least 1
/// @param way how it is reached
public record HealthCheck(
        Probe probe,
        Duration timeout,
        Pace pace,
        int unhealthyThreshold,
        int healthyThreshold,
        Way way) {

    /// How often hosts are asked.
    ///
    /// @param interval usually
    /// @param noTraffic as long as nobody has used the cluster, and the host is not known to be
    ///   well; 60 s by default
    /// @param noTrafficHealthy the same of hosts that are
    /// @param unhealthy of hosts that fail
    /// @param unhealthyEdge of hosts that are well as long as they do not fail often enough
    /// @param healthyEdge of hosts that fail as long as they are not well often enough
    /// @param jitter how much longer each interval may be, at random
    public record Pace(
            Duration interval,
            Duration noTraffic,
            Duration noTrafficHealthy,
            Duration unhealthy,
            Duration unhealthyEdge,
            Duration healthyEdge,
            Jitter jitter) {}

    /// What is added at random.
    ///
    /// @param initial before the first check
    /// @param each to each interval
    /// @param percent of each interval
    public record Jitter(Duration initial, Duration each, int percent) {}

    /// How hosts are reached.
    ///
    /// @param reusesConnection whether one is kept for the next check
    /// @param alpn what TLS offers to speak; none: what the cluster says
    /// @param socketLabels by which the cluster chooses how connections are secured, in the place
    ///   of the hosts' own; absent for those
    public record Way(
            boolean reusesConnection,
            List<String> alpn,
            Optional<Map<String, String>> socketLabels) {
        public Way {
            alpn = List.copyOf(alpn);
        }
    }

    /// What is asked.
    public sealed interface Probe {
        /// A request of HTTP.
        ///
        /// @param host in the place of the cluster's name; empty for that
        /// @param headers in addition
        /// @param removed headers that are not sent
        /// @param body empty for none
        /// @param isHttp2 whether it is asked in version 2
        /// @param expected statuses that are a success
        /// @param retriable statuses of which it takes more than one in a row to fail
        /// @param receive what the body holds, one behind the other
        /// @param bufferBytes how much of the body is looked at; 0 for all of it
        /// @param service what `x-envoy-upstream-healthchecked-cluster` must be
        record Http(
                String method,
                String host,
                String path,
                List<Header> headers,
                List<String> removed,
                Bytes body,
                boolean isHttp2,
                List<Statuses> expected,
                List<Statuses> retriable,
                List<Bytes> receive,
                long bufferBytes,
                Optional<NameMatch> service)
                implements Probe {}

        /// A connection, and bytes.
        ///
        /// @param send empty for none
        /// @param receive what comes back, one behind the other; none: the connection is enough
        record Tcp(Bytes send, List<Bytes> receive) implements Probe {}

        /// A call of `grpc.health.v1.Health/Check`.
        ///
        /// @param service empty for the server as a whole
        /// @param authority in the place of the cluster's name; empty for that
        /// @param metadata in addition
        record Grpc(String service, String authority, List<Header> metadata) implements Probe {}
    }

    /// A header that is sent.
    ///
    /// @param replaces whether it takes the place of another of its name
    public record Header(String name, String value, boolean replaces) {}

    /// Statuses, from the first to before the end.
    public record Statuses(int start, int end) {
        public Statuses {
            if (start < 100 || start >= end || end > 600) {
                throw new IllegalArgumentException(
                        "start, end: %d, %d (expected: from 100 to 600, the second greater)"
                                .formatted(start, end));
            }
        }

        /// Whether a status is one of some.
        public static boolean contain(List<Statuses> some, int status) {
            for (Statuses each : some) {
                if (status >= each.start && status < each.end) {
                    return true;
                }
            }
            return false;
        }
    }

    /// Says whether a name is the right one.
    @FunctionalInterface
    public interface NameMatch {
        boolean test(String name);
    }

    public HealthCheck {
        if (unhealthyThreshold < 1 || healthyThreshold < 1) {
            throw new IllegalArgumentException(
                    "unhealthyThreshold, healthyThreshold: %d, %d (expected: >= 1)"
                            .formatted(unhealthyThreshold, healthyThreshold));
        }
    }
}
