package dev.heddle.xds.protocol;

import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsType;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;

/// One ADS stream as the server sees it: events in, effects out.
///
/// Nothing here waits, sends or reads a clock, so the same engine runs behind gRPC and inside a
/// simulation. It belongs to its stream: one call at a time.
///
/// @param <Q> the protocol's request
/// @param <R> the protocol's response
public sealed interface ServerStream<Q, R extends XdsResponse>
        permits DeltaServerStream, SotwServerStream {

    /// The client said something.
    List<ServerEffect<R>> onRequest(Q request);

    /// There is a new target. It replaces the one before, whether that was reached or not.
    List<ServerEffect<R>> onPush(Snapshot snapshot);

    /// The names of resources that the client wants, by the types that it asked for; no names where
    /// it wants all, or none. A copy, which costs time in proportion to them.
    Map<XdsType, SortedSet<String>> subscriptions();

    /// The client was given long enough to answer a response. Others that waited for its answer go
    /// on; the answer still counts when it comes. Does nothing when it has come, or when a newer
    /// response of the type was sent.
    List<ServerEffect<R>> onUnanswered(XdsType type, String nonce);
}
