package dev.heddle.proxy.config;

import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.kept.SnapshotKeeper;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.tls.Secret;
import dev.heddle.proxy.tls.SecretRef;
import dev.heddle.telemetry.NodeText;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.client.Rejection;
import dev.heddle.xds.client.XdsSubscriber;
import dev.heddle.xds.client.XdsSubscriptions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes resources, from the bootstrap and from the control plane, and publishes what can run.
///
/// Each resource is judged by itself: one that cannot be used is rejected with its reasons, its
/// last good version stays, and the others of the same response are taken. What is missing, and
/// when it is given up, is decided by [Warming]. Nothing is lost when the control plane goes away:
/// what is not taken back stays.
///
/// This file is long because resources of all types are judged here, by the same steps.
@Confined("config thread")
public final class ConfigSubscriber implements XdsSubscriber {

    private static final Logger LOG = LoggerFactory.getLogger(ConfigSubscriber.class);

    /// Where this subscriber is connected to.
    ///
    /// @param filterTypes the HTTP filters that this proxy has
    /// @param hasControlPlane whether [ConfigSubscriber#connectTo] will be called
    /// @param removalHold how long it is doubted that most clusters or listeners are no more
    /// @param dns finds the hosts of clusters by name
    /// @param nanos the clock for waiting
    /// @param clock the clock for people
    /// @param published told each new state
    /// @param settled told after each look at what can run, whether or not anything changed
    /// @param wakeAt asked to call [ConfigSubscriber#settle] at that time of the first clock
    public record Surroundings(
            List<HttpFilterType<?>> filterTypes,
            boolean hasControlPlane,
            Duration removalHold,
            DnsHosts dns,
            LongSupplier nanos,
            InstantSource clock,
            Consumer<ProxyConfig> published,
            Runnable settled,
            LongConsumer wakeAt) {
        public Surroundings {
            filterTypes = List.copyOf(filterTypes);
        }
    }

    private final Surroundings surroundings;
    private final ResourceParser parser;
    private final Warming warming = new Warming();
    private final Received received = new Received();
    private final MassRemoval removals;
    private final AtomicInteger removalsHeld = new AtomicInteger();
    private final SecretFiles files;
    private final RuntimeLayers runtime;
    private final Map<String, ClusterConfig.Discovery.Dns> resolving = new HashMap<>();
    private final Map<XdsType, Set<String>> subscribed = new HashMap<>();
    private final Set<String> saidOnce = new HashSet<>();
    private final Set<XdsType> heardOf = EnumSet.noneOf(XdsType.class);
    private @Nullable Keeping keeping;
    private @Nullable XdsSubscriptions controlPlane;
    private Set<String> awaited = Set.of();
    private boolean started;
    private boolean initialized;
    private final long givesUpAtNanos;

    public ConfigSubscriber(Surroundings surroundings) {
        this(surroundings, NodeText.SILENT, new RuntimeLayers(List.of(), _ -> {}));
    }

    /// @param node of the proxy, which formats may ask
    /// @param runtime where the control plane's layers of it go
    public ConfigSubscriber(Surroundings surroundings, NodeText node, RuntimeLayers runtime) {
        this.surroundings = surroundings;
        this.runtime = runtime;
        this.parser = new ResourceParser(surroundings.filterTypes(), node);
        this.removals = new MassRemoval(surroundings.removalHold());
        this.files = new SecretFiles(parser, received, warming, surroundings.clock());
        this.givesUpAtNanos = surroundings.nanos().getAsLong() + Warming.FETCH_TIMEOUT.toNanos();
    }

    /// Has routes wait for health checks.
    ///
    /// @param isDone whether each host of the cluster of that name was asked once
    public void waitForChecks(Predicate<String> isDone) {
        warming.waitForChecks(isDone);
    }

    /// Has what is in force kept, and what was kept served while the control plane is away.
    ///
    /// @param isConnected whether the control plane speaks
    public void keepWith(SnapshotKeeper keeper, BooleanSupplier isConnected) {
        keeping = new Keeping(keeper, isConnected, surroundings.nanos().getAsLong());
    }

