package dev.heddle.proxy.http2;

/// Hears what concerns a connection as a whole. Called on the worker's thread.
public interface Http2Listener {
    /// A server got a request. Says who hears the rest with [Http2Stream#setHandler] before
    /// anything else.
    ///
    /// @param head valid during this call; who keeps its block retains it
    /// @param isEnd whether it has no body
    void onRequest(Http2Stream stream, Http2Head head, boolean isEnd);

    /// A server refused a request before [#onRequest] heard of it. The answer, a reset or 431, is
    /// already sent.
    ///
    /// @param details as Envoy's `%RESPONSE_CODE_DETAILS%`
    void onRefused(int streamId, String details);

    /// The peer sent settings, so that more or fewer streams may be open at once.
    void onSettings();

    /// The peer is about to go. A client opens no more streams on this connection; those that the
    /// peer has not looked at were told so.
    void onGoAway(ErrorCode code);

    /// The peer answered [Http2Connection#ping].
    void onPong(long opaque);

    /// The connection is gone and so are all streams. The last call, made once.
    ///
    /// @param code why we closed it; NO_ERROR if the peer did or all was well
    /// @param details what was wrong, in words of Envoy's statistics where it has one
    void onClosed(ErrorCode code, String details);
}
