package dev.heddle.proxy.observe;

/// What is counted of a listener before a connection is anybody's.
public enum ListenerStat {
    /// Connections that no filter chain was for; they were closed.
    NO_FILTER_CHAIN_MATCH,
    /// Connections that are being looked at.
    DOWNSTREAM_PRE_CX_ACTIVE,
    /// Connections that showed too little within the time of the listener filters.
    DOWNSTREAM_PRE_CX_TIMEOUT,
    /// Connections beyond the limit of the whole proxy.
    DOWNSTREAM_GLOBAL_CX_OVERFLOW,
    /// Connections that nobody served and of which, as there are too many of them, the listener's
    /// access logs are not told.
    ACCESS_LOG_SKIPPED,
    /// Connections that were refused because the proxy runs out of something.
    DOWNSTREAM_CX_OVERLOAD_REJECT,
    /// Connections that ended while they were looked at.
    DOWNSTREAM_LISTENER_FILTER_REMOTE_CLOSE,
    /// Connections that a listener filter refused.
    DOWNSTREAM_LISTENER_FILTER_ERROR,
    /// Destinations whose servers were found to speak first.
    SERVER_FIRST_LEARNED,
    /// Destinations of which that is no longer true.
    SERVER_FIRST_FORGOTTEN,
    /// Connections that did not wait for a client, because their server is known to speak first.
    SERVER_FIRST_SKIPPED,
    /// Connections to servers that were made to see whether they speak first.
    SERVER_FIRST_PROBES,
    /// Client hellos that were found.
    TLS_FOUND,
    /// Connections that begin with something else.
    TLS_NOT_FOUND,
    /// Client hellos longer than any should be.
    CLIENT_HELLO_TOO_LARGE,
    /// Client hellos that name a server.
    SNI_FOUND,
    SNI_NOT_FOUND,
    /// Client hellos that name protocols.
    ALPN_FOUND,
    ALPN_NOT_FOUND,
    HTTP10_FOUND,
    HTTP11_FOUND,
    HTTP2_FOUND,
    HTTP_NOT_FOUND
}
