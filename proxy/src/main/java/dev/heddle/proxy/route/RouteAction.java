package dev.heddle.proxy.route;

import dev.heddle.proxy.http.HeaderName;
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
    /// @param choice how one of them is chosen
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
            Choice choice,
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
                    Choice.BY_CHANCE,
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

        /// The same with that target alone.
        public Forward to(Target target) {
            return new Forward(
                    List.of(new Target(target.cluster(), 1, target.index(), target.header())),
                    1,
                    choice,
                    timeout,
                    idleTimeout,
                    grpcTimeout,
                    streamLimit,
                    attempts,
                    tunnels,
                    mirrors,
                    hash);
        }

        /// Chooses by weight.
        ///
        /// @param request whose headers may say more
        public Target choose(RequestHead request, RandomGenerator random) {
            if (targets.size() == 1) {
                return targets.getFirst().of(request);
            }
            int at = choice.at(request, totalWeight, random);
            for (Target target : targets) {
                at -= target.weight();
                if (at < 0) {
                    return target.of(request);
                }
            }
            throw new IllegalStateException("weights: changed after construction");
        }
    }

    /// How one of several targets is chosen, and what is answered when it is not there.
    ///
    /// @param numberHeader whose number takes the place of chance where a request has one; null for
    ///   chance alone
    /// @param missingStatus when the chosen cluster is not there, as in 503
    /// @param isUrgent whether requests have the limits and connections of high priority there
    record Choice(@Nullable HeaderName numberHeader, int missingStatus, boolean isUrgent) {
        /// By chance, with Envoy's own status.
        public static final Choice BY_CHANCE = new Choice(null, 503, false);

        private static final int MOST_DIGITS = 20;

        /// Where among the weights, from 0.
        int at(RequestHead request, int totalWeight, RandomGenerator random) {
            if (numberHeader == null) {
                return random.nextInt(totalWeight);
            }
            String number = request.headers().get(numberHeader);
            if (number == null
                    || number.isEmpty()
                    || number.length() > MOST_DIGITS
                    || !number.chars().allMatch(c -> c >= '0' && c <= '9')
                    || request.headers().getAll(numberHeader).size() > 1) {
                return random.nextInt(totalWeight);
            }
            try {
                return (int) Long.remainderUnsigned(Long.parseUnsignedLong(number), totalWeight);
            } catch (NumberFormatException e) {
                // More than 64 bits.
                return random.nextInt(totalWeight);
            }
        }
    }

    /// A cluster that a share of the requests goes to. Whoever compiles the table may attach edits
    /// by its identity.
    ///
    /// @param cluster its name; empty where a header names it
    /// @param index position in its route
    /// @param header of the request that names the cluster; null where it has a name
    record Target(String cluster, int weight, int index, @Nullable HeaderName header) {
        /// One with a name.
        public Target(String cluster, int weight, int index) {
            this(cluster, weight, index, null);
        }

        public Target {
            if (weight < 0) {
                throw new IllegalArgumentException("weight: " + weight + " (expected: >= 0)");
            }
        }

        /// The same for that request, with a name; an empty one, which no cluster has, where the
        /// request names none.
        Target of(RequestHead request) {
            if (header == null) {
                return this;
            }
            String named = request.headers().get(header);
            return new Target(named == null ? "" : named, weight, index, header);
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
