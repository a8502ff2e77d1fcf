package dev.heddle.control.push;

import dev.heddle.compiler.Compiled;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.control.push.ProxyStatus.Gone;
import dev.heddle.control.push.ProxyStatus.Nack;
import dev.heddle.control.world.Edition;
import dev.heddle.control.world.Trial;
import dev.heddle.model.Confined;
import dev.heddle.model.Diagnostic;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.server.XdsHandler;
import dev.heddle.xds.server.XdsStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives every connected proxy what the newest world means for it.
///
/// For each distinct [ProxyScope] the world is compiled once, on an executor beside, at most one
/// compilation at a time; when a newer world comes meanwhile, the next compilation takes that and
/// whatever lay between is skipped. Before the first world nobody is given anything: an empty
/// snapshot would take away what proxies still have.
///
/// This file is long because whatever happens to worlds and streams is decided here, on one thread.
///
/// A compilation that throws is our mistake. It is counted and logged, and costs its own scope the
/// change and nobody anything else.
@Confined("pusher")
public final class Pusher implements XdsHandler, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Pusher.class);
    private static final Duration REMEMBERED = Duration.ofMinutes(10);
    private static final int MAX_REMEMBERED = 1000;

    private sealed interface Event {
        record Published(Edition edition, Optional<Trial> trial) implements Event {}

        record Opened(XdsStream stream) implements Event {}

        record Acked(XdsStream stream, XdsType type, String version) implements Event {}

        record Nacked(
                XdsStream stream, XdsType type, String version, String text, List<String> resources)
                implements Event {}

        record Closed(XdsStream stream, String reason) implements Event {}

        record Done(Group group, Compiled compiled) implements Event {}

        record Failed(Group group, Throwable why) implements Event {}

        record Asked(CompletableFuture<PushReport> answer) implements Event {}

        record Looked(String id, CompletableFuture<Optional<Snapshot>> answer) implements Event {}

        record Wanted(String id, CompletableFuture<Map<XdsType, SortedSet<String>>> answer)
                implements Event {}

        record Tuned(Tuning tuning) implements Event {}

        record Untuned(Tuning tuning) implements Event {}

        record AskedPlans(CompletableFuture<List<RunningPlan>> answer) implements Event {}

        record Stop() implements Event {}
    }

    /// Bounded by its senders: a stream waits for an answer before it says more, a scope compiles
    /// one world at a time, and worlds come at the pace of the debounce.
    private final BlockingQueue<Event> inbox = new LinkedBlockingQueue<>();

    private final BiFunction<Edition, ProxyScope, Compiled> compiler;
    private final BiFunction<Edition, ProxyScope, Compiled> trials;
    private final Executor executor;
    private final InstantSource clock;
    private final FindingsLog log;
    private final Thread thread;
    private final Map<Group, CompiledScope> scopes = new HashMap<>();
    private final Map<Long, ConnectedProxy> proxies = new HashMap<>();
    private final Map<String, ProxyStatus> gone = new HashMap<>();
    private final List<Tuning> tunings = new ArrayList<>();
    private @Nullable Edition edition;
    private @Nullable Trial trial;
    private long bugs;

    /// @param compiler as [SharedCompiler]
    /// @param trials the same for what some proxies have before it is in force
    /// @param executor where compilations run; must be bounded
    public Pusher(
            BiFunction<Edition, ProxyScope, Compiled> compiler,
            BiFunction<Edition, ProxyScope, Compiled> trials,
            Executor executor,
            InstantSource clock) {
        this.compiler = compiler;
        this.trials = trials;
        this.executor = executor;
        this.clock = clock;
        this.log = new FindingsLog();
        this.thread = Thread.ofPlatform().name("pusher").unstarted(this::run);
    }

    /// Begins to take events.
    public void start() {
        thread.start();
    }

    /// Takes a new edition, and what some proxies have before it is in force. Callable from any
    /// thread; returns at once.
    public void publish(Edition edition, Optional<Trial> trial) {
        inbox.add(new Event.Published(edition, trial));
    }

    /// All that is known of proxies now. Callable from any thread.
    public CompletableFuture<PushReport> report() {
        var answer = new CompletableFuture<PushReport>();
        inbox.add(new Event.Asked(answer));
        return answer;
    }

    /// What the proxy of that id was given last; empty when it is not connected or was given
    /// nothing yet. Callable from any thread.
    public CompletableFuture<Optional<Snapshot>> snapshotOf(String id) {
        var answer = new CompletableFuture<Optional<Snapshot>>();
        inbox.add(new Event.Looked(id, answer));
        return answer;
    }

    /// The names of resources that the proxy of that id wants, by the types that it asked for;
    /// nothing when it is not connected. Callable from any thread; may never be completed, where
    /// the proxy goes in that moment.
    public CompletableFuture<Map<XdsType, SortedSet<String>>> subscriptionsOf(String id) {
        var answer = new CompletableFuture<Map<XdsType, SortedSet<String>>>();
        inbox.add(new Event.Wanted(id, answer));
        return answer;
    }

    /// What connected proxies were given last. Callable from any thread.
    public CompletableFuture<List<RunningPlan>> plans() {
        var answer = new CompletableFuture<List<RunningPlan>>();
        inbox.add(new Event.AskedPlans(answer));
        return answer;
    }

    /// Has some proxies run with another value of their runtime, those too that connect later,
    /// until what is returned is closed. Callable from any thread; how many are open at once, the
    /// caller bounds.
    ///
    /// @param who the proxies; called by the pusher, so it must be quick
    /// @param key as in `heddle.signals.share`
    public Tuning tune(Predicate<TunedProxy> who, String key, double value) {
        var tuning = new Tuning(who, key, value, this);
        inbox.add(new Event.Tuned(tuning));
        return tuning;
    }

    void untune(Tuning tuning) {
        inbox.add(new Event.Untuned(tuning));
    }

    @Override
    public void onOpened(XdsStream stream) {
        inbox.add(new Event.Opened(stream));
    }

    @Override
    public void onAck(XdsStream stream, XdsType type, String version) {
        inbox.add(new Event.Acked(stream, type, version));
    }

    @Override
    public void onNack(
            XdsStream stream, XdsType type, String version, String text, List<String> resources) {
        inbox.add(new Event.Nacked(stream, type, version, text, resources));
    }

    @Override
    public void onClosed(XdsStream stream, String reason) {
        inbox.add(new Event.Closed(stream, reason));
    }

    @Override
    public void close() {
        inbox.add(new Event.Stop());
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (true) {
                Event event = inbox.take();
                if (event instanceof Event.Stop) {
                    return;
                }
                try {
                    onEvent(event);
                } catch (RuntimeException e) {
                    bugs++;
                    LOG.error("{} could not be handled", event, e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void onEvent(Event event) {
        switch (event) {
            case Event.Published(var next, var tried) -> {
                trial = tried.orElse(null);
                onPublished(next);
            }
            case Event.Opened(var stream) -> onStream(stream);
            case Event.Acked(var stream, var type, var version) ->
                    known(stream).ifPresent(p -> p.onAck(type, version));
            case Event.Nacked nack -> onRefused(nack);
            case Event.Closed(var stream, var reason) -> onEnd(stream, reason);
            case Event.Done(var group, var compiled) -> onCompiled(group, compiled);
            case Event.Failed(var group, var why) -> onFailed(group, why);
            case Event.Asked(var answer) -> answer.complete(reportNow());
            case Event.Looked(var id, var answer) -> answer.complete(targetOf(id));
            case Event.Wanted(var id, var answer) -> onWanted(id, answer);
            case Event.Tuned(var tuning) -> onTuned(tuning);
            case Event.Untuned(var tuning) -> {
                tunings.remove(tuning);
                proxies.values().forEach(proxy -> proxy.tune(tunings));
            }
            case Event.AskedPlans(var answer) -> answer.complete(plansNow());
            case Event.Stop() -> throw new AssertionError("the loop ends before");
        }
    }

    private void onWanted(String id, CompletableFuture<Map<XdsType, SortedSet<String>>> answer) {
        Optional<ConnectedProxy> asked =
                proxies.values().stream().filter(p -> p.id().equals(id)).findFirst();
        if (asked.isEmpty()) {
            answer.complete(Map.of());
        } else {
            // Told on the stream's own thread; nobody waits here.
            var _ = asked.get().stream().subscriptions().thenAccept(answer::complete);
        }
    }

    private void onPublished(Edition next) {
        edition = next;
        for (ConnectedProxy proxy : List.copyOf(proxies.values())) {
            if (isImpostor(proxy.stream(), proxy.said())) {
                onEnd(proxy.stream(), "it is not who it says");
            } else {
                regroup(proxy);
            }
        }
        List.copyOf(scopes.keySet()).forEach(this::compileIfStale);
        log.update(findings());
    }

    private void onStream(XdsStream stream) {
        switch (NodeScopes.read(stream.node())) {
            case NodeScopes.Outcome.Refused(var reason) -> {
                LOG.warn("{} at {} is turned away: {}", stream.node().id(), stream.peer(), reason);
                stream.close(reason);
            }
            case NodeScopes.Outcome.Known(var scope) -> {
                if (!isImpostor(stream, scope)) {
                    welcome(stream, scope);
                }
            }
        }
    }

    /// Turns away who has proved to be somebody else than the mesh knows him as.
    private boolean isImpostor(XdsStream stream, ProxyScope scope) {
        Edition now = edition;
        Optional<String> refusal =
                now == null
                        ? Optional.empty()
                        : stream.peer()
                                .proven()
                                .flatMap(id -> NodeClaims.refusal(id, scope, now.world()));
        refusal.ifPresent(reason -> {
            LOG.warn("{} at {} is turned away: {}", stream.node().id(), stream.peer(), reason);
            stream.refuse(reason);
        });
        return refusal.isPresent();
    }

    private void welcome(XdsStream stream, ProxyScope scope) {
        var proxy = new ConnectedProxy(stream, scope, clock.instant());
        LOG.info("{} connected from {}", proxy.id(), stream.peer());
        proxy.tune(tunings);
        proxies.put(stream.id(), proxy);
        gone.remove(proxy.id());
        proxy.joins(group(proxy));
        join(proxy);
        compileIfStale(proxy.group());
    }

    private void onTuned(Tuning tuning) {
        tunings.add(tuning);
        proxies.values().forEach(proxy -> proxy.tune(tunings));
        tuning.onPushed(
                proxies.values().stream()
                        .map(ConnectedProxy::identity)
                        .filter(tuning::isFor)
                        .sorted(Comparator.comparing(TunedProxy::id))
                        .toList());
    }

    /// Which proxies get the same depends on the world: an address that a service lists tells its
    /// workload from the others.
    private Group group(ConnectedProxy proxy) {
        boolean isTrial = trial != null && trial.has(proxy.id());
        Edition of = edition(isTrial);
        return new Group(of == null ? proxy.said() : of.world().effective(proxy.said()), isTrial);
    }

    private @Nullable Edition edition(boolean isTrial) {
        if (!isTrial) {
            return edition;
        }
        return trial == null ? null : trial.edition();
    }

    private void regroup(ConnectedProxy proxy) {
        Group then = group(proxy);
        if (!then.equals(proxy.group())) {
            leave(proxy);
            proxy.joins(then);
            join(proxy);
        }
    }

    /// What a proxy runs is newer than what others were given before: it waits for what they get
    /// next.
    private void join(ConnectedProxy proxy) {
        CompiledScope compiled = scopes.computeIfAbsent(proxy.group(), _ -> new CompiledScope());
        compiled.proxies.put(proxy.stream().id(), proxy);
        if (compiled.latest != null
                && (proxy.target().isEmpty() || !isStale(proxy.group(), compiled))) {
            proxy.push(compiled.latest.snapshot());
        }
    }

    private void leave(ConnectedProxy proxy) {
        CompiledScope compiled = scopes.get(proxy.group());
        if (compiled != null) {
            compiled.proxies.remove(proxy.stream().id());
            if (compiled.proxies.isEmpty()) {
                scopes.remove(proxy.group());
            }
        }
    }

    private void onRefused(Event.Nacked nack) {
        known(nack.stream())
                .ifPresent(proxy -> {
                    LOG.warn(
                            "{} refused {} of version {}: {}: {}",
                            proxy.id(),
                            nack.type().shortName(),
                            nack.version(),
                            nack.resources(),
                            nack.text());
                    proxy.onNack(
                            nack.type(),
                            new Nack(
                                    nack.version(),
                                    nack.text(),
                                    nack.resources(),
                                    clock.instant()));
                });
    }

    private void onEnd(XdsStream stream, String reason) {
        ConnectedProxy proxy = proxies.remove(stream.id());
        if (proxy == null) {
            return;
        }
        LOG.info("{} disconnected: {}", proxy.id(), reason);
        leave(proxy);
        boolean elsewhere = proxies.values().stream().anyMatch(p -> p.id().equals(proxy.id()));
        if (!elsewhere) {
            Instant now = clock.instant();
            gone.values().removeIf(s -> isForgotten(s, now));
            if (gone.size() < MAX_REMEMBERED) {
                gone.put(proxy.id(), proxy.status(Optional.of(new Gone(now, reason))));
            }
        }
    }

    private static boolean isForgotten(ProxyStatus status, Instant now) {
        return status.disconnected().map(g -> g.at().plus(REMEMBERED).isBefore(now)).orElse(true);
    }

    private boolean isStale(Group group, CompiledScope compiled) {
        Edition now = edition(group.isTrial());
        return now != null
                && (compiled.latest == null
                        || !compiled.latest
                                .snapshot()
                                .version()
                                .equals(Long.toString(now.version())));
    }

    private void compileIfStale(Group group) {
        CompiledScope compiled = scopes.get(group);
        Edition now = edition(group.isTrial());
        if (compiled == null || now == null || compiled.compiling != 0) {
            return;
        }
        if (isStale(group, compiled) && compiled.failed != now.version()) {
            compiled.compiling = now.version();
            try {
                executor.execute(() -> compile(now, group));
            } catch (RejectedExecutionException e) {
                LOG.debug("no compilation any more: the control plane is closing");
            }
        }
    }

    /// On the executor.
    private void compile(Edition from, Group group) {
        try {
            var with = group.isTrial() ? trials : compiler;
            inbox.add(new Event.Done(group, with.apply(from, group.scope())));
        } catch (Throwable e) {
            inbox.add(new Event.Failed(group, e));
        }
    }

    private void onCompiled(Group group, Compiled compiled) {
        CompiledScope entry = scopes.get(group);
        if (entry == null) {
            return;
        }
        entry.compiling = 0;
        entry.latest = compiled;
        entry.proxies.values().forEach(p -> p.push(compiled.snapshot()));
        compileIfStale(group);
        if (scopes.values().stream().allMatch(s -> s.compiling == 0)) {
            log.update(findings());
        }
    }

    private void onFailed(Group group, Throwable why) {
        bugs++;
        CompiledScope entry = scopes.get(group);
        long version = entry == null ? 0 : entry.compiling;
        LOG.error(
                "Version {} could not be compiled for {}; its proxies keep what they have. This is"
                        + " a bug in Heddle",
                version,
                group.scope(),
                why);
        if (entry != null) {
            entry.failed = version;
            entry.compiling = 0;
            compileIfStale(group);
        }
    }

    private Optional<ConnectedProxy> known(XdsStream stream) {
        return Optional.ofNullable(proxies.get(stream.id()));
    }

    private Optional<Snapshot> targetOf(String id) {
        return proxies.values().stream()
                .filter(p -> p.id().equals(id))
                .flatMap(p -> p.target().stream())
                .findFirst();
    }

    /// Those of the newest edition, and those that only some proxies have of what is in force. What
    /// a scope says of the newest world is for the most part the very objects that the edition has,
    /// so these are told apart without looking into them: 200 scopes may each say a thousand.
    private List<Diagnostic> findings() {
        var all = new LinkedHashSet<Diagnostic>();
        Set<Diagnostic> known = Collections.newSetFromMap(new IdentityHashMap<>());
        if (edition != null) {
            all.addAll(edition.findings());
            known.addAll(edition.checks());
        }
        scopes.forEach((group, scope) -> {
            if (scope.latest != null && !group.isTrial()) {
                scope.latest.diagnostics().stream().filter(known::add).forEach(all::add);
            }
        });
        return all.stream().sorted(Diagnostic.READING_ORDER).toList();
    }

    private List<RunningPlan> plansNow() {
        return scopes.values().stream()
                .flatMap(scope ->
                        Stream.ofNullable(scope.latest)
                                .map(it ->
                                        new RunningPlan(
                                                scope.proxies.values().stream()
                                                        .map(ConnectedProxy::id)
                                                        .toList(),
                                                it.plan())))
                .toList();
    }

    private PushReport reportNow() {
        Instant now = clock.instant();
        gone.values().removeIf(s -> isForgotten(s, now));
        var statuses = new ArrayList<ProxyStatus>(gone.values());
        proxies.values().forEach(p -> statuses.add(p.status(Optional.empty())));
        statuses.sort(
                Comparator.comparing(ProxyStatus::id).thenComparing(ProxyStatus::connectedSince));
        return new PushReport(statuses, findings(), bugs);
    }
}
