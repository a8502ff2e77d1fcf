package dev.heddle.proxy.listener;

import dev.heddle.proxy.config.DatagramConfig;
import dev.heddle.proxy.config.ListenerConfig;
import dev.heddle.proxy.connection.ConnectionLimit;
import dev.heddle.proxy.dns.NameServer;
import dev.heddle.proxy.drain.Drain;
import dev.heddle.proxy.drain.DrainPlan;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.DatagramOutcome;
import dev.heddle.proxy.runtime.Datagrams;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.ExactBalance;
import dev.heddle.proxy.runtime.ListenOutcome;
import dev.heddle.proxy.runtime.ListenSocket;
import dev.heddle.proxy.runtime.Worker;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The listeners of one worker. Its methods may be called from any thread: they do their work on
/// the worker's.
@Confined("worker")
final class WorkerListeners {
    /// How often a drain looks whether it is done; the first look comes after it too, so that a
    /// request that was on its way is still taken.
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Worker worker;
    private final WorkerServices services;
    private final ConnectionLimit limit;
    private final Handshakes handshakes;
    private final DrainPlan plan;
    private final QuicPeers peers;
    private final Map<String, ConnectionListener> listeners = new HashMap<>();
    private final Map<String, DatagramListener> datagrams = new HashMap<>();

    /// Listeners that are gone, as long as they have connections.
    private final List<ConnectionListener> leaving = new ArrayList<>();

    private boolean isAccepting = true;
    private long drainEndNanos;
    private @Nullable CompletableFuture<Void> drained;
    private final Deadline look;

    /// @param peers sockets for QUIC of all workers
    WorkerListeners(
            Worker worker,
            WorkerServices services,
            ConnectionLimit limit,
            DrainPlan plan,
            QuicPeers peers) {
        this.worker = worker;
        this.services = services;
        this.limit = limit;
        this.handshakes = new Handshakes(worker);
        this.plan = plan;
        this.peers = peers;
        this.look = worker.deadline(this::onLook);
    }

    /// @param addresses with the ports that the system chose
    /// @param balance of its connections; null leaves that to the kernel
    /// @return when it listens on all of them, or on none
    CompletableFuture<Void> add(
            ListenerConfig config,
            ChainLimits limits,
            List<InetSocketAddress> addresses,
            @Nullable ExactBalance balance) {
        var outcome = new CompletableFuture<Void>();
        worker.execute(() -> onAdd(config, limits, addresses, balance, outcome));
        return outcome;
    }

    private void onAdd(
            ListenerConfig config,
            ChainLimits limits,
            List<InetSocketAddress> addresses,
            @Nullable ExactBalance balance,
            CompletableFuture<Void> outcome) {
        if (config.datagrams().isPresent()) {
            openDatagrams(config, config.datagrams().get(), addresses, outcome);
            return;
        }
        if (config.quic().isPresent()) {
            openQuic(config, limits, addresses, outcome);
            return;
        }
        var listener =
                new ActiveListener(
                        services,
                        limit,
                        handshakes,
                        plan,
                        new OtherListeners(this::listenerFor, this::names),
                        config,
                        limits);
        listener.setAccepting(isAccepting);
        listeners.put(config.name(), listener);
        if (config.binding().isInternal()) {
            worker.listenInside(config.name(), listener::accept);
        }
        if (!config.binding().binds()) {
            outcome.complete(null);
            return;
        }
        var missing = new HashSet<>(addresses);
        for (InetSocketAddress address : addresses) {
            worker.listen(
                    address,
                    config.binding().settings(),
                    balance,
                    listener::accept,
                    new ListenOutcome() {
                        @Override
                        public void onListening(ListenSocket socket) {
                            listener.onListening(socket);
                            missing.remove(address);
                            if (missing.isEmpty()) {
                                outcome.complete(null);
                            }
                        }

                        @Override
                        public void onListenFailed(Throwable cause) {
                            listeners.remove(config.name(), listener);
                            listener.close();
                            outcome.completeExceptionally(cause);
                        }
                    });
        }
    }

    private void openDatagrams(
            ListenerConfig config,
            DatagramConfig wanted,
            List<InetSocketAddress> addresses,
            CompletableFuture<Void> outcome) {
        var listener = new DatagramListener(services, config, wanted);
        datagrams.put(config.name(), listener);
        Runnable failed =
                () -> {
                    datagrams.remove(config.name(), listener);
                    listener.close();
                };
        open(config, addresses, () -> listener.new Hearing(), failed, outcome);
    }

    private void openQuic(
            ListenerConfig config,
            ChainLimits limits,
            List<InetSocketAddress> addresses,
            CompletableFuture<Void> outcome) {
        var listener = new QuicListener(services, limit, plan, peers, config, limits);
        listener.setAccepting(isAccepting);
        listeners.put(config.name(), listener);
        Runnable failed =
                () -> {
                    listeners.remove(config.name(), listener);
                    listener.close();
                };
        open(config, addresses, listener::port, failed, outcome);
    }

    /// Opens the sockets of a listener for datagrams.
    private void open(
            ListenerConfig config,
            List<InetSocketAddress> addresses,
            Supplier<DatagramSocketOwner> owners,
            Runnable failed,
            CompletableFuture<Void> outcome) {
        var missing = new HashSet<>(addresses);
        for (InetSocketAddress address : addresses) {
            DatagramSocketOwner owner = owners.get();
            worker.listenDatagrams(
                    address,
                    config.binding().settings(),
                    owner,
                    new DatagramOutcome() {
                        @Override
                        public void onListening(Datagrams socket) {
                            owner.onListening(socket);
                            missing.remove(address);
                            if (missing.isEmpty()) {
                                outcome.complete(null);
                            }
                        }

                        @Override
                        public void onListenFailed(Throwable cause) {
                            failed.run();
                            outcome.completeExceptionally(cause);
                        }
                    });
        }
    }