    /// Whether what was kept on disk is in force. Callable from any thread.
    public boolean isKeptInForce() {
        Keeping kept = keeping;
        return kept != null && kept.isKeptInForce();
    }

    /// Takes the resources of the bootstrap; they are never taken back.
    ///
    /// @return why they cannot be used, each with its resource; empty when they can
    public List<String> start(List<XdsResource> clusters, List<XdsResource> listeners) {
        return start(List.of(), clusters, listeners);
    }

    /// As the other one, with secrets.
    public List<String> start(
            List<XdsResource> secrets, List<XdsResource> clusters, List<XdsResource> listeners) {
        var mistakes = new ArrayList<String>();
        for (XdsResource secret : secrets) {
            take(XdsType.SECRET, secret, true)
                    .ifPresent(why -> mistakes.add("secret " + why.text()));
        }
        for (XdsResource cluster : clusters) {
            take(XdsType.CLUSTER, cluster, true)
                    .ifPresent(why -> mistakes.add("cluster " + why.text()));
        }
        for (XdsResource listener : listeners) {
            take(XdsType.LISTENER, listener, true)
                    .ifPresent(why -> mistakes.add("listener " + why.text()));
        }
        started = true;
        if (keeping != null) {
            keeping.begin().ifPresent(this::takeKept);
        }
        settle();
        return mistakes;
    }

    /// Asks a control plane for everything that belongs to this proxy.
    public void connectTo(XdsSubscriptions subscriptions) {
        controlPlane = subscriptions;
        subscribe(XdsType.RUNTIME, runtime.resources());
        subscriptions.subscribe(XdsType.CLUSTER, Set.of("*"));
        subscriptions.subscribe(XdsType.LISTENER, Set.of("*"));
        subscribeToNames();
        surroundings.wakeAt().accept(givesUpAtNanos);
    }

    @Override
    public List<Rejection> onUpdate(XdsType type, List<XdsResource> changed, List<String> removed) {
        heardOf.add(type);
        // What is said of the runtime is for the moment, and not kept.
        if (keeping != null && type != XdsType.RUNTIME) {
            keeping.onWord(type, changed, removed, surroundings.nanos().getAsLong());
        }
        var rejections = new ArrayList<Rejection>();
        for (XdsResource resource : changed) {
            take(type, resource, false).ifPresent(rejections::add);
        }
        doubt(type, removed).forEach(name -> drop(type, name));
        settle();
        return rejections;
    }

    /// Whatever of it cannot be used is left out, and said.
    private void takeKept(Map<XdsType, List<XdsResource>> kept) {
        kept.forEach((type, resources) ->
                resources.forEach(resource ->
                        take(type, resource, false)
                                .ifPresent(why ->
                                        LOG.warn("kept {} {}", type.shortName(), why.text()))));
    }

    private void settleKept(Keeping keeping) {
        long now = surroundings.nanos().getAsLong();
        keeping.alone(now).ifPresent(this::takeKept);
        keeping.superseded(now, isComplete(), this::clustersInUse)
                .forEach((type, names) -> doubt(type, names).forEach(name -> drop(type, name)));
    }

    private Set<String> clustersInUse() {
        var names = new HashSet<String>();
        warming.active().listeners().values().forEach(it -> names.addAll(it.clusters()));
        warming.active().routes().values().forEach(it -> names.addAll(it.clusters()));
        return names;
    }

    /// One of the control plane that says only whom to believe has nothing secret about it.
    private boolean isPublicSecret(String name) {
        return warming.active().secrets().get(name) instanceof Secret.Trust
                && subscribed.getOrDefault(XdsType.SECRET, Set.of()).contains(name);
    }

    private boolean isComplete() {
        return awaited.isEmpty() && removals.size() == 0;
    }

