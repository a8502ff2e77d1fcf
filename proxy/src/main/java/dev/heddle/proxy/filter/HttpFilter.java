package dev.heddle.proxy.filter;

import dev.heddle.proxy.http.BodySink;
import dev.heddle.proxy.http.ResponseHead;

/// One step on the way of one request: filters see requests in the order of the configuration and
/// responses in the reverse. An instance serves one exchange, so its fields are that exchange's
/// memory; one that says [#isReusable] serves the next one of the connection, too.
public interface HttpFilter {
    /// The request's head was received.
    Verdict onRequest(Exchange exchange);

    /// The request was received whole. Told to the filters that saw its head.
    default void onRequestEnd(Exchange exchange) {}

    /// More of the request's body came and is held. Told to the filter that the exchange waits for.
    default void onBodyHeld(Exchange exchange) {}

    /// Where the request's body goes, which is asked when it begins to: a filter that changes the
    /// body puts itself in between.
    default BodySink toUpstream(Exchange exchange, BodySink upstream) {
        return upstream;
    }

    /// Where the response's body goes, which is asked once after [#onResponse]: a filter that
    /// changes the body puts itself in between.
    default BodySink toClient(Exchange exchange, BodySink client) {
        return client;
    }

    /// A response's head is about to be sent, from upstream or from this proxy; it may be edited.
    default void onResponse(Exchange exchange, ResponseHead response) {}

    /// The exchange is over, however it ended. The last call, made once; gives back what the filter
    /// holds.
    default void onComplete(Exchange exchange) {}

    /// Whether this instance is as new after [#onComplete]. For what every request passes: a new
    /// instance each time is what garbage is made of.
    default boolean isReusable() {
        return false;
    }

    /// The connection is gone; told to reusable filters, which free what they keep between
    /// exchanges.
    default void discard() {}
}