    /// Has what is left of listeners for QUIC give up addresses that another one is to have: their
    /// connections have no sockets of their own.
    ///
    /// @return when it has
    CompletableFuture<Void> giveUp(List<InetSocketAddress> addresses) {
        var done = new CompletableFuture<Void>();
        worker.execute(() -> {
            for (ConnectionListener listener : leaving) {
                if (listener instanceof QuicListener
                        && listener.config().binding().addresses().stream()
                                .anyMatch(addresses::contains)) {
                    listener.close();
                }
            }
            done.complete(null);
        });
        return done;
    }

    /// Who answers for the names of a listener for datagrams; null for nobody.
    private @Nullable NameServer names(String listener) {
        DatagramListener found = datagrams.get(listener);
        return found == null ? null : found.names().orElse(null);
    }

    /// The listener that a connection to that address is for: one with the address itself, or one
    /// for all addresses with its port.
    private @Nullable ActiveListener listenerFor(InetSocketAddress wanted) {
        ActiveListener found = null;
        for (ConnectionListener other : listeners.values()) {
            if (!(other instanceof ActiveListener listener)) {
                continue;
            }
            for (InetSocketAddress address : listener.config().binding().addresses()) {
                if (address.equals(wanted)) {
                    return listener;
                }
                boolean isForAll =
                        address.getAddress().isAnyLocalAddress()
                                && address.getPort() == wanted.getPort();
                found = isForAll ? listener : found;
            }
        }
        return found;
    }

    void update(ListenerConfig config, ChainLimits limits) {
        worker.execute(() -> {
            ConnectionListener listener = listeners.get(config.name());
            if (listener != null) {
                listener.update(config, limits);
            }
            DatagramListener other = datagrams.get(config.name());
            if (other != null && config.datagrams().isPresent()) {
                other.update(config, config.datagrams().get());
            }
        });
    }

    /// What its listeners have learned of their destinations, by their names.
    CompletableFuture<Map<String, List<ServerFirst.Learned>>> learned() {
        var learned = new CompletableFuture<Map<String, List<ServerFirst.Learned>>>();
        worker.execute(() -> {
            var all = new HashMap<String, List<ServerFirst.Learned>>();
            listeners.forEach((name, listener) -> {
                if (listener instanceof ActiveListener active) {
                    all.put(name, active.learned());
                }
            });
            learned.complete(all);
        });
        return learned;
    }

    void setAccepting(boolean on) {
        worker.execute(() -> {
            isAccepting = on;
            listeners.values().forEach(listener -> listener.setAccepting(on));
        });
    }

    /// @return when it no longer listens
    CompletableFuture<Void> remove(String name) {
        var done = new CompletableFuture<Void>();
        worker.execute(() -> {
            onRemove(name, plan);
            done.complete(null);
        });
        return done;
    }

    private void onRemove(String name, DrainPlan how) {
        DatagramListener other = datagrams.remove(name);
        if (other != null) {
            other.close();
        }
        ConnectionListener listener = listeners.remove(name);
        if (listener == null) {
            return;
        }
        worker.leaveInside(name);
        listener.drain(how);
        leaving.removeIf(gone -> gone.size() == 0);
        leaving.add(listener);
        worker.deadline(listener::close).set(Math.max(1, how.time().toNanos()));
    }

    /// How far timeouts shrink has changed.
    void onTimeouts() {
        worker.execute(() -> {
            listeners.values().forEach(ConnectionListener::onTimeouts);
            leaving.forEach(ConnectionListener::onTimeouts);
        });
    }

    /// Asks the clients of some listeners to go.
    void onProxyDrain(Drain drain, Predicate<ListenerConfig> of) {
        worker.execute(() -> matching(of).forEach(listener -> listener.onProxyDrain(drain)));
    }

    /// Has some listeners accept no more connections.
    void stop(Predicate<ListenerConfig> which) {
        worker.execute(() -> {
            matching(which).forEach(ConnectionListener::stop);
            datagrams.values().stream()
                    .filter(it -> which.test(it.config()))
                    .forEach(DatagramListener::close);
        });
    }

    private List<ConnectionListener> matching(Predicate<ListenerConfig> wanted) {
        return listeners.values().stream().filter(it -> wanted.test(it.config())).toList();
    }

    CompletableFuture<Void> drain(Duration most) {
        var done = new CompletableFuture<Void>();
        worker.execute(() -> onDrain(most, done));
        return done;
    }

    private void onDrain(Duration most, CompletableFuture<Void> done) {
        drained = done;
        drainEndNanos = worker.nanos() + most.toNanos();
        DrainPlan all = DrainPlan.immediate(most);
        Stream.concat(listeners.keySet().stream(), datagrams.keySet().stream())
                .toList()
                .forEach(name -> onRemove(name, all));
        look.set(LOOK_NANOS);
    }

    private void onLook() {
        boolean isOver = worker.nanos() - drainEndNanos >= 0;
        int left = 0;
        for (ConnectionListener listener : leaving) {
            if (isOver) {
                listener.close();
            } else {
                listener.closeIdle();
            }
            left += listener.size();
        }
        if (drained != null && (left == 0 || isOver)) {
            drained.complete(null);
        } else {
            look.set(LOOK_NANOS);
        }
    }
}
