package dev.heddle.proxy.http2;

/// How a stream ended.
public enum StreamEnd {
    /// Both messages are complete, or the response is and nobody waits for the rest of the request.
    COMPLETE,
    /// The peer reset it.
    RESET_BY_PEER,
    /// Whoever uses the stream reset it here.
    RESET_HERE,
    /// The peer broke a rule, so it was reset.
    PROTOCOL_ERROR,
    /// It held much memory when there was little.
    OVERLOADED,
    /// The peer says that it has not looked at the request: it may be sent again elsewhere.
    NOT_PROCESSED,
    /// The connection is gone.
    CONNECTION_LOST
}
