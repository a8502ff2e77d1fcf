package dev.heddle.proxy.runtime;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Gives each new connection of a listener to the worker that has fewest of that listener's, on
/// whichever worker's socket it comes in (`connection_balance_config.exact_balance`). Few and long
/// connections, as of gRPC, are worth that; many short ones the kernel spreads well and for
/// nothing. Thread-safe.
public final class ExactBalance {
    private final Map<InetSocketAddress, List<SocketListener>> sockets = new HashMap<>();

    /// Connections of each worker, by its index.
    private final int[] connections;

    /// @param workers how many there are
    public ExactBalance(int workers) {
        this.connections = new int[workers];
    }

    synchronized void enter(SocketListener socket) {
        sockets.computeIfAbsent(socket.address(), _ -> new ArrayList<>()).add(socket);
    }

    synchronized void leave(SocketListener socket) {
        sockets.getOrDefault(socket.address(), List.of()).remove(socket);
    }

    /// Who takes the next connection; it counts from now on. The one that accepted it, unless
    /// another has fewer.
    ///
    /// @param accepting the socket that it came in on
    synchronized SocketListener choose(SocketListener accepting) {
        SocketListener fewest = accepting;
        for (SocketListener other : sockets.getOrDefault(accepting.address(), List.of())) {
            if (connections[other.worker().index()] < connections[fewest.worker().index()]) {
                fewest = other;
            }
        }
        connections[fewest.worker().index()]++;
        return fewest;
    }

    /// A connection that was given to a worker is gone.
    synchronized void gone(Worker worker) {
        connections[worker.index()]--;
    }
}
