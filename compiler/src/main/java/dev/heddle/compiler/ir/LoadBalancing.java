package dev.heddle.compiler.ir;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/// How one of a cluster's hosts is chosen for a request.
public sealed interface LoadBalancing {
    /// One after the other, by weight.
    ///
    /// @param warmup of new hosts; empty for none
    record RoundRobin(Optional<Warmup> warmup) implements LoadBalancing {
        /// Without warm-up.
        public RoundRobin() {
            this(Optional.empty());
        }
    }

    /// The less loaded of two that are chosen by chance. Istio's default.
    ///
    /// @param warmup of new hosts; empty for none
    record LeastRequest(Optional<Warmup> warmup) implements LoadBalancing {
        /// Without warm-up.
        public LeastRequest() {
            this(Optional.empty());
        }
    }

    /// That of two chosen by chance from which an answer is to be expected sooner. Stock Envoy has
    /// none, and does as with [LeastRequest].
    ///
    /// @param decay after which a latency that was seen counts for a third; more than 0
    /// @param longestRest for which a host is left alone at most that asks for it by `Retry-After`;
    ///   zero for not at all
    /// @param warmup of new hosts; empty for none
    record PeakEwma(Duration decay, Duration longestRest, Optional<Warmup> warmup)
            implements LoadBalancing {}

    /// By chance.
    record Random() implements LoadBalancing {}

    /// The one to which the hash of the request leads.
    record Hashed(Table table) implements LoadBalancing {}

    /// The cluster knows its one host by itself.
    record ByCluster() implements LoadBalancing {}

    /// How a hash leads to a host.
    sealed interface Table {
        /// A ring of points.
        ///
        /// @param least how many; empty for Envoy's 1024
        record Ring(OptionalLong least) implements Table {}

        /// A look-up table.
        ///
        /// @param size a prime; empty for Envoy's 65537
        record Maglev(OptionalLong size) implements Table {}
    }

    /// How the share of a new host grows.
    ///
    /// @param shape what Istio's `warmup` says besides; empty where its older form says nothing
    record Warmup(Duration duration, Optional<Shape> shape) {}

    /// @param leastPercent of its share in the beginning
    /// @param aggression 1 for even growth
    record Shape(double leastPercent, double aggression) {}
}
