package dev.heddle.proxy.upstream.pool;

import dev.heddle.proxy.http.UpstreamFailure;
import dev.heddle.proxy.http.UpstreamStream;
import dev.heddle.proxy.runtime.Origin;

/// Someone who needs a connection. Exactly one of the methods is called, once, unless the wait is
/// cancelled; maybe before the call that asked for it returns.
public interface PoolWaiter {
    /// Whether only a connection will do that has served nobody yet.
    default boolean needsNewConnection() {
        return false;
    }

    /// Whose connection it is, where it is made for this waiter alone.
    default Origin origin() {
        return Origin.UNTOLD;
    }

    /// A connection is up, and this stream on it is now the waiter's.
    void onStream(UpstreamStream stream);

    /// @param reason for the log only
    void onNoConnection(UpstreamFailure failure, String reason);
}