    /// What of a removal is to happen now. EDS, RDS and SDS take nothing away by themselves.
    private List<String> doubt(XdsType type, List<String> removed) {
        if (type != XdsType.CLUSTER && type != XdsType.LISTENER) {
            return removed;
        }
        Set<String> there = new HashSet<>(received.of(type).keySet());
        there.removeAll(received.staticNames(type));
        List<String> known = removed.stream().filter(there::contains).toList();
        List<String> now =
                removals.onRemoved(type, there.size(), known, surroundings.nanos().getAsLong());
        if (now.size() < known.size()) {
            LOG.warn(
                    "{}: the control plane takes {} of {} away at once; they stay for {} s, unless"
                            + " it takes that back (--mass-removal-hold-s)",
                    type.shortName(),
                    known.size(),
                    there.size(),
                    surroundings.removalHold().toSeconds());
        }
        return now;
    }

    private Optional<Rejection> take(XdsType type, XdsResource resource, boolean isStatic) {
        String name = resource.name();
        removals.onSent(type, name);
        if (!isStatic && received.isStatic(type, name)) {
            return Optional.of(
                    new Rejection(name, "is part of the bootstrap (expected: another name)"));
        }
        Optional<String> objection =
                isStatic || keeping == null || type == XdsType.RUNTIME
                        ? Optional.empty()
                        : keeping.keeper().objection(type, resource);
        var delivery =
                new Received.Delivery(
                        resource.body(), resource.version(), surroundings.clock().instant());
        Parsed<Runnable> parsed =
                objection
                        .<Parsed<Runnable>>map(why -> new Parsed.Rejected<>(List.of(why)))
                        .orElseGet(() -> parse(type, resource));
        return switch (parsed) {
            case Parsed.Accepted<Runnable>(Runnable apply, List<String> notes) -> {
                apply.run();
                received.accepted(type, name, isStatic, delivery, notes);
                notes.forEach(note -> sayOnce(type, name, note));
                yield Optional.empty();
            }
            case Parsed.Rejected<Runnable> rejected -> {
                received.rejected(type, name, delivery, rejected.text());
                yield Optional.of(new Rejection(name, rejected.text()));
            }
        };
    }

    /// A field that is left out of a thousand resources is one line in the log; `/unsupported` has
    /// all.
    private void sayOnce(XdsType type, String name, String note) {
        if (saidOnce.add(type + note.replaceAll("\\[\\d+]", "[]"))) {
            LOG.info("{} '{}': {} is left out", type.shortName(), name, note);
        }
    }

    private Parsed<Runnable> parse(XdsType type, XdsResource resource) {
        String name = resource.name();
        return switch (type) {
            case CLUSTER ->
                    named(
                            name,
                            parser.cluster(resource.body()),
                            ClusterConfig::name,
                            cluster -> secretUnknown(cluster.sockets().secrets()),
                            this::put);
            case ENDPOINT ->
                    named(
                            name,
                            parser.hosts(resource.body()),
                            Assignment::cluster,
                            hosts -> warming.putHosts(name, hosts));
            case LISTENER ->
                    named(
                            name,
                            parser.listener(resource.body()),
                            ListenerConfig::name,
                            listener ->
                                    addressTaken(listener)
                                            .or(() -> secretUnknown(listener.secrets()))
                                            .or(() -> clusterHeldBack(listener.clusters())),
                            listener -> warming.put(listener.at(resource.version())));
            case ROUTE ->
                    named(
                            name,
                            parser.routes(resource.body()),
                            RouteConfig::name,
                            table ->
                                    clusterHeldBack(table.clusters())
                                            .or(() -> secretUnknown(table.secrets())),
                            table -> warming.put(table.at(resource.version())));
            case SECRET ->
                    named(
                            name,
                            parser.secret(resource.body()),
                            _ -> name,
                            secret -> warming.putSecret(name, secret));
            case RUNTIME ->
                    named(
                            name,
                            parser.runtime(resource.body()),
                            RuntimeParser.Layer::name,
                            layer -> runtime.put(name, layer.values()));
        };
    }

    private interface NameOf<T> {
        String of(T value);
    }

    private interface Objection<T> {
        Optional<String> to(T value);
    }

