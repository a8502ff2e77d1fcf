package dev.heddle.proxy.listener;

import dev.heddle.proxy.connection.HttpConnection;
import dev.heddle.proxy.drain.Drain;
import dev.heddle.proxy.drain.DrainPlan;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Worker;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The connections of one listener whose filter chain is chosen, and how they are asked to go.
@Confined("worker")
final class ServedConnections {
    private final Worker worker;
    private final Map<ClientConnection, ChainService> chains = new HashMap<>();

    ServedConnections(Worker worker) {
        this.worker = worker;
    }

    void add(ClientConnection connection, ChainService chain) {
        chains.put(connection, chain);
    }

    /// It is gone, or is somebody else's now; the chain that it had, if it was here.
    @Nullable ChainService remove(ClientConnection connection) {
        return chains.remove(connection);
    }

    int size() {
        return chains.size();
    }

    /// A view.
    Set<ClientConnection> all() {
        return chains.keySet();
    }

    /// Has the connections of chains that go end with their exchanges, and cuts off those that are
    /// left when the time for it is over.
    void drain(DrainPlan plan, Predicate<ChainService> goes) {
        Drain drain = plan.begin(worker.nanos());
        var leaving = new ArrayList<ClientConnection>();
        chains.forEach((connection, chain) -> {
            if (goes.test(chain)) {
                chain.begin(drain);
                leaving.add(connection);
            }
        });
        if (leaving.isEmpty()) {
            return;
        }
        Supplier<Collection<ClientConnection>> left =
                () -> {
                    leaving.retainAll(chains.keySet());
                    return List.copyOf(leaving);
                };
        ask(drain, left);
        worker.deadline(() -> left.get().forEach(ClientConnection::close))
                .set(Math.max(1, plan.time().toNanos()));
    }

    /// How far timeouts shrink has changed.
    void onTimeouts() {
        for (ClientConnection connection : List.copyOf(chains.keySet())) {
            if (connection instanceof ClientConnection.Http(HttpConnection http)) {
                http.onTimeouts();
            }
        }
    }

    /// Asks all clients to go, also those that come meanwhile.
    void ask(Drain drain) {
        ask(drain, () -> List.copyOf(chains.keySet()));
    }

    private void ask(Drain drain, Supplier<Collection<ClientConnection>> whom) {
        switch (drain.plan().strategy()) {
            case IMMEDIATE -> whom.get().forEach(ClientConnection::drain);
            case GRADUAL -> new OneByOne(worker, drain, whom).begin();
        }
    }
}
