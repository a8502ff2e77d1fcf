package dev.heddle.proxy.filter.fault;

import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.route.Chance;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/// Which requests fail, and how (`envoy.extensions.filters.http.fault.v3.HTTPFault`).
///
/// @param delay before a request goes on
/// @param abort in the place of an answer from upstream, after the delay
/// @param rate of the response's body
/// @param requests those that may fail at all
/// @param cluster that their route must lead to; empty for any
/// @param mostActive how many exchanges of the connection manager may be failing at once; fuzzy, as
///   workers do not wait for each other
/// @param countsCallers whether it is counted by `x-envoy-downstream-service-cluster`, too
public record FaultConfig(
        Optional<Delay> delay,
        Optional<Abort> abort,
        Optional<Rate> rate,
        Predicate<RequestHead> requests,
        String cluster,
        OptionalLong mostActive,
        boolean countsCallers) {

    /// How long a share of the requests waits.
    ///
    /// @param fixed empty where the request says it (`x-envoy-fault-delay-request`, in
    ///   milliseconds)
    public record Delay(Optional<Duration> fixed, Chance chance) {}

    /// What a share of the requests is answered with.
    public record Abort(Answer answer, Chance chance) {}

    /// What an aborted request is answered with.
    public sealed interface Answer {
        /// @param status 200 to 599
        record Http(int status) implements Answer {}

        /// @param status number of gRPC
        record Grpc(int status) implements Answer {}

        /// What the request says (`x-envoy-fault-abort-request`, or
        /// `x-envoy-fault-abort-grpc-request`).
        record Asked() implements Answer {}
    }

    /// How fast the bodies of a share of the responses flow.
    ///
    /// @param fixed in KiB/s, at least 1; empty where the request says it
    ///   (`x-envoy-fault-throughput-response`)
    public record Rate(OptionalLong fixed, Chance chance) {}
}
