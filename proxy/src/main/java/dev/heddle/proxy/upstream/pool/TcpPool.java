package dev.heddle.proxy.upstream.pool;

import dev.heddle.proxy.http.UpstreamFailure;
import dev.heddle.proxy.runtime.Client;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.Host;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The connections of one worker to one host that carry the bytes of tunnels, each of one. Who
/// waits for one has it to itself, so there is no queue: where the circuit breaker allows no
/// further connection, the waiter is refused.
@Confined("worker")
final class TcpPool implements ConnectionPool {
    private final Worker worker;
    private final Host host;
    private final Cluster cluster;
    private final @Nullable Client client;
    private final Map<PoolWaiter, PooledTcp> connecting = new HashMap<>();
    private int open;

    TcpPool(Worker worker, Host host, Cluster cluster, @Nullable Client client) {
        this.client = client;
        this.worker = worker;
        this.host = host;
        this.cluster = cluster;
    }

    @Override
    public void acquire(PoolWaiter waiter) {
        Leave leave = Leave.ask(cluster, open + connecting.size());
        if (leave == Leave.NONE) {
            waiter.onNoConnection(new UpstreamFailure.Overflow(), "connections");
            return;
        }
        var connection = new PooledTcp(this, waiter, leave == Leave.COUNTED);
        connecting.put(waiter, connection);
        connection.connect();
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

    /// Whom the connections are for alone; null for everybody.
    @Nullable Client client() {
        return client;
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

    Worker worker() {
        return worker;
    }

    Host host() {
        return host;
    }

    Cluster cluster() {
        return cluster;
    }
}
