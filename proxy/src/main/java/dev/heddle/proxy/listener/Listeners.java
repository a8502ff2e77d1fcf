package dev.heddle.proxy.listener;

import dev.heddle.proxy.config.ListenerConfig;
import dev.heddle.proxy.config.ListenerFilterConfig.Kind;
import dev.heddle.proxy.connection.ConnectionLimit;
import dev.heddle.proxy.drain.Drain;
import dev.heddle.proxy.drain.DrainPlan;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.ExactBalance;
import dev.heddle.proxy.runtime.Transport;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.runtime.Workers;
import dev.heddle.telemetry.SocketAddressText;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The listeners of the proxy, over all workers.
///
/// [#apply] is called by one thread, the one that takes configuration. A listener whose
/// configuration did not change is not touched.
@Confined("configuration thread")
public final class Listeners {
    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private final Workers workers;
    private final List<WorkerListeners> perWorker;
    private final Map<String, ListenerConfig> present = new HashMap<>();
    private final Map<String, ChainLimits> limits = new HashMap<>();
    private final Set<String> stoppedNames = ConcurrentHashMap.newKeySet();
    private Predicate<ListenerConfig> stopped = _ -> false;
    private final Map<String, InetSocketAddress> addresses = new ConcurrentHashMap<>();

    /// @param services of each worker
    /// @param limit on client connections of the whole proxy
    /// @param plan for the connections of a removed or changed listener
    public Listeners(
            Workers workers,
            Function<Worker, WorkerServices> services,
            ConnectionLimit limit,
            DrainPlan plan) {
        this.workers = workers;
        var peers = new QuicPeers();
        this.perWorker =
                workers.all().stream()
                        .map(worker ->
                                new WorkerListeners(
                                        worker, services.apply(worker), limit, plan, peers))
                        .toList();
    }

    /// Makes the listeners be these. What goes goes first, so that an address may change hands.
    ///
    /// @return when all of them listen or have failed: what failed, as `listener x: bind …: why`
    public CompletableFuture<List<String>> apply(List<ListenerConfig> wanted) {
        var next = new HashMap<String, ListenerConfig>();
        wanted.forEach(config -> next.put(config.name(), config));
        var removals = new ArrayList<CompletableFuture<Void>>();
        for (ListenerConfig old : List.copyOf(present.values())) {
            ListenerConfig now = next.get(old.name());
            boolean isOther =
                    now == null
                            || !now.binding().equals(old.binding())
                            || now.datagrams().isPresent() != old.datagrams().isPresent()
                            || !now.quic().equals(old.quic());
            if (isOther) {
                removals.addAll(remove(old.name()));
            }
        }
        CompletableFuture<Void> removed = all(removals);
        var outcomes = new ArrayList<CompletableFuture<Optional<String>>>();
        for (ListenerConfig config : wanted) {
            ListenerConfig old = present.put(config.name(), config);
            if (old != null && old.equals(config)) {
                continue;
            }
            ChainLimits of =
                    limits.getOrDefault(config.name(), ChainLimits.NONE).next(config.chains());
            limits.put(config.name(), of);
            if (old == null) {
                outcomes.add(
                        removals.isEmpty()
                                ? add(config, of)
                                : removed.thenCompose(_ -> add(config, of)));
            } else {
                perWorker.forEach(worker -> worker.update(config, of));
            }
        }
        return all(outcomes)
                .thenApply(_ ->
                        outcomes.stream()
                                .map(CompletableFuture::join)
                                .flatMap(Optional::stream)
                                .toList());
    }

