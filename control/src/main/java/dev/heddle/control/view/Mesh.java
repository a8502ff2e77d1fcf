package dev.heddle.control.view;

import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.xds.SnapshotJson;
import dev.heddle.control.ca.CaServer;
import dev.heddle.control.federation.BundleStatus;
import dev.heddle.control.health.HostHealths;
import dev.heddle.control.hits.Answers;
import dev.heddle.control.hits.RuleHits;
import dev.heddle.control.meter.ControlMeters;
import dev.heddle.control.meter.MetricText;
import dev.heddle.control.meter.ProcessMeters;
import dev.heddle.control.order.ProxyOrders;
import dev.heddle.control.push.ProxyStatus;
import dev.heddle.control.push.ProxyStatus.TypeStatus;
import dev.heddle.control.push.PushReport;
import dev.heddle.control.push.Pusher;
import dev.heddle.control.push.RunningPlan;
import dev.heddle.control.push.TunedProxy;
import dev.heddle.control.push.Tuning;
import dev.heddle.control.recorder.FlightRecorders;
import dev.heddle.control.recorder.TunedRecorders;
import dev.heddle.control.serving.OwnCertificates;
import dev.heddle.control.slo.Objective;
import dev.heddle.control.world.Edition;
import dev.heddle.control.world.WorldLoop;
import dev.heddle.model.Resources;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsType;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes pictures of a running mesh. Callable from any thread; may wait for a moment.
public final class Mesh {
    private static final Logger LOG = LoggerFactory.getLogger(Mesh.class);
    private static final long PATIENCE_SECONDS = 5;

    /// A stream that ended says nothing any more.
    private static final long SUBSCRIPTIONS_SECONDS = 2;

    private final WorldLoop worlds;
    private final Pusher pusher;
    private final RuleHits hits;
    private final HostHealths health;
    private final Optional<CaServer> authority;
    private final OwnCertificates own;
    private final Supplier<List<BundleStatus>> bundles;
    private final ControlMeters meters;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final FlightRecorders recorders;
    private final ProxyOrders orders;

    /// A mesh of that loop, that pusher and those hits.
    ///
    /// @param health what proxies hold against hosts
    /// @param authority who signs the certificates of workloads; empty where it is somebody else
    /// @param own what the control plane shows itself
    /// @param bundles how it stands with those that are fetched
    /// @param meters what the control plane counts of itself
    /// @param clock by which certificates end
    /// @param nanos for durations: never goes back
    public Mesh(
            WorldLoop worlds,
            Pusher pusher,
            RuleHits hits,
            HostHealths health,
            Optional<CaServer> authority,
            OwnCertificates own,
            Supplier<List<BundleStatus>> bundles,
            ControlMeters meters,
            InstantSource clock,
            LongSupplier nanos) {
        this.worlds = worlds;
        this.pusher = pusher;
        this.hits = hits;
        this.health = health;
        this.authority = authority;
        this.own = own;
        this.bundles = bundles;
        this.meters = meters;
        this.clock = clock;
        this.nanos = nanos;
        this.recorders = new TunedRecorders(pusher, clock);
        this.orders = new ProxyOrders(pusher, clock);
    }

    /// The mesh now.
    public MeshView view() {
        PushReport report = answer(pusher.report());
        Optional<Edition> edition = worlds.current();
        String version = edition.map(e -> Long.toString(e.version())).orElse("");
        String trial = worlds.trial().map(t -> Long.toString(t.edition().version())).orElse("");
        return new MeshView(
                edition.map(Edition::version).orElse(0L),
                edition.map(Edition::since).orElse(Instant.EPOCH),
                edition.map(e -> e.world().settings()).orElse(MeshSettings.DEFAULT).rootNamespace(),
                edition.map(e -> e.world().resources()).orElse(Resources.EMPTY),
                edition.map(Mesh::services).orElse(List.of()),
                report.findings(),
                report.proxies().stream().map(p -> view(p, p.isTrial() ? trial : version)).toList(),
                id -> edition.flatMap(e -> e.statuses().status(e.world(), id)),
                report.bugs());
    }

    /// What the control plane counts of itself, in Prometheus' text format.
    ///
    /// @param seen whether somebody sees a namespace; numbers of the whole mesh are for everybody
    public String metrics(Predicate<String> seen) {
        Instant now = clock.instant();
        var text = new MetricText();
        ProcessMeters.add(text, clock);
        MeshMeters.add(text, view());
        try {
            MeshMeters.add(text, certificates().within(seen).certificates());
        } catch (IOException e) {
            // Prometheus sees that they are missing; the API says why.
            LOG.debug("the certificates of workloads cannot be read", e);
        }
        authority.ifPresent(it -> MeshMeters.addAuthority(text, it.roots(), now));
        return text.print() + meters.print();
    }

    /// The objectives in force; empty before the first world.
    public Optional<List<Objective>> objectives() {
        return worlds.current().map(it -> Objective.of(it.world().index()));
    }

    /// The ids of connected proxies of workloads that are named as in `reviews-v1.default`: those
    /// of that name, and of Pods whose names begin with it.
    public List<String> proxiesOf(List<String> workloads) {
        return answer(pusher.report()).proxies().stream()
                .filter(it -> it.disconnected().isEmpty())
                .map(ProxyStatus::id)
                .filter(id -> workloads.stream().anyMatch(it -> ProxyView.isOf(id, it)))
                .toList();
    }