    private static <T> Parsed<Runnable> named(
            String name, Parsed<T> parsed, NameOf<T> nameOf, Consumer<T> apply) {
        return named(name, parsed, nameOf, _ -> Optional.empty(), apply);
    }

    /// What is parsed must bear the name that it was sent under, and meet no objection.
    private static <T> Parsed<Runnable> named(
            String name,
            Parsed<T> parsed,
            NameOf<T> nameOf,
            Objection<T> objection,
            Consumer<T> apply) {
        return switch (parsed) {
            case Parsed.Rejected<T>(List<String> reasons) -> new Parsed.Rejected<>(reasons);
            case Parsed.Accepted<T>(T value, List<String> notes) -> {
                if (!nameOf.of(value).equals(name)) {
                    yield new Parsed.Rejected<>(
                            List.of(
                                    "name: '"
                                            + nameOf.of(value)
                                            + "' (expected: the resource's, '"
                                            + name
                                            + "')"));
                }
                Optional<String> why = objection.to(value);
                yield why.isPresent()
                        ? new Parsed.Rejected<>(List.of(why.get()))
                        : new Parsed.Accepted<>(() -> apply.accept(value), notes);
            }
        };
    }

    /// What listeners wait for.
    public List<Warming.Unready> unready() {
        return warming.unready();
    }

    private Optional<String> addressTaken(ListenerConfig listener) {
        return listener.address().getPort() == 0
                ? Optional.empty()
                : warming.listeners().stream()
                        .filter(it -> it.address().equals(listener.address()))
                        .filter(it -> it.isOfDatagrams() == listener.isOfDatagrams())
                        .filter(it -> !it.name().equals(listener.name()))
                        .findFirst()
                        .map(it -> "address: taken by listener '" + it.name() + "'");
    }

    /// What uses what is held back is held back with it.
    private Optional<String> clusterHeldBack(Collection<String> names) {
        return keeping == null
                ? Optional.empty()
                : keeping.keeper()
                        .heldBack(names)
                        .map(it -> "cluster '" + it + "' is held back (expected: another one)");
    }

    /// A secret of the bootstrap is there from the start or never.
    private Optional<String> secretUnknown(List<SecretRef> refs) {
        return refs.stream()
                .filter(ref -> ref.source() instanceof SecretRef.Source.Bootstrap)
                .filter(ref -> !received.isStatic(XdsType.SECRET, ref.name()))
                .findFirst()
                .map(ref ->
                        "secret '"
                                + ref.name()
                                + "' is not in the bootstrap (expected: one of"
                                + " static_resources.secrets, or sds_config)");
    }

    private void put(ClusterConfig cluster) {
        warming.put(cluster);
        String name = cluster.name();
        if (cluster.discovery() instanceof ClusterConfig.Discovery.Dns question) {
            if (!question.equals(resolving.put(name, question))) {
                surroundings.dns().watch(name, question, hosts -> onResolved(name, hosts));
            }
        } else if (resolving.remove(name) != null) {
            surroundings.dns().forget(name);
        }
    }

    private void onResolved(String cluster, Optional<Assignment> hosts) {
        if (resolving.containsKey(cluster)) {
            hosts.ifPresentOrElse(
                    it -> warming.putResolved(cluster, it), () -> warming.missHosts(cluster));
            settle();
        }
    }

    private void drop(XdsType type, String name) {
        if (received.isStatic(type, name)) {
            return;
        }
        switch (type) {
            case CLUSTER -> {
                warming.removeCluster(name);
                if (resolving.remove(name) != null) {
                    surroundings.dns().forget(name);
                }
                received.removed(type, name);
            }
            case LISTENER -> {
                warming.removeListener(name);
                received.removed(type, name);
            }
            case ENDPOINT -> warming.missHosts(name);
            case ROUTE -> warming.missRoute(name);
            case SECRET -> warming.missSecret(name);
            case RUNTIME -> {
                runtime.put(name, Map.of());
                received.removed(type, name);
            }
        }
    }

