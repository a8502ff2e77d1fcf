package dev.heddle.xds.server;

import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsType;
import java.util.Map;
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;

/// One open stream to one proxy, as the control plane holds it.
public interface XdsStream {

    /// Unlike that of any other stream of this server's life.
    long id();

    /// Who the other end says it is; where it has proved anything, that agrees with it.
    NodeInfo node();

    /// Which of the two protocols the proxy speaks.
    Variant variant();

    /// Who is at the other end.
    Peer peer();

    /// Gives the proxy a new target. Callable from any thread; returns at once.
    ///
    /// Only the newest snapshot counts: one that was not begun yet is forgotten. What differs from
    /// what the proxy has is sent in the order of make before break. Does nothing on a closed
    /// stream.
    void push(Snapshot snapshot);

    /// The names of resources that the proxy wants, by the types that it asked for; no names where
    /// it wants all. Callable from any thread; completed on the stream's, and never once that has
    /// ended.
    CompletableFuture<Map<XdsType, SortedSet<String>>> subscriptions();

    /// Ends the stream; the proxy keeps what it has and connects again. Callable from any thread.
    void close(String reason);

    /// Ends the stream because the proxy may not be who it says. Callable from any thread.
    void refuse(String reason);

    /// The two ways of speaking xDS.
    enum Variant {
        /// Incremental: what changed, and names that are no more.
        DELTA,
        /// State of the world: all clusters or listeners each time.
        SOTW
    }
}
