package dev.heddle.proxy.http;

import dev.heddle.proxy.runtime.Worker;

/// The server side of a connection that has many requests at once: HTTP/2 or HTTP/3.
public interface DownstreamCodec {
    /// Whoever serves the requests.
    interface Owner {
        /// One more stream than ever before: who hears its requests, one after the other?
        RequestHandler handler(DownstreamStream stream);

        /// The first stream of several, or the only one, was opened.
        void onBusy();

        /// The last stream is over.
        void onIdle();

        /// A request was refused before anybody heard of it, and is answered or reset already.
        ///
        /// @param details as Envoy's `%RESPONSE_CODE_DETAILS%`
        void onRefused(String details);

        /// The connection is gone, after all its requests. The last call.
        ///
        /// @param details what the client did wrong; empty if nothing
        void onGone(String details);
    }

    /// Which version is spoken.
    Protocol protocol();

    /// How many requests are open.
    int streams();

    /// Whether the client knows that it should go.
    boolean isLeaving();

    /// Lets the client know that it should go, then ends with its last request.
    void drain();

    /// Ends now if there is no request, else as [#drain] does.
    void closeWhenIdle();

    /// Ends it whatever it does.
    void close();

    /// The rest of an answer was given up, as its client did not read it in time.
    default void onNotRead() {}

    /// Whose thread it is on.
    Worker worker();

    /// Who hears the requests of one more stream.
    RequestHandler handler(DownstreamStream stream);

    /// A request is over, and its stream too.
    void onOver(DownstreamStream stream);

    /// How long a client may take without reading to read the rest of an answer; zero for ever.
    long flushNanos();
}
