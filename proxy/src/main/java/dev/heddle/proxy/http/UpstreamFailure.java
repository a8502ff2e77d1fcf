package dev.heddle.proxy.http;

/// Why there is no answer from upstream. Each is answered by the one table in [LocalReply].
public sealed interface UpstreamFailure {
    /// No route matches.
    record NoRoute() implements UpstreamFailure {}

    /// The route names a cluster that is not there.
    ///
    /// @param status that the route answers then
    record NoCluster(int status) implements UpstreamFailure {}

    /// The cluster has no host that may be used.
    record NoHealthyHost() implements UpstreamFailure {}

    /// A limit of the cluster's circuit breaker is reached.
    record Overflow() implements UpstreamFailure {}

    /// The cluster failed or was slow so often that it gets no requests for a while.
    record BreakerOpen() implements UpstreamFailure {}

    /// No connection could be made.
    ///
    /// @param cause what the system says, for the log only; may be empty
    record ConnectFailed(boolean timedOut, String cause) implements UpstreamFailure {}

    /// The connection ended before the response was complete.
    record ConnectionLost() implements UpstreamFailure {}

    /// The upstream gave this request up, and not the connection.
    ///
    /// @param refused whether it says that it did nothing of it yet
    record Reset(boolean refused) implements UpstreamFailure {}

    /// What the upstream sent is no HTTP.
    record ProtocolError() implements UpstreamFailure {}

    /// The timeout of one attempt passed.
    ///
    /// @param idle whether it was that without a byte in either direction
    record TryTimeout(boolean idle) implements UpstreamFailure {}

    /// The route's timeout passed.
    record Timeout() implements UpstreamFailure {}
}