    /// Has some proxies run with another value of their runtime, until what is returned is closed;
    /// see [Pusher#tune].
    public Tuning tune(Predicate<TunedProxy> who, String key, double value) {
        return pusher.tune(who, key, value);
    }

    /// The mesh's clock for durations, in nanoseconds: it never goes back.
    public LongSupplier nanos() {
        return nanos;
    }

    /// What proxies remember of their last requests.
    public FlightRecorders flightRecorders() {
        return recorders;
    }

    /// What operators wish of single proxies.
    public ProxyOrders orders() {
        return orders;
    }

    /// How often rules are chosen, and who has them.
    public RulesView rules() {
        return RulePlaces.view(answer(hits.counts()), answer(pusher.plans()));
    }

    /// What proxies hold against the hosts that they may send requests to.
    public List<HostHealths.ToldHealth> hostHealth() {
        return health.all();
    }

    /// How requests of each proxy ended since the control plane started, as far as proxies say, by
    /// the ids of their nodes.
    public Map<String, Answers> answers() {
        return answer(hits.answers());
    }

    /// The certificates of gateways and DestinationRules, of the control plane, and of workloads.
    ///
    /// @throws IOException when what the authority noted cannot be read
    public CertificatesView certificates() throws IOException {
        Instant now = clock.instant();
        List<RunningPlan> plans = answer(pusher.plans());
        var all = new ArrayList<CertificateView>();
        worlds.current()
                .map(e -> CertificatePlaces.view(e.world().index(), plans, now))
                .ifPresent(all::addAll);
        own.all().forEach(shown -> all.add(CertificateView.of(shown, now)));
        return new CertificatesView(
                now, all, authority.isPresent() ? authority.get().issued(now) : List.of());
    }

    /// Whom the mesh believes of other trust domains, by name.
    public List<BundleStatus> federation() {
        var all = new TreeMap<String, BundleStatus>();
        worlds.current()
                .map(e -> e.world().settings().trust().federation().roots())
                .ifPresent(roots ->
                        roots.forEach((domain, pem) ->
                                all.put(domain, BundleStatus.written(domain, pem))));
        bundles.get().forEach(status -> all.put(status.trustDomain(), status));
        return List.copyOf(all.values());
    }

    /// What a connected proxy was given last, but for private keys.
    ///
    /// @param resources Envoy's JSON of every resource, by type in the order in which they are
    ///   sent: `CDS`, `EDS`, …
    public record ProxyConfig(String version, Map<String, List<String>> resources) {}

    /// What the proxy of that id was given last; empty when it is not connected or was given
    /// nothing yet.
    public Optional<ProxyConfig> configOf(String proxy) {
        return answer(pusher.snapshotOf(proxy)).map(Mesh::config);
    }

    /// The same as an Envoy bootstrap that needs no control plane.
    public Optional<String> bootstrapOf(String proxy) {
        return answer(pusher.snapshotOf(proxy)).map(SnapshotJson::bootstrap);
    }

    /// The names of resources that proxies want, by their ids and by the types that they asked for
    /// (CDS, EDS and so on); no names where they want all. Who goes meanwhile is not in it.
    public Map<String, Map<String, List<String>>> subscriptionsOf(Collection<String> ids) {
        var asked = new LinkedHashMap<String, CompletableFuture<Map<XdsType, SortedSet<String>>>>();
        ids.forEach(id ->
                asked.put(
                        id,
                        pusher.subscriptionsOf(id)
                                .completeOnTimeout(
                                        Map.of(), SUBSCRIPTIONS_SECONDS, TimeUnit.SECONDS)));
        var all = new LinkedHashMap<String, Map<String, List<String>>>();
        asked.forEach((id, answer) -> {
            var types = new LinkedHashMap<String, List<String>>();
            answer.join().forEach((type, names) -> types.put(type.shortName(), List.copyOf(names)));
            if (!types.isEmpty()) {
                all.put(id, types);
            }
        });
        return all;
    }

    /// @throws java.util.concurrent.CompletionException when the pusher does not answer, as when
    ///   the control plane is closing
    private static <T> T answer(CompletableFuture<T> question) {
        return question.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    private static ProxyConfig config(Snapshot snapshot) {
        var resources = new LinkedHashMap<String, List<String>>();
        for (XdsType type : XdsType.values()) {
            resources.put(type.shortName(), SnapshotJson.each(snapshot, type));
        }
        return new ProxyConfig(snapshot.version(), resources);
    }

    private static List<ServiceView> services(Edition edition) {
        return edition.world().index().services().all().stream()
                .map(Mesh::view)
                .sorted(Comparator.comparing(s -> s.service().host().toString()))
                .toList();
    }

    private static ServiceView view(MeshService service) {
        return new ServiceView(service.service(), service.endpoints());
    }

    private static ProxyView view(ProxyStatus p, String version) {
        return new ProxyView(
                p.id(),
                p.cluster(),
                p.role(),
                p.kind(),
                p.peer(),
                p.protocol(),
                p.connectedSince(),
                p.disconnected().map(g -> new ProxyView.Gone(g.at(), g.reason())),
                p.sent(),
                p.isTrial(),
                p.runs(version),
                p.types().entrySet().stream().map(e -> view(e.getKey(), e.getValue())).toList(),
                p.says().labels(),
                p.says().mesh(),
                p.says().version());
    }

    private static ProxyView.TypeView view(XdsType type, TypeStatus status) {
        return new ProxyView.TypeView(
                type.shortName(),
                status.acked(),
                status.nack()
                        .map(n ->
                                new ProxyView.Nack(n.version(), n.text(), n.resources(), n.at())));
    }
}
