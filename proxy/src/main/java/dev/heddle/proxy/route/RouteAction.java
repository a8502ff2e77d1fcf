package dev.heddle.proxy.route;

import dev.heddle.proxy.http.RequestHead;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What a route does with a request.
public sealed interface RouteAction {
    /// Whether a request may ask for that protocol instead of HTTP; null if the route leaves that
    /// to its listener.
    default @Nullable Boolean takes(String protocol) {
        return switch (this) {
            case Forward forward -> forward.tunnels().upgrades().takes(protocol);
            case Redirect _, DirectReply _ -> null;
        };
    }

    /// Sends it to one of the targets, by weight.
    ///
    /// @param targets at least one; weights add up to totalWeight
    /// @param timeout for the whole response after the request was received whole; zero means none;
    ///   Envoy's default is 15 s
    /// @param idleTimeout overrides that of the connection manager; zero means none
    /// @param grpcTimeout what a gRPC call may have in the place of the timeout
    /// @param streamLimit in the place of both
    /// @param attempts when and how a request is sent more than once
    /// @param tunnels what becomes of upgrades and CONNECT
    /// @param mirrors who gets copies
    /// @param hash what hosts are chosen by, where their cluster hashes
    record Forward(
            List<Target> targets,
            int totalWeight,
            Duration timeout,
            Optional<Duration> idleTimeout,
            Optional<GrpcTimeout> grpcTimeout,
            Optional<StreamLimit> streamLimit,
            Attempts attempts,
            Tunnels tunnels,
            List<Mirror> mirrors,
            HashPolicy hash)
            implements RouteAction {
        /// A route that says nothing of tunnels and hashes nothing.
        public Forward(
                List<Target> targets,
                int totalWeight,
                Duration timeout,
                Optional<Duration> idleTimeout,
                Optional<GrpcTimeout> grpcTimeout,
                Optional<StreamLimit> streamLimit,
                Attempts attempts) {
            this(
                    targets,
                    totalWeight,
                    timeout,
                    idleTimeout,
                    grpcTimeout,
                    streamLimit,
                    attempts,
                    Tunnels.NONE,
                    List.of(),
                    HashPolicy.NONE);
        }

        /// A route that knows nothing of gRPC.
        public Forward(
                List<Target> targets,
                int totalWeight,
                Duration timeout,
                Optional<Duration> idleTimeout) {
            this(
                    targets,
                    totalWeight,
                    timeout,
                    idleTimeout,
                    Optional.empty(),
                    Optional.empty(),
                    Attempts.ONE);
        }

        public Forward {
            targets = List.copyOf(targets);
            mirrors = List.copyOf(mirrors);
            int sum = targets.stream().mapToInt(Target::weight).sum();
            if (sum != totalWeight || sum < 1) {
                throw new IllegalArgumentException(
                        "totalWeight: "
                                + totalWeight
                                + " (expected: the targets' "
                                + sum
                                + ", at least 1)");
            }
            if (timeout.isNegative()) {
                throw new IllegalArgumentException("timeout: " + timeout + " (expected: >= 0)");
            }
        }

        /// Chooses by weight.
        public Target choose(RandomGenerator random) {
            if (targets.size() == 1) {
                return targets.getFirst();
            }
            int at = random.nextInt(totalWeight);
            for (Target target : targets) {
                at -= target.weight();
                if (at < 0) {
                    return target;
                }
            }
            throw new IllegalStateException("weights: changed after construction");
        }
    }

    /// A cluster that a share of the requests goes to. Whoever compiles the table may attach edits
    /// by its identity.
    ///
    /// @param index position in its route
    record Target(String cluster, int weight, int index) {
        public Target {
            if (weight < 0) {
                throw new IllegalArgumentException("weight: " + weight + " (expected: >= 0)");
            }
        }
    }

    /// Answers with a redirect.
    ///
    /// @param status 301, 302, 303, 307 or 308
    record Redirect(int status, Location location) implements RouteAction {}

    /// Answers with this status and body.
    record DirectReply(int status, String body) implements RouteAction {}

    /// Computes the `location` of a redirect.
    @FunctionalInterface
    interface Location {
        String of(RequestHead request);
    }
}
