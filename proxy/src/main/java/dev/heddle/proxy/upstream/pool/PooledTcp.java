package dev.heddle.proxy.upstream.pool;

import dev.heddle.proxy.http.TcpUpstream;
import dev.heddle.proxy.http.UpstreamFailure;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;

/// One connection for bytes without HTTP, which somebody has to itself.
@Confined("worker")
final class PooledTcp extends PooledConnection {
    private final TcpPool pool;
    private final PoolWaiter waiter;

    PooledTcp(TcpPool pool, Destination to, PoolWaiter waiter, Leave leave) {
        super(to, leave);
        this.pool = pool;
        this.waiter = waiter;
    }

    @Override
    WireHandler speak(Wire wire) {
        var made = new TcpUpstream(wire, this::onGone);
        pool.onConnected(waiter);
        waiter.onStream(made);
        return made;
    }

    @Override
    void onFailed(UpstreamFailure.ConnectFailed failure, String reason) {
        pool.onConnectFailed(waiter);
        waiter.onNoConnection(failure, reason);
    }

    @Override
    void onIdle() {
        // Nobody puts it away.
    }

    private void onGone() {
        gone();
        pool.onGone();
    }
}
