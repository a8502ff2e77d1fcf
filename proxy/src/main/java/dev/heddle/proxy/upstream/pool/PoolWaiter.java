package dev.heddle.proxy.upstream.pool;

import dev.heddle.proxy.http.Http1Upstream;
import dev.heddle.proxy.http.UpstreamFailure;

/// Someone who needs a connection. Exactly one of the methods is called, once, unless the wait is
/// cancelled; maybe before the call that asked for it returns.
public interface PoolWaiter {
    /// Whether only a connection will do that has served nobody yet.
    default boolean needsNewConnection() {
        return false;
    }

    /// The connection is up, idle and now this waiter's.
    void onConnection(Http1Upstream connection);

    /// @param reason for the log only
    void onNoConnection(UpstreamFailure failure, String reason);
}
