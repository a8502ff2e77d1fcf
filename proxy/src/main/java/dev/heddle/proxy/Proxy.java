package dev.heddle.proxy;

import com.google.re2j.Pattern;
import dev.heddle.proxy.admin.AdminPages;
import dev.heddle.proxy.admin.AdminServer;
import dev.heddle.proxy.admin.LogLevels;
import dev.heddle.proxy.admin.Page;
import dev.heddle.proxy.admin.ScrapeServer;
import dev.heddle.proxy.cluster.LookUps;
import dev.heddle.proxy.cluster.SharedClusters;
import dev.heddle.proxy.cluster.StrictDns;
import dev.heddle.proxy.config.BootstrapException;
import dev.heddle.proxy.config.CertificatesPage;
import dev.heddle.proxy.config.ClusterStatuses;
import dev.heddle.proxy.config.ConfigDumps;
import dev.heddle.proxy.config.ConfigSubscriber;
import dev.heddle.proxy.config.EdgeDefaults;
import dev.heddle.proxy.config.HttpFilters;
import dev.heddle.proxy.config.ListenerConfig;
import dev.heddle.proxy.config.ProxyBootstrap;
import dev.heddle.proxy.config.ProxyConfig;
import dev.heddle.proxy.config.RuntimeLayers;
import dev.heddle.proxy.config.ServerInfos;
import dev.heddle.proxy.config.StatsSink;
import dev.heddle.proxy.connection.ConnectionLimit;
import dev.heddle.proxy.dns.NameMetrics;
import dev.heddle.proxy.drain.Drain;
import dev.heddle.proxy.drain.DrainPlan;
import dev.heddle.proxy.drain.DrainState;
import dev.heddle.proxy.flight.Flight;
import dev.heddle.proxy.flight.FlightQuery;
import dev.heddle.proxy.hits.Answers;
import dev.heddle.proxy.hits.HitReports;
import dev.heddle.proxy.hits.RuleHits;
import dev.heddle.proxy.hosthealth.HealthReports;
import dev.heddle.proxy.kept.SnapshotKeeper;
import dev.heddle.proxy.listener.Listeners;
import dev.heddle.proxy.logservice.FlightDumps;
import dev.heddle.proxy.logservice.LogSource;
import dev.heddle.proxy.metrics.MetricReports;
import dev.heddle.proxy.overload.HeapUse;
import dev.heddle.proxy.overload.OverloadAction;
import dev.heddle.proxy.overload.OverloadConfig;
import dev.heddle.proxy.overload.OverloadState;
import dev.heddle.proxy.overload.OverloadWatch;
import dev.heddle.proxy.recording.AccessLogs;
import dev.heddle.proxy.recording.ProxyMeters;
import dev.heddle.proxy.recording.SeriesStore;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Published;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.runtime.Workers;
import dev.heddle.proxy.tls.PeerName;
import dev.heddle.proxy.tls.Secret;
import dev.heddle.proxy.tls.TicketKey;
import dev.heddle.proxy.tls.TlsContexts;
import dev.heddle.proxy.tls.TlsFailure;
import dev.heddle.proxy.tls.TlsProvider;
import dev.heddle.proxy.tls.TlsState;
import dev.heddle.proxy.tracing.LocalNode;
import dev.heddle.proxy.tracing.OtlpSpans;
import dev.heddle.proxy.tuning.RuntimeValues;
import dev.heddle.proxy.upstream.HostSecurity;
import dev.heddle.proxy.upstream.health.ClusterHealth;
import dev.heddle.proxy.upstream.health.HealthFlag;
import dev.heddle.proxy.upstream.health.HostHealth;
import dev.heddle.telemetry.ProcessCost;
import dev.heddle.telemetry.SocketAddressText;
import dev.heddle.xds.client.XdsSubscriber;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One proxy: everything that it is made of, in the order in which it depends on each other.
///
/// Configuration comes to one thread ([ConfigThread]), which publishes complete states; each worker
/// takes a state in one turn of its loop and serves requests from what it owns. Public methods may
/// be called from any thread.
///
/// This file is long because it is the one place where everything is put together.
@Confined("config thread")
public final class Proxy implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Proxy.class);

    /// How long a worker may take to say what it remembers.
    private static final long PATIENCE_SECONDS = 5;

    private static final List<String> CONTROL_ALPN = List.of("h2");

    /// How often the files of secrets are looked at.
    private static final long SECRET_FILES_SECONDS = 1;

    /// How often is looked whether hosts are well that were not, or the reverse.
    private static final long HEALTH_REPORTS_SECONDS = 1;

    private final ProxyBootstrap bootstrap;
    private final ProxySettings settings;
    private final Instant startedAt;
    private final ConfigThread configThread;
    private final Workers workers;
    private final ProxyMeters meters;
    private final AccessLogs logs;
    private final SeriesStore series;
    private final SharedClusters shared;
    private final Map<Worker, WorkerRuntime> runtimes;
    private final Listeners listeners;
    private final RuntimeLayers tuning;
    private final ConfigSubscriber subscriber;
    private final TlsProvider tlsProvider = TlsProvider.usual();
    private final TlsContexts tlsContexts;
    private final Published<ActiveState> active = new Published<>(ActiveState.EMPTY);
    private final Published<Map<String, Secret>> secrets = new Published<>(Map.of());

    /// Those that not every worker has taken yet, the oldest first.
    private final Queue<Change> changes = new ConcurrentLinkedQueue<>();

    private final AtomicReference<State> state = new AtomicReference<>(State.PRE_INITIALIZING);
    private final Published<DrainState> drains = new Published<>(DrainState.NONE);
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final CompletableFuture<List<String>> firstListening = new CompletableFuture<>();
    private final CompletableFuture<Void> quitAsked = new CompletableFuture<>();
    private final Published<OverloadState> overload = new Published<>(OverloadState.NONE);
    private final Optional<OverloadWatch> overloadWatch;

    /// Requests that were reset because memory was short.
    private final LongAdder resetStreams = new LongAdder();

    private final Optional<ControlPlaneLink> controlPlane;
    private final Optional<SnapshotKeeper> keeper;
    private final Optional<HitReports> hitReports;
    private final Optional<HealthReports> healthReports;
    private final Optional<FlightDumps> flightDumps;
    private final OperatorWishes wishes;
    private final AtomicReference<@Nullable AdminServer> admin = new AtomicReference<>();
    private final AtomicReference<@Nullable ScrapeServer> scrapes = new AtomicReference<>();
    private int bindsPending;

    /// Keys and sessions that are in force, and those before, which some worker may still use.
    private record Change(TlsState before, TlsState after) {
        void release() {
            before.releaseAllBut(after);
        }
    }

    /// What a proxy does at present; the words are Envoy's.
    private enum State {
        /// Serves.
        LIVE(0),
        /// Lets what goes on end.
        DRAINING(1),
        /// Waits for its first configuration.
        PRE_INITIALIZING(2);

        /// As in `server.state`.
        private final int envoysNumber;

        State(int envoysNumber) {
            this.envoysNumber = envoysNumber;
        }
    }

    private Proxy(ProxyBootstrap bootstrap, ProxySettings settings, ProxyHost host) {
        this.bootstrap = bootstrap;
        this.settings = settings;
        this.startedAt = settings.clock().instant();

        // Threads first: everything below is owned by one of them.
        this.workers = host.workers();
        this.configThread =
                new ConfigThread(
                        host.config(),
                        host.ticker(),
                        workers.all().stream()
                                .noneMatch(it -> it.executor().equals(host.config())));

        // What clusters have in common over all threads.
        this.shared =
                new SharedClusters(
                        workers.all(),
                        this::onChecked,
                        bootstrap.siblings(),
                        bootstrap.locality().toString(),
                        new LookUps(host.resolver(), host.lookUps()));

        // What is kept of requests: numbers and lines.
        this.meters =
                new ProxyMeters(workers.size(), bootstrap.view(), shared::circuit, shared::health);
        SeriesStore series =
                new SeriesStore(bootstrap.process().series(), bootstrap.view(), settings.clock());
        meters.meters().source(series);
        meters.meters().source(ProcessCost.own());
        var nameMetrics = new NameMetrics(bootstrap.view());
        meters.meters().source(nameMetrics);
        this.logs = new AccessLogs(settings.stdout(), settings.stderr(), series);

        this.series = series;

        // What each worker owns, and the sockets that bring it connections.
        var source =
                new LogSource(
                        bootstrap.node().id(),
                        bootstrap.localCluster(),
                        bootstrap.locality().zone(),
                        bootstrap.node().message());
        this.runtimes =
                workers.all().stream()
                        .collect(
                                Collectors.toUnmodifiableMap(
                                        worker -> worker,
                                        worker ->
                                                new WorkerRuntime(
                                                        worker,
                                                        shared,
                                                        meters,
                                                        logs,
                                                        source,
                                                        overload,
                                                        drains,
                                                        new RuleHits(
                                                                worker,
                                                                bootstrap
                                                                        .controlPlane()
                                                                        .isPresent()),
                                                        secrets,
                                                        new LocalNode(
                                                                bootstrap.node().id(),
                                                                bootstrap.localCluster(),
                                                                bootstrap.locality().zone(),
                                                                settings.environment()),
                                                        host.nameServers(),
                                                        nameMetrics)));
        this.listeners =
                new Listeners(
                        workers, this::runtimeOf, connectionLimit(bootstrap), settings.drain());

        // Memory, and what is done before it is short.
        bootstrap
                .overload()
                .map(OverloadConfig::leastAccount)
                .ifPresent(least ->
                        least.ifPresent(
                                power -> runtimes.values().forEach(it -> it.watchMemory(power))));
        this.overloadWatch =
                bootstrap
                        .overload()
                        .map(it ->
                                new OverloadWatch(
                                        it,
                                        host.usedBytes(),
                                        System::gc,
                                        overload,
                                        new Overloaded()));
        // What secures connections. The key of session tickets is this process's alone.
        byte[] ticketKey = new byte[TicketKey.BYTES];
        new SecureRandom().nextBytes(ticketKey);
        this.tlsContexts = new TlsContexts(tlsProvider, settings.clock(), TicketKey.of(ticketKey));

        // Values that are changed while it runs.
        this.wishes =
                new OperatorWishes(
                        ownLevels(), fails -> drains.publish(drains.get().failing(fails)));
        this.tuning = new RuntimeLayers(bootstrap.runtime(), this::onTuned);

        // Configuration: resources in, complete states out.
        this.subscriber =
                new ConfigSubscriber(
                        new ConfigSubscriber.Surroundings(
                                HttpFilters.ALL,
                                bootstrap.controlPlane().isPresent(),
                                settings.removalHold(),
                                new StrictDns(
                                        host.resolver(),
                                        configThread.executor(),
                                        host.lookUps(),
                                        ProxyHost.chance(settings, -3)),
                                configThread::nanos,
                                settings.clock(),
                                this::onConfig,
                                this::onSettled,
                                this::wakeAt),
                        bootstrap.nodeText(),
                        tuning);
        subscriber.waitForChecks(cluster -> {
            ClusterHealth health = shared.health(cluster);
            return health != null && health.isEachChecked();
        });
        XdsSubscriber taker = bootstrap.isAtEdge() ? EdgeDefaults.before(subscriber) : subscriber;
        this.controlPlane =
                bootstrap.controlPlane().map(it -> host.link().make(taker, () -> security(it)));

        // What is in force is kept, for a start without a control plane.
        this.keeper =
                settings.snapshots()
                        .filter(_ -> controlPlane.isPresent())
                        .map(it ->
                                new SnapshotKeeper(
                                        it,
                                        bootstrap.node().id(),
                                        settings.clock(),
                                        host.lookUps(),
                                        configThread.executor()));
        keeper.ifPresent(it ->
                subscriber.keepWith(
                        it,
                        () -> controlPlane.flatMap(ControlPlaneLink::connectedSince).isPresent()));

        // What of the mesh's rules is of use, told where they come from.
        this.hitReports =
                controlPlane
                        .flatMap(ControlPlaneLink::sideCalls)
                        .map(it ->
                                new HitReports(
                                        it, bootstrap.node().id(), new SecureRandom().nextLong()));

        // So are hosts that get no requests, and why.
        this.healthReports =
                controlPlane
                        .flatMap(ControlPlaneLink::sideCalls)
                        .map(it ->
                                new HealthReports(
                                        it,
                                        bootstrap.node().id(),
                                        shared::unwell,
                                        configThread::nanos,
                                        settings.clock()));

        // So is what was decided about the last requests, when it asks.
        this.flightDumps =
                controlPlane
                        .flatMap(ControlPlaneLink::sideCalls)
                        .map(it -> new FlightDumps(it, source));
        registerMeters();
    }

    /// How the control plane is spoken to now: as the cluster that it is says. One that is to be
    /// secured is never spoken to otherwise.
    private HostSecurity security(ProxyBootstrap.ControlPlane it) {
        if (!it.isSecured()) {
            return HostSecurity.PLAIN;
        }
        ActiveState now = active.get();
        return Optional.ofNullable(now.config().clusters().get(it.cluster()))
                .flatMap(cluster -> cluster.config().sockets().forHost(Map.of()).tls())
                .flatMap(now.tls()::clients)
                .<HostSecurity>map(tls ->
                        new HostSecurity.Secured(tls.forHost("", CONTROL_ALPN, PeerName.ANY)))
                .orElse(new HostSecurity.NotReady(TlsFailure.NO_SECRET));
    }

    /// An operator's word counts before what is usual at the edge.
    private static ConnectionLimit connectionLimit(ProxyBootstrap bootstrap) {
        OptionalInt asked =
                bootstrap
                        .overload()
                        .map(OverloadConfig::maxConnections)
                        .orElse(OptionalInt.empty());
        if (asked.isPresent()) {
            return new ConnectionLimit(asked.getAsInt());
        }
        return bootstrap.isAtEdge()
                ? new ConnectionLimit(EdgeDefaults.MOST_CONNECTIONS)
                : ConnectionLimit.none();
    }

    /// Does at once what nobody asks for by himself.
    private final class Overloaded implements OverloadWatch.Affected {
        @Override
        public void onAccepting(boolean accepts) {
            listeners.setAccepting(accepts);
        }

        @Override
        public void onTimeouts() {
            listeners.onTimeouts();
        }

        @Override
        public void onMemory(double pressure) {
            runtimes.forEach((worker, runtime) ->
                    worker.execute(() -> resetStreams.add(runtime.resetStreams(pressure))));
        }
    }

    /// Starts a proxy: static listeners are open when this returns, the rest follows as the control
    /// plane sends it.
    ///
    /// @throws BootstrapException when the static resources cannot be run
    /// @throws IOException when an address cannot be bound; the message says which
    public static Proxy start(ProxyBootstrap bootstrap, ProxySettings settings)
            throws BootstrapException, IOException {
        return start(bootstrap, settings, ProxyHost.ofProcess(bootstrap, settings));
    }

    /// Starts a proxy on what somebody else runs, as a simulation does.
    ///
    /// @throws BootstrapException when the static resources cannot be run
    /// @throws IOException when an address cannot be bound; the message says which
    public static Proxy start(ProxyBootstrap bootstrap, ProxySettings settings, ProxyHost host)
            throws BootstrapException, IOException {
        var proxy = new Proxy(bootstrap, settings, host);
        try {
            proxy.begin();
        } catch (BootstrapException | IOException | RuntimeException e) {
            proxy.close();
            throw e;
        }
        return proxy;
    }

    private void begin() throws BootstrapException, IOException {
        // The admin pages come first, so that one can see a proxy that waits.
        if (bootstrap.admin().isPresent()) {
            boolean isRemote = !bootstrap.admin().get().getAddress().isLoopbackAddress();
            if (isRemote && settings.allowsRemoteAdmin()) {
                LOG.warn(
                        "admin.address: {} can be reached from elsewhere, and whoever reaches it"
                                + " may see everything and stop this proxy, as was allowed",
                        bootstrap.admin().get());
            }
            admin.set(
                    AdminServer.start(
                            bootstrap.admin().get(),
                            new AdminPages(new AdminSubject(), meters.meters(), ownLevels()),
                            settings.allowsRemoteAdmin()));
        }
        if (bootstrap.process().scrape().isPresent()) {
            scrapes.set(ScrapeServer.start(bootstrap.process().scrape().get(), meters.meters()));
        }
        bootstrap.notes().forEach(note -> LOG.info("bootstrap: {} is left out", note));
        List<String> mistakes =
                configThread.ask(() -> {
                    tuning.start();
                    return subscriber.start(
                            bootstrap.secrets(), bootstrap.clusters(), bootstrap.listeners());
                });
        if (!mistakes.isEmpty()) {
            throw new BootstrapException(String.join("\n", mistakes));
        }
        overloadWatch.ifPresent(watch -> watch.start(configThread.executor()));
        var _ =
                configThread
                        .executor()
                        .scheduleWithFixedDelay(
                                subscriber::readFilesAgain,
                                SECRET_FILES_SECONDS,
                                SECRET_FILES_SECONDS,
                                TimeUnit.SECONDS);
        controlPlane.ifPresent(client ->
                configThread
                        .executor()
                        .execute(() -> {
                            subscriber.connectTo(client);
                            client.start();
                        }));
        hitReports.ifPresent(reports -> {
            var _ =
                    configThread
                            .executor()
                            .scheduleWithFixedDelay(
                                    () -> reportHits(reports),
                                    settings.hitReports().toMillis(),
                                    settings.hitReports().toMillis(),
                                    TimeUnit.MILLISECONDS);
        });
        healthReports.ifPresent(reports -> {
            var _ =
                    configThread
                            .executor()
                            .scheduleWithFixedDelay(
                                    reports::onTurn,
                                    HEALTH_REPORTS_SECONDS,
                                    HEALTH_REPORTS_SECONDS,
                                    TimeUnit.SECONDS);
        });
        bootstrap.sinks().forEach(this::reportMetrics);
        if (controlPlane.isEmpty() || !bootstrap.listeners().isEmpty()) {
            List<String> failures = firstListening.orTimeout(30, TimeUnit.SECONDS).join();
            if (!failures.isEmpty()) {
                throw new IOException(String.join("\n", failures));
            }
        }
        LOG.info(
                "heddle proxy {}: {} workers ({}), TLS by {}, admin {}, control plane {}, listeners"
                        + " {}",
                bootstrap.node().id(),
                settings.workers(),
                settings.transport(),
                tlsProvider.description(),
                adminAddress().map(SocketAddressText::whole).orElse("none"),
                bootstrap
                        .controlPlane()
                        .map(it -> SocketAddressText.whole(it.address()))
                        .orElse("none"),
                listening());
    }

    /// Of this process's log; empty where somebody else writes it.
    private static Optional<LogLevels> ownLevels() {
        return LoggerFactory.getILoggerFactory() instanceof LogLevels levels
                ? Optional.of(levels)
                : Optional.empty();
    }

    /// Values of the runtime are others now.
    private void onTuned(RuntimeValues values) {
        workers.all().forEach(worker -> worker.adopt(values));
        wishes.onValues(values);
        flightDumps.ifPresent(dumps -> {
            long dump = dumps.asked(values);
            if (dump != 0) {
                var _ =
                        flights()
                                .thenAcceptAsync(
                                        flights ->
                                                dumps.tell(
                                                        dump,
                                                        flights.stream()
                                                                .flatMap(List::stream)
                                                                .toList()),
                                        configThread.executor());
            }
        });
    }

    /// What each worker remembers of its last requests.
    private CompletableFuture<List<List<Flight>>> flights() {
        List<CompletableFuture<List<Flight>>> answers =
                runtimes.entrySet().stream()
                        .map(it ->
                                CompletableFuture.supplyAsync(
                                        it.getValue()::flights, it.getKey().executor()))
                        .toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .thenApply(_ -> answers.stream().map(CompletableFuture::join).toList());
    }

    /// Has one worker send what all of them count, again and again.
    private void reportMetrics(StatsSink sink) {
        Worker worker = workers.all().getFirst();
        var reports = new AtomicReference<@Nullable MetricReports>();
        MetricCalls calls =
                runtimeOf(worker)
                        .reporting(
                                sink.collector(),
                                outcome ->
                                        configThread
                                                .executor()
                                                .execute(() ->
                                                        Objects.requireNonNull(reports.get())
                                                                .onReported(outcome)));
        var told =
                new MetricReports(
                        series,
                        sink,
                        resource(sink),
                        Optional.of(ProcessCost.own()),
                        settings.clock(),
                        message -> worker.execute(() -> calls.send(message)));
        reports.set(told);
        var _ =
                configThread
                        .executor()
                        .scheduleWithFixedDelay(
                                told::onTurn,
                                sink.interval().toMillis(),
                                sink.interval().toMillis(),
                                TimeUnit.MILLISECONDS);
    }

    /// Who tells, in the words of OpenTelemetry, and of Envoy's logs.
    private Map<String, String> resource(StatsSink sink) {
        var node = new LocalNode(bootstrap.node().id(), "", "", settings.environment());
        Map<String, String> said =
                new TreeMap<>(OtlpSpans.resource("", sink.readsEnvironment(), node));
        said.put("node_name", bootstrap.node().id());
        if (!bootstrap.localCluster().isEmpty()) {
            said.put("service.name", bootstrap.localCluster());
        }
        return said;
    }

    /// Asks each worker what it counted, when there is somebody to tell.
    private void reportHits(HitReports reports) {
        if (!reports.onTurn()) {
            return;
        }
        runtimes.forEach((worker, runtime) ->
                worker.execute(() -> {
                    RuleHits hits = runtime.context().hits();
                    List<RuleHits.Hits> counted = hits.take();
                    Answers answers = hits.takeAnswers();
                    boolean isAny = !counted.isEmpty() || answers.count() > 0;
                    if (isAny && !stopped.get()) {
                        configThread
                                .executor()
                                .execute(() -> {
                                    reports.add(answers);
                                    reports.add(counted);
                                });
                    }
                }));
    }

    /// A new state: workers first, so that a listener that opens finds its routes and clusters.
    private void onConfig(ProxyConfig next) {
        ActiveState before = active.get();
        ActiveState adopted = before.next(next, tlsContexts);
        active.publish(adopted);
        secrets.publish(next.secrets());
        var change = new Change(before.tls(), adopted.tls());
        changes.add(change);
        meters.onConfig(next);
        shared.adopt(next.clusters());
        var waiting = new AtomicInteger(runtimes.size());
        runtimes.forEach((worker, runtime) ->
                worker.execute(() -> {
                    runtime.adopt(adopted);
                    if (waiting.decrementAndGet() == 0 && changes.remove(change)) {
                        // Nobody shows the old certificates any more: their keys
                        // can go.
                        change.release();
                    }
                }));
        shared.retain(next.clusters().keySet());
        listen(_ -> true);
    }

    private void listen(Predicate<ListenerConfig> wanted) {
        List<ListenerConfig> now =
                active.get().config().listeners().values().stream().filter(wanted).toList();
        bindsPending++;
        var _ =
                listeners
                        .apply(now)
                        .whenCompleteAsync(
                                (failures, _) -> onListening(failures), configThread.executor());
    }

    private void onListening(@Nullable List<String> failures) {
        bindsPending--;
        List<String> why = failures == null ? List.of("listeners: see the log") : failures;
        if (!why.isEmpty()) {
            firstListening.complete(why);
            var _ = configThread.executor().schedule(this::listenAgain, 1, TimeUnit.SECONDS);
        }
        onSettled();
    }

    /// Who held the address may be gone.
    private void listenAgain() {
        listen(it -> listeners.address(it.name()).isPresent());
        listen(_ -> true);
    }

    private void onSettled() {
        boolean isReady = subscriber.isInitialized() && bindsPending == 0;
        if (isReady && state.compareAndSet(State.PRE_INITIALIZING, State.LIVE)) {
            firstListening.complete(List.of());
            if (controlPlane.isPresent()) {
                LOG.info("live, listeners {}", listening());
            }
        }
    }

    /// Each host of some cluster was asked once whether it is well. Called by any thread.
    private void onChecked() {
        if (!stopped.get()) {
            configThread.executor().execute(subscriber::settle);
        }
    }

    private void wakeAt(long nanos) {
        configThread.wakeAt(nanos, subscriber::settle);
    }

    private WorkerRuntime runtimeOf(Worker worker) {
        return Objects.requireNonNull(runtimes.get(worker));
    }

    private List<AdminPages.BoundListener> listening() {
        return active.get().config().listeners().keySet().stream()
                .flatMap(name ->
                        listeners
                                .address(name)
                                .map(it ->
                                        new AdminPages.BoundListener(
                                                name,
                                                String.valueOf(SocketAddressText.host(it)),
                                                it.getPort()))
                                .stream())
                .toList();
    }

    /// Where a listener listens, with the port that the system chose; empty until it does.
    public Optional<InetSocketAddress> listenerAddress(String name) {
        return listeners.address(name);
    }

    /// Where the admin pages are; empty for nowhere.
    public Optional<InetSocketAddress> adminAddress() {
        return Optional.ofNullable(admin.get()).map(AdminServer::address);
    }

    /// Where it answers for its workload, too, with the port that the system chose; empty for
    /// nowhere.
    public Optional<InetSocketAddress> scrapeAddress() {
        return Optional.ofNullable(scrapes.get()).map(ScrapeServer::address);
    }

    /// Whether outlier detection keeps a host out of its cluster at the moment.
    public boolean isEjected(String cluster, InetSocketAddress host) {
        ClusterHealth health = shared.health(cluster);
        HostHealth seen = health == null ? null : health.host(host);
        return seen != null && seen.has(HealthFlag.FAILED_OUTLIER_CHECK);
    }

    /// Whether the first configuration is in force and its listeners are open.
    public boolean isLive() {
        return state.get() == State.LIVE;
    }

    /// Completed when an operator asks the process to end (`POST /quitquitquit`).
    public CompletableFuture<Void> quitAsked() {
        return quitAsked.copy();
    }

    private void onDrainListeners(boolean inboundOnly, AdminPages.Stop stop) {
        Predicate<ListenerConfig> which =
                it -> !inboundOnly || it.direction() == ListenerConfig.Direction.INBOUND;
        DrainPlan plan = settings.drain();
        if (!drains.get().drains(inboundOnly)) {
            Drain drain = plan.begin(configThread.nanos());
            drains.publish(drains.get().with(drain, inboundOnly));
            listeners.onProxyDrain(drain, which);
        }
        switch (stop) {
            case NOW -> listeners.stop(which);
            case AFTER_DRAIN -> {
                var _ =
                        configThread
                                .executor()
                                .schedule(
                                        () -> listeners.stop(which),
                                        plan.time().toNanos(),
                                        TimeUnit.NANOSECONDS);
            }
            case NEVER -> {}
        }
    }

    /// As the other one, without taking connections meanwhile.
    public void drainAndStop(Duration limit) {
        drainAndStop(Duration.ZERO, limit);
    }

    /// Asks all clients to go, stops accepting, lets requests end, and stops.
    ///
    /// @param least how long new connections are taken nevertheless, so that whoever sends clients
    ///   here may learn that they should go elsewhere
    /// @param limit after which what is left is cut off; counts from when no connection is taken
    public void drainAndStop(Duration least, Duration limit) {
        state.set(State.DRAINING);
        try {
            if (least.isPositive() && !stopped.get()) {
                LOG.info("draining, taking connections for {} s more", least.toSeconds());
                Drain drain = DrainPlan.immediate(least).begin(configThread.nanos());
                configThread
                        .executor()
                        .execute(() -> {
                            drains.publish(drains.get().with(drain, false));
                            listeners.onProxyDrain(drain, _ -> true);
                        });
                var _ = closed.await(least.toNanos(), TimeUnit.NANOSECONDS);
            }
            if (!stopped.get()) {
                LOG.info("draining, at most {} s", limit.toSeconds());
                listeners.drain(limit).get(limit.toMillis() + 2_000, TimeUnit.MILLISECONDS);
            }
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("not everything ended in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        close();
    }

    /// Stops at once; requests are cut off.
    @Override
    public void close() {
        if (!stopped.compareAndSet(false, true)) {
            return;
        }
        closed.countDown();
        controlPlane.ifPresent(ControlPlaneLink::close);
        configThread.close();
        keeper.ifPresent(SnapshotKeeper::end);
        workers.stop();
        releaseKeys();
        logs.close();
        ScrapeServer scraped = scrapes.getAndSet(null);
        if (scraped != null) {
            scraped.close();
        }
        AdminServer pages = admin.getAndSet(null);
        if (pages != null) {
            pages.close();
        }
        LOG.info("stopped");
    }

    /// Nobody begins a handshake any more, and what the workers did not come to is done for them.
    private void releaseKeys() {
        for (Change change = changes.poll(); change != null; change = changes.poll()) {
            change.release();
        }
        active.get().tls().releaseAllBut(TlsState.EMPTY);
    }

    /// What secures connections, as it is at present.
    TlsState tls() {
        return active.get().tls();
    }

    private void registerMeters() {
        meters.server("live", () -> isLive() ? 1 : 0);
        meters.server("state", () -> state.get().envoysNumber);
        meters.server("uptime", () -> uptime().toSeconds());
        meters.server(
                "days_until_first_cert_expiring",
                () ->
                        CertificatesPage.daysUntilFirstExpires(
                                active.get().config(), settings.clock().instant()));
        Runtime runtime = Runtime.getRuntime();
        meters.server("memory_allocated", () -> runtime.totalMemory() - runtime.freeMemory());
        meters.server("memory_heap_size", runtime::totalMemory);
        meters.server(
                "control_plane.",
                "envoy_control_plane_",
                "connected_state",
                () -> controlPlane.flatMap(ControlPlaneLink::connectedSince).isPresent() ? 1 : 0);
        bootstrap
                .overload()
                .ifPresent(config ->
                        overloadWatch.ifPresent(watch -> registerOverload(config, watch)));
        meters.count(
                "listener_manager.",
                "envoy_listener_manager_",
                "listener_stopped",
                listeners::stopped);
        meters.server(
                "control_plane.",
                "envoy_control_plane_",
                "removals_held",
                subscriber::removalsHeld);
        meters.server(
                "control_plane.",
                "envoy_control_plane_",
                "snapshot_in_force",
                () -> subscriber.isKeptInForce() ? 1 : 0);
        meters.server(
                "control_plane.",
                "envoy_control_plane_",
                "suspects_held_back",
                () -> keeper.map(SnapshotKeeper::suspects).orElse(0));
        meters.count("filesystem.", "envoy_filesystem_", "write_completed", logs::written);
        meters.count("filesystem.", "envoy_filesystem_", "write_dropped", logs::dropped);
    }

    /// `overload.<monitor>.pressure`, and how far each action has come, in percent.
    private void registerOverload(OverloadConfig config, OverloadWatch watch) {
        for (String monitor : config.monitors().keySet()) {
            meters.server(
                    "overload.",
                    "envoy_overload_",
                    monitor + ".pressure",
                    () -> Math.round(watch.pressure(monitor) * 100));
        }
        if (config.triggers().containsKey(OverloadAction.RESET_HIGH_MEMORY_STREAM)) {
            meters.count(
                    "",
                    "envoy_",
                    OverloadAction.RESET_HIGH_MEMORY_STREAM.configName() + ".count",
                    resetStreams::sum);
        }
        for (OverloadAction action : config.triggers().keySet()) {
            meters.server(
                    "overload.",
                    "envoy_overload_",
                    action.configName() + ".active",
                    () -> overload.get().isSaturated(action) ? 1 : 0);
            meters.server(
                    "overload.",
                    "envoy_overload_",
                    action.configName() + ".scale_percent",
                    () -> Math.round(overload.get().value(action) * 100));
        }
    }

    private Duration uptime() {
        return Duration.between(startedAt, settings.clock().instant());
    }

    /// Envoy's names for what is awaited, without the last word.
    private static final String INIT_OF_TABLE =
            "shared target RdsRouteConfigSubscription RDS init ";

    private static final String INIT_OF_SECRET = "target SdsApi ";

    /// What the admin pages see of this proxy.
    private final class AdminSubject implements AdminPages.Subject {

        private final ConfigDumps dumps = new ConfigDumps(bootstrap, startedAt);

        @Override
        public String state() {
            State now = Proxy.this.state.get();
            return now == State.LIVE && drains.get().isFailing()
                    ? State.DRAINING.name()
                    : now.name();
        }

        @Override
        public Page.Answer configDump(Map<String, String> query) {
            ConfigDumps.Dump dump = configThread.ask(() -> dumps.json(subscriber, query));
            return dump.status() == 200
                    ? Page.Answer.json(dump.text())
                    : Page.Answer.error(dump.status(), dump.text());
        }

        @Override
        public List<AdminPages.Unready> unready() {
            return configThread.ask(subscriber::unready).stream()
                    .map(it ->
                            new AdminPages.Unready(
                                    "Listener-local-init-manager %s %s"
                                            .formatted(
                                                    it.listener().name(),
                                                    Integer.toUnsignedString(
                                                            it.listener().hashCode())),
                                    Stream.concat(
                                                    it.tables().stream().map(INIT_OF_TABLE::concat),
                                                    it.secrets().stream()
                                                            .map(INIT_OF_SECRET::concat))
                                            .toList()))
                    .toList();
        }

        @Override
        public String clusters(boolean asJson, Pattern filter) {
            ProxyConfig config = active.get().config();
            Set<String> fixed = configThread.ask(subscriber::staticClusters);
            return asJson
                    ? ClusterStatuses.json(config, fixed, shared::health, filter)
                    : ClusterStatuses.text(config, fixed, shared::health, filter);
        }

        @Override
        public List<AdminPages.BoundListener> listeners() {
            return listening();
        }

        @Override
        public String serverInfo() {
            return ServerInfos.json(
                    new ServerInfos.Instance(
                            "heddle/" + ProxySettings.VERSION,
                            state(),
                            uptime(),
                            settings.workers(),
                            settings.transport().toString(),
                            tlsProvider.description(),
                            settings.drain(),
                            subscriber.isKeptInForce()),
                    bootstrap.node().info());
        }

        @Override
        public String memory() {
            return HeapUse.of(workers).json();
        }

        @Override
        public String runtime() {
            return configThread.ask(tuning::json);
        }

        @Override
        public String flights(FlightQuery query) {
            return query.json(
                    Proxy.this.flights().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join());
        }

        @Override
        public RuntimeLayers.Modified modifyRuntime(Map<String, String> said) {
            return configThread.ask(() -> tuning.modify(said));
        }

        @Override
        public void reopenLogs() {
            logs.reopen();
        }

        @Override
        public String unsupported() {
            return configThread.ask(() -> {
                var lines = new ArrayList<String>();
                bootstrap.notes().forEach(it -> lines.add("left out: bootstrap: " + it));
                subscriber.received().notes().forEach(it -> lines.add("left out: " + it));
                subscriber.received().rejections().forEach(it -> lines.add("rejected: " + it));
                return lines.isEmpty() ? "nothing\n" : String.join("\n", lines) + "\n";
            });
        }

        @Override
        public String protocolDetection() {
            List<String> lines = listeners.learned().orTimeout(1, TimeUnit.SECONDS).join();
            return lines.isEmpty() ? "nothing\n" : String.join("\n", lines) + "\n";
        }

        @Override
        public String certificates() {
            return CertificatesPage.json(active.get().config(), settings.clock().instant());
        }

        @Override
        public void failHealthCheck(boolean fail) {
            // Who is told that it fails may ask at once.
            configThread.ask(() -> {
                drains.publish(drains.get().failing(fail));
                return fail;
            });
        }

        @Override
        public void drainListeners(boolean inboundOnly, AdminPages.Stop stop) {
            configThread.ask(() -> {
                onDrainListeners(inboundOnly, stop);
                return "";
            });
        }

        @Override
        public void quit() {
            quitAsked.completeAsync(() -> null);
        }
    }
}
