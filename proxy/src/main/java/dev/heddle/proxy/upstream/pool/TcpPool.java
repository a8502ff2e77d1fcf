package dev.heddle.proxy.upstream.pool;

import dev.heddle.proxy.http.UpstreamFailure;
import dev.heddle.proxy.runtime.Confined;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The connections of one worker to one host that carry bytes without HTTP: those of a tunnel, or
/// of a TCP connection. Who waits for one has it to itself, so there is no queue: where the circuit
/// breaker allows no further connection, the waiter is refused.
@Confined("worker")
final class TcpPool implements ConnectionPool {
    private final Destination to;
    private final Map<PoolWaiter, PooledTcp> connecting = new HashMap<>();
    private int open;

    TcpPool(Destination to) {
        this.to = to;
    }

    @Override
    public void acquire(PoolWaiter waiter) {
        Leave leave = Leave.ask(to.cluster(), open + connecting.size());
        if (leave == Leave.NONE) {
            waiter.onNoConnection(new UpstreamFailure.Overflow(), "connections");
            return;
        }
        var connection = new PooledTcp(this, to, waiter, leave);
        connecting.put(waiter, connection);
        connection.connect(List.of(), waiter.origin());
    }

    @Override
    public void acquireFresh(PoolWaiter waiter) {
        acquire(waiter);
    }

    @Override
    public void cancel(PoolWaiter waiter) {
        PooledTcp connection = connecting.remove(waiter);
        if (connection != null) {
            connection.giveUp();
        }
    }

    @Override
    public void drain() {
        // Nothing waits here for somebody to need it.
    }

    @Override
    public boolean isUsed() {
        return open > 0 || !connecting.isEmpty();
    }

    void onConnected(PoolWaiter waiter) {
        connecting.remove(waiter);
        open++;
    }

    void onConnectFailed(PoolWaiter waiter) {
        connecting.remove(waiter);
    }

    void onGone() {
        open--;
    }
}