    /// Publishes what can run now, and asks for what is missing.
    public void settle() {
        for (XdsType type : XdsType.values()) {
            removals.due(type, surroundings.nanos().getAsLong()).forEach(name -> drop(type, name));
        }
        removalsHeld.set(removals.size());
        removals.wakeAtNanos().ifPresent(surroundings.wakeAt());
        if (keeping != null) {
            settleKept(keeping);
        }
        files.readNew(warming.secretRefs());
        Warming.Step step = warming.settle(surroundings.nanos().getAsLong());
        awaited = step.awaited();
        subscribeToNames();
        step.config().ifPresent(this::publish);
        step.wakeAtNanos().ifPresent(surroundings.wakeAt());
        if (keeping != null) {
            long now = surroundings.nanos().getAsLong();
            keeping.settle(now, isComplete(), () -> received.ofControlPlane(this::isPublicSecret));
            keeping.wakeAtNanos(now).ifPresent(surroundings.wakeAt());
        }
        surroundings.settled().run();
    }

    private void publish(ProxyConfig config) {
        LOG.debug("state {}: listeners {}", config.version(), config.listenerNames());
        surroundings.published().accept(config);
    }

    /// Reads the files of secrets again, as somebody asks for from time to time.
    public void readFilesAgain() {
        Set<SecretRef> refs = warming.secretRefs();
        if (files.areUsed(refs)) {
            files.readAgain(refs);
            settle();
        }
    }

    /// Forgets secrets that nobody asks for, so that their keys do not stay in memory.
    private void retainSecrets(Set<SecretRef> refs) {
        var keys = new HashSet<String>(received.staticNames(XdsType.SECRET));
        refs.forEach(ref -> keys.add(ref.key()));
        warming.retainSecrets(keys);
        files.retain(keys);
        received.of(XdsType.SECRET).keySet().retainAll(keys);
    }

    private void subscribeToNames() {
        Set<SecretRef> secrets = warming.secretRefs();
        retainSecrets(secrets);
        if (controlPlane == null) {
            return;
        }
        subscribe(
                XdsType.SECRET,
                secrets.stream()
                        .filter(ref -> ref.source() instanceof SecretRef.Source.ControlPlane)
                        .map(SecretRef::name)
                        .collect(Collectors.toSet()));
        Set<String> services = warming.serviceNames();
        Set<String> tables = warming.routeNames();
        subscribe(XdsType.ENDPOINT, services);
        subscribe(XdsType.ROUTE, tables);
        warming.retain(services, tables);
        received.of(XdsType.ENDPOINT).keySet().retainAll(services);
        received.of(XdsType.ROUTE).keySet().retainAll(tables);
    }

    private void subscribe(XdsType type, Set<String> names) {
        var wanted = new TreeSet<>(names);
        if (controlPlane != null && !wanted.equals(subscribed.put(type, wanted))) {
            controlPlane.subscribe(type, wanted);
        }
    }

    /// Whether the first configuration is in force: everything that was asked for has come, or was
    /// given up. Once true it stays so.
    public boolean isInitialized() {
        if (!initialized) {
            boolean heard =
                    !surroundings.hasControlPlane()
                            || (heardOf.contains(XdsType.CLUSTER)
                                    && heardOf.contains(XdsType.LISTENER)
                                    && (runtime.resources().isEmpty()
                                            || heardOf.contains(XdsType.RUNTIME)))
                            || isKeptInForce()
                            || surroundings.nanos().getAsLong() - givesUpAtNanos >= 0;
            initialized = started && heard && awaited.isEmpty();
        }
        return initialized;
    }

    /// How many clusters and listeners there are only because a removal is doubted. Callable from
    /// any thread.
    public int removalsHeld() {
        return removalsHeld.get();
    }

    /// What is waited for, for people to read.
    public Set<String> awaited() {
        return awaited;
    }

    /// The names of the clusters of the bootstrap.
    public Set<String> staticClusters() {
        return received.staticNames(XdsType.CLUSTER);
    }

    /// What runs now.
    public ProxyConfig active() {
        return warming.active();
    }

    /// What came, for dumps.
    public Received received() {
        return received;
    }
}
