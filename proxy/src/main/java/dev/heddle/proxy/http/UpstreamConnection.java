package dev.heddle.proxy.http;

import dev.heddle.proxy.runtime.WireHandler;

/// A connection to an upstream that carries requests: one at a time, or many.
public sealed interface UpstreamConnection extends WireHandler
        permits Http1Upstream, Http2Upstream {
    /// Whoever keeps the connection.
    interface Owner {
        /// A request is over, or the peer changed how many there may be: look again whether it
        /// takes one.
        void onRoom();

        /// It takes no new requests any more; those that it has may end.
        default void onLeaving() {}

        /// The connection is gone or closing. Told once, the last call.
        ///
        /// @param isBroken whether the peer broke the protocol of the connection as a whole
        void onGone(boolean isBroken);
    }

    Protocol protocol();

    /// How many more requests it takes now.
    int room();

    /// As [#room], but while the peer has not said how many it takes, as many as this side wants.
    int expectedRoom();

    /// How many requests are in flight.
    int streams();

    /// How many requests were started on it.
    long requests();

    /// A stream for the next request, which is to be started at once. Only when there is [#room].
    UpstreamStream open();

    /// Takes no new requests; ends with the last of those that it has.
    void drain();
}
