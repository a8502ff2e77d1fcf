package dev.heddle.proxy.http3;

import dev.heddle.proxy.http2.Http2Head;
import dev.heddle.proxy.http2.MessageStream;

/// Hears what happens on an [Http3Connection]. Called on the worker's thread.
public interface Http3Listener {
    /// A request came. The stream wants its handler during this call.
    ///
    /// @param head valid during this call
    /// @param isEnd whether it has no body
    void onRequest(MessageStream stream, Http2Head head, boolean isEnd);

    /// A request was refused before anybody heard of it, and is answered or reset already.
    ///
    /// @param details for logs
    void onRefused(String details);

    /// The client had better come anew.
    void onWorn();

    /// The connection is gone, after all its streams. The last call.
    ///
    /// @param details what the client did wrong; empty if nothing
    void onClosed(String details);
}