    private static CompletableFuture<Void> all(List<? extends CompletableFuture<?>> futures) {
        return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new));
    }

    /// Where a listener listens, with the port that the system chose; absent until it does. One
    /// without a socket is where its configuration says. Callable from any thread.
    public Optional<InetSocketAddress> address(String name) {
        return Optional.ofNullable(addresses.get(name));
    }

    /// Leaves new connections in the system's queues (false), or goes on taking them (true).
    /// Callable from any thread.
    public void setAccepting(boolean on) {
        perWorker.forEach(worker -> worker.setAccepting(on));
    }

    /// How far timeouts shrink has changed. Callable from any thread.
    public void onTimeouts() {
        perWorker.forEach(WorkerListeners::onTimeouts);
    }

    /// What the workers have learned of destinations, for people: a line for each listener,
    /// destination and worker. Callable from any thread.
    public CompletableFuture<List<String>> learned() {
        var all = perWorker.stream().map(WorkerListeners::learned).toList();
        return all(all).thenApply(_ -> {
            var lines = new ArrayList<String>();
            for (int worker = 0; worker < all.size(); worker++) {
                int index = worker;
                all.get(worker)
                        .join()
                        .forEach((name, learned) ->
                                learned.forEach(it -> lines.add(line(name, index, it))));
            }
            lines.sort(null);
            return lines;
        });
    }

    private static String line(String listener, int worker, ServerFirst.Learned learned) {
        return "%s::%s::worker_%d::server_first::connections::%d::idle_s::%d"
                .formatted(
                        listener,
                        SocketAddressText.whole(learned.destination()),
                        worker,
                        learned.connections(),
                        TimeUnit.NANOSECONDS.toSeconds(learned.idleNanos()));
    }

    /// Asks the clients of some listeners to go; the listeners go on accepting connections.
    /// Callable from any thread.
    public void onProxyDrain(Drain drain, Predicate<ListenerConfig> of) {
        perWorker.forEach(worker -> worker.onProxyDrain(drain, of));
    }

    /// Has some listeners accept no more connections, for good: neither those that there are nor
    /// those that come. What they have goes on.
    public void stop(Predicate<ListenerConfig> which) {
        stopped = stopped.or(which);
        present.values().stream().filter(which).forEach(it -> stoppedNames.add(it.name()));
        perWorker.forEach(worker -> worker.stop(which));
    }

    /// How many were stopped.
    public int stopped() {
        return stoppedNames.size();
    }

    /// Stops accepting and lets exchanges end.
    ///
    /// @param limit after which what is left is cut off
    /// @return when no connection is left. Callable from any thread
    public CompletableFuture<Void> drain(Duration limit) {
        return CompletableFuture.allOf(
                perWorker.stream()
                        .map(worker -> worker.drain(limit))
                        .toArray(CompletableFuture[]::new));
    }

    private List<CompletableFuture<Void>> remove(String name) {
        present.remove(name);
        limits.remove(name);
        addresses.remove(name);
        return perWorker.stream().map(worker -> worker.remove(name)).toList();
    }

    private CompletableFuture<Optional<String>> add(ListenerConfig config, ChainLimits limits) {
        if (!config.isOfDatagrams()) {
            return open(config, limits);
        }
        List<InetSocketAddress> addresses = config.binding().addresses();
        return all(perWorker.stream().map(worker -> worker.giveUp(addresses)).toList())
                .thenCompose(_ -> open(config, limits));
    }

    private CompletableFuture<Optional<String>> open(ListenerConfig config, ChainLimits limits) {
        if (stopped.test(config)) {
            LOG.warn("listener {} is not opened: listeners like it were stopped", config.name());
            return CompletableFuture.completedFuture(Optional.empty());
        }
        var reserved = new ArrayList<InetSocketAddress>();
        try {
            requireOriginalDestination(config);
            requireOriginalSource(config);
            for (InetSocketAddress address : config.binding().addresses()) {
                reserved.add(config.binding().binds() ? reserve(config, address) : address);
            }
        } catch (IOException e) {
            return failed(config, e);
        }
        ExactBalance balance =
                config.binding().isBalanced() ? new ExactBalance(workers.size()) : null;
        return all(perWorker.stream()
                        .map(worker -> worker.add(config, limits, reserved, balance))
                        .toList())
                .handle((_, failure) -> {
                    if (failure != null) {
                        Throwable cause = failure.getCause();
                        return failed(config, cause == null ? failure : cause).join();
                    }
                    addresses.put(config.name(), reserved.getFirst());
                    return Optional.<String>empty();
                });
    }

    private InetSocketAddress reserve(ListenerConfig config, InetSocketAddress address)
            throws IOException {
        var settings = config.binding().settings();
        return config.isOfDatagrams()
                ? workers.transport().reserveDatagrams(address, settings)
                : workers.transport().reserve(address, settings);
    }

    private void requireOriginalDestination(ListenerConfig config) throws IOException {
        boolean isWanted =
                config.filters().filters().stream()
                        .anyMatch(it -> it.kind() instanceof Kind.OriginalDestination);
        if (isWanted && !config.binding().isInternal() && !workers.transport().hasKernelOptions()) {
            throw new IOException("original_dst cannot be had on transport " + workers.transport());
        }
    }

    private void requireOriginalSource(ListenerConfig config) throws IOException {
        boolean isWanted =
                config.filters().filters().stream()
                        .anyMatch(it -> it.kind() instanceof Kind.OriginalSource);
        if (isWanted && workers.transport() != Transport.EPOLL) {
            throw new IOException("original_src cannot be had on transport " + workers.transport());
        }
    }

    private static CompletableFuture<Optional<String>> failed(
            ListenerConfig config, Throwable cause) {
        InetSocketAddress address = config.address();
        String text =
                "listener %s: bind %s:%d: %s"
                        .formatted(
                                config.name(),
                                address.isUnresolved()
                                        ? address.getHostString()
                                        : address.getAddress().getHostAddress(),
                                address.getPort(),
                                cause.getMessage());
        LOG.error("{}", text);
        return CompletableFuture.completedFuture(Optional.of(text));
    }
}
