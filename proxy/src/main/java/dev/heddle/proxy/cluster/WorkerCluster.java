package dev.heddle.proxy.cluster;

import dev.heddle.proxy.config.Assignment;
import dev.heddle.proxy.config.ClusterConfig;
import dev.heddle.proxy.config.ClusterConfig.Discovery;
import dev.heddle.proxy.config.ProxyConfig;
import dev.heddle.proxy.healthcheck.HealthChecks;
import dev.heddle.proxy.http2.Http2Stats;
import dev.heddle.proxy.observe.Metadata;
import dev.heddle.proxy.observe.Tally;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.InternalAddress;
import dev.heddle.proxy.runtime.Origin;
import dev.heddle.proxy.runtime.PathAddress;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.tls.TlsFailure;
import dev.heddle.proxy.tls.TlsState;
import dev.heddle.proxy.tls.UpstreamTls;
import dev.heddle.proxy.upstream.Circuit;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.ClusterSettings;
import dev.heddle.proxy.upstream.ClusterStat;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.HostFinder;
import dev.heddle.proxy.upstream.HostSecurity;
import dev.heddle.proxy.upstream.LoadBalancer;
import dev.heddle.proxy.upstream.Pick;
import dev.heddle.proxy.upstream.ProxyHeader;
import dev.heddle.proxy.upstream.Purpose;
import dev.heddle.proxy.upstream.balance.Balancers;
import dev.heddle.proxy.upstream.balance.Hashing;
import dev.heddle.proxy.upstream.balance.PriorityLoad;
import dev.heddle.proxy.upstream.balance.Siblings;
import dev.heddle.proxy.upstream.balance.SlowStart;
import dev.heddle.proxy.upstream.health.Breaker;
import dev.heddle.proxy.upstream.health.ClusterHealth;
import dev.heddle.proxy.upstream.health.HealthCheck;
import dev.heddle.proxy.upstream.health.HealthFlag;
import dev.heddle.proxy.upstream.health.HostHealth;
import dev.heddle.telemetry.SocketAddressText;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One cluster as one worker has it.
///
/// This file is long because discovery, health and balancing meet here.
@Confined("worker")
final class WorkerCluster implements Cluster {

    /// Of hosts that come by themselves it is not known how many there are.
    private static final List<PriorityLoad.Counts> ALWAYS =
            List.of(new PriorityLoad.Counts(1, 0, 1));

    private final SharedClusters shared;
    private final Circuit circuit;
    private final Cluster urgent = Cluster.super.urgent();
    private final WorkerClusters.Tallies tallies;
    private final Tally<ClusterStat> stats;

    /// Null as long as no connection spoke HTTP/2.
    private @Nullable Http2Stats http2Stats;

    private final Worker worker;
    private final ClusterHealth.Follower follower;
    private @Nullable ClusterHealth health;
    private @Nullable HealthChecks checks;

    /// Where the hosts are, those that are about to leave among them.
    private List<Assignment.Place> places = List.of();

    private Map<InetSocketAddress, Host> hosts = Map.of();

    /// Those that were found to fail, when that was looked at last.
    private Set<Host> ill = Set.of();

    private @Nullable OriginalDestinationHosts found;
    private @Nullable DynamicHosts dynamic;
    private ProxyConfig.ClusterState state;
    private LoadBalancer balancer;
    private final Supplier<Siblings> siblings;
    private List<Balancers.Place> latest = List.of();

    /// The clusters that stand for this one.
    private @Nullable Members members;

    private List<PriorityLoad.Counts> counts = List.of();
    private int looks;
    private TlsState tls = TlsState.EMPTY;

    WorkerCluster(
            ProxyConfig.ClusterState first,
            SharedClusters shared,
            Supplier<Siblings> siblings,
            WorkerClusters.Tallies tallies,
            Worker worker) {
        this.siblings = siblings;
        this.shared = shared;
        this.circuit = shared.circuit(first.config().name());
        this.tallies = tallies;
        this.stats = tallies.of(first.config().name());
        this.worker = worker;
        this.follower = () -> worker.execute(this::onHealth);
        this.state = first;
        this.balancer = balancer(first);
    }

    @Override
    public ClusterSettings settings() {
        return state.config().settings();
    }

    /// The clusters that stand for this one; null for one with hosts of its own.
    @Nullable Members members() {
        return members;
    }

    /// How many hosts each priority has.
    List<PriorityLoad.Counts> counts() {
        return counts;
    }

    /// How often that was looked at, and may have changed.
    int looks() {
        return looks;
    }

    @Override
    public LoadBalancer balancer() {
        return balancer;
    }

    @Override
    public boolean has(Host host) {
        return dynamic != null
                || found != null
                || host.equals(hosts.get(host.address()))
                || hosts.containsValue(host);
    }

    @Override
    public Circuit circuit() {
        return circuit;
    }

    @Override
    public Cluster urgent() {
        return urgent;
    }

    @Override
    public Http2Stats http2Stats() {
        Http2Stats known = http2Stats;
        if (known == null) {
            known = tallies.http2(settings().name());
            http2Stats = known;
        }
        return known;
    }

    @Override
    public Tally<ClusterStat> stats() {
        return stats;
    }

    @Override
    public Metadata metadata() {
        return state.config().metadata();
    }

    @Override
    public String hostsInWords() {
        return HostsInWords.of(state.config().name(), state.hosts(), hosts());
    }

    @Override
    public @Nullable Breaker breaker() {
        return health == null ? null : health.breaker();
    }

    @Override
    public HostSecurity security(Host host, Purpose purpose) {
        return state.config()
                .sockets()
                .forHost(host.socketLabels())
                .tls()
                .map(it -> security(it, host, purpose))
                .orElse(HostSecurity.PLAIN);
    }

    @Override
    public @Nullable HostFinder finder() {
        return dynamic;
    }

    /// What is known of the host goes before what is known of the client's connection.
    @Override
    public Origin origin(Host host, Purpose purpose) {
        InetSocketAddress destination = host.destination();
        boolean isPassed =
                destination != null
                        && state.config().sockets().forHost(host.socketLabels()).tellsDestination();
        return isPassed ? new Origin(destination, purpose.origin().remote()) : purpose.origin();
    }

    @Override
    public Optional<ProxyHeader> header(Host host) {
        return state.config().sockets().forHost(host.socketLabels()).header();
    }

    private HostSecurity security(UpstreamTls asked, Host host, Purpose purpose) {
        return tls.clients(asked)
                .<HostSecurity>map(it ->
                        new HostSecurity.Secured(
                                it.forHost(host.hostname(), purpose.alpn(), purpose.name())))
                .orElse(new HostSecurity.NotReady(TlsFailure.NO_SECRET));
    }

    /// Takes what connections are secured with from now on; those that there are stay.
    void secure(TlsState next) {
        tls = next;
    }

    /// Where its hosts are, as it was looked at last.
    List<Balancers.Place> places() {
        return latest;
    }

    /// Takes news of the proxies beside this one.
    void onSiblings() {
        if (state.config().zones().isPresent()) {
            balancer = balancer(state);
        }
    }

    List<Host> hosts() {
        if (dynamic != null) {
            return dynamic.hosts();
        }
        return found == null ? List.copyOf(hosts.values()) : found.hosts();
    }

    /// Takes a new state. Hosts that stay keep their connections; those that go are drained.
    void adopt(ProxyConfig.ClusterState next) {
        if (!next.equals(state)) {
            state = next;
            balancer = balancer(next);
        }
    }

    /// Some hosts became well, or ill.
    private void onHealth() {
        if (hosts.isEmpty()) {
            return;
        }
        // Where a host fails, new connections to it may do better than the old ones (Envoy's
        // reasoning: where flows are hashed, they take another way).
        boolean isGone =
                places.stream()
                        .flatMap(place -> place.endpoints().stream())
                        .map(endpoint -> hosts.get(endpoint.address()))
                        .anyMatch(WorkerCluster::hasLeft);
        if (isGone) {
            takeHosts(state.hosts());
            checkHosts();
        }
        Set<Host> now = ill();
        now.stream().filter(host -> !ill.contains(host)).forEach(Host::renew);
        ill = now;
        balancer = among(state);
    }

    /// Whether a host was taken away, and its checks do not pass any more.
    private static boolean hasLeft(@Nullable Host host) {
        HostHealth seen = host == null ? null : host.health();
        return seen != null
                && seen.has(HealthFlag.PENDING_DYNAMIC_REMOVAL)
                && seen.has(HealthFlag.FAILED_ACTIVE_HC);
    }

    private Set<Host> ill() {
        return hosts.values().stream()
                .filter(host -> {
                    HostHealth seen = host.health();
                    return seen != null && seen.isFailed();
                })
                .collect(Collectors.toUnmodifiableSet());
    }

    /// The cluster is no more: what is in flight may end.
    void leave() {
        follow(null);
        checkHosts();
        drain();
    }

    private void follow(@Nullable ClusterHealth next) {
        if (next != health) {
            if (health != null) {
                health.leave(follower);
            }
            if (next != null) {
                next.follow(follower);
            }
            health = next;
        }
    }

    private void drain() {
        hosts.values().forEach(Host::drain);
        hosts = Map.of();
        places = List.of();
        forgetFound();
    }

    private void forgetFound() {
        if (found != null) {
            found.drain();
            found = null;
        }
        if (dynamic != null) {
            dynamic.drain();
            dynamic = null;
        }
    }

    private LoadBalancer balancer(ProxyConfig.ClusterState next) {
        counts = ALWAYS;
        looks++;
        members = null;
        if (next.config().discovery() instanceof Discovery.FirstOf(List<String> clusters)) {
            members = new Members(clusters, next.config().panicPercent());
            follow(null);
            checkHosts();
            drain();
            return _ -> Pick.NoHealthyHost.NONE;
        }
        if (next.config().discovery() instanceof Discovery.OriginalDestination question) {
            follow(null);
            checkHosts();
            OriginalDestinationHosts known = found;
            if (known == null || !known.question().equals(question)) {
                drain();
                known = new OriginalDestinationHosts(question, worker, stats);
                found = known;
            }
            return known;
        }
        if (next.config().discovery() instanceof Discovery.Dynamic question) {
            follow(null);
            checkHosts();
            return named(question, next.config().sockets().areAllSecured());
        }
        forgetFound();
        follow(shared.health(next.config().name()));
        takeHosts(next.hosts());
        checkHosts();
        return among(next);
    }

    private void takeHosts(Assignment next) {
        ClusterHealth now = health;
        boolean keepsWell = now != null && now.rules().keepsWell();
        places = keepsWell ? LeavingHosts.with(next.places(), places, this::isWell) : next.places();
        var kept = new LinkedHashMap<InetSocketAddress, Host>();
        for (Assignment.Place place : places) {
            for (Assignment.Endpoint endpoint : place.endpoints()) {
                // An address that is there twice is one host, in the first place that names it.
                if (!kept.containsKey(endpoint.address())) {
                    Host host = host(endpoint);
                    host.setHealth(health == null ? null : health.host(endpoint.address()));
                    kept.put(endpoint.address(), host);
                }
            }
        }
        // The same address may be a new host, with other ways to it, and a host may have moved.
        var staying = new HashSet<Host>(kept.values());
        hosts.values().stream().filter(host -> !staying.contains(host)).forEach(Host::drain);
        hosts = kept;
        ill = health == null ? Set.of() : ill();
    }

    /// Whether a host that the control plane took away passes its checks.
    private boolean isWell(InetSocketAddress address) {
        HostHealth seen = health == null ? null : health.host(address);
        return seen != null
                && seen.has(HealthFlag.PENDING_DYNAMIC_REMOVAL)
                && !seen.has(HealthFlag.FAILED_ACTIVE_HC);
    }

    /// Asks the hosts whether they are well, if they are to be asked, by this worker.
    private void checkHosts() {
        ClusterHealth of = health;
        HealthChecks asking = checks;
        if (asking != null && !asking.health().equals(of)) {
            asking.stop();
            asking = null;
        }
        if (of != null && of.isOwner(worker) && of.rules().check().isPresent()) {
            if (asking == null) {
                String name = state.config().name();
                asking =
                        new HealthChecks(
                                of,
                                of.rules().check().get(),
                                this,
                                worker,
                                () -> tallies.total(name, ClusterStat.UPSTREAM_CX_TOTAL) > 0);
            }
            asking.adopt(targets(of.rules().check().get()));
        }
        checks = asking;
    }

    private List<HealthChecks.Target> targets(HealthCheck check) {
        var targets = new LinkedHashMap<HostHealth, HealthChecks.Target>();
        for (Assignment.Place place : places) {
            for (Assignment.Endpoint endpoint : place.endpoints()) {
                Host host = hosts.get(endpoint.address());
                HostHealth of = host == null ? null : host.health();
                if (of != null && of.isChecked()) {
                    targets.putIfAbsent(
                            of,
                            new HealthChecks.Target(
                                    of, target(endpoint, check), endpoint.check().hostname()));
                }
            }
        }
        return List.copyOf(targets.values());
    }

    /// Where a host is asked.
    private static Host target(Assignment.Endpoint endpoint, HealthCheck check) {
        var addresses = new ArrayList<InetSocketAddress>();
        Assignment.Endpoint.Check own = endpoint.check();
        if (own.address().isEmpty() && own.port() == 0) {
            addresses.add(endpoint.address());
            addresses.addAll(endpoint.others());
        } else {
            addresses.add(
                    new InetSocketAddress(
                            own.address().orElse(endpoint.address().getAddress()),
                            own.port() == 0 ? endpoint.address().getPort() : own.port()));
        }
        return new Host(
                addresses,
                text(addresses.getFirst()),
                1,
                endpoint.hostname(),
                check.way().socketLabels().orElse(endpoint.socketLabels()));
    }

    /// Chooses among the hosts that there are, as well as they are now.
    private LoadBalancer among(ProxyConfig.ClusterState now) {
        var left = new HashMap<InetSocketAddress, Host>(hosts);
        List<Balancers.Place> places =
                this.places.stream().map(place -> place(place, left)).toList();
        counts = Balancers.counts(places);
        looks++;
        ClusterConfig config = now.config();
        var policy =
                new Balancers.Policy(
                        kind(config),
                        config.byPlace(),
                        now.hosts().overprovisioningPercent(),
                        config.panicPercent(),
                        config.zones().map(it -> new Balancers.Zones(it, siblings.get())));
        latest = places;
        return new SessionHosts(
                Balancers.of(policy, places, worker.random()), sessionHosts(config));
    }

    /// Those that sessions may stay with.
    private List<Host> sessionHosts(ClusterConfig config) {
        var found = new ArrayList<Host>();
        for (Assignment.Place place : places) {
            for (Assignment.Endpoint endpoint : place.endpoints()) {
                Host host = hosts.get(endpoint.address());
                if (host != null
                        && config.sessionHosts().contains(endpoint.health(host.health()))) {
                    found.add(host);
                }
            }
        }
        return found;
    }

    /// The hosts that requests name.
    private LoadBalancer named(Discovery.Dynamic question, boolean isSecured) {
        DynamicHosts known = dynamic;
        if (known == null || known.isSecured() != isSecured || !known.question().equals(question)) {
            drain();
            known = new DynamicHosts(question, isSecured, worker, shared.lookUps());
            dynamic = known;
        }
        return known;
    }

    /// @param left hosts that are in no place yet
    private Balancers.Place place(Assignment.Place place, Map<InetSocketAddress, Host> left) {
        var healthy = new ArrayList<Host>();
        var degraded = new ArrayList<Host>();
        var all = new ArrayList<Host>();
        for (Assignment.Endpoint endpoint : place.endpoints()) {
            Host host = left.remove(endpoint.address());
            if (host == null) {
                continue;
            }
            all.add(host);
            HostHealth seen = host.health();
            if (seen != null && seen.has(HealthFlag.FAILED_ACTIVE_HC)) {
                // It begins anew once it passes.
                host.stop();
            }
            switch (endpoint.health(seen)) {
                case HEALTHY -> {
                    healthy.add(host);
                    if (!host.isStarted()) {
                        host.start(worker.nanos());
                    }
                }
                case DEGRADED -> degraded.add(host);
                case UNHEALTHY, DRAINING, TIMEOUT -> {
                    // Only panic uses it, and sessions that are with it.
                }
            }
        }
        return new Balancers.Place(
                place.priority(),
                place.weight(),
                place.locality().toString(),
                healthy,
                degraded,
                all);
    }

    private Host host(Assignment.Endpoint endpoint) {
        var addresses = new ArrayList<InetSocketAddress>();
        addresses.add(endpoint.address());
        addresses.addAll(endpoint.others());
        String text = text(endpoint.address());
        Host known = known(endpoint);
        if (known != null && (isLogical() || known.addresses().equals(addresses))) {
            known.move(addresses, text);
            known.setWeight(endpoint.weight());
            known.setSecurity(endpoint.hostname(), endpoint.socketLabels());
            known.setDestination(endpoint.destination().orElse(null));
            known.setHashKey(endpoint.hashKey());
            known.setMetadata(endpoint.metadata());
            return known;
        }
        var made =
                new Host(
                        addresses,
                        text,
                        endpoint.weight(),
                        endpoint.hostname(),
                        endpoint.socketLabels());
        made.setDestination(endpoint.destination().orElse(null));
        made.setHashKey(endpoint.hashKey());
        made.setMetadata(endpoint.metadata());
        return made;
    }

    private static String text(InetSocketAddress address) {
        PathAddress path = PathAddress.of(address);
        if (path != null) {
            return path.path();
        }
        return InternalAddress.of(address)
                .map(InternalAddress::toString)
                .orElseGet(() -> Objects.requireNonNull(SocketAddressText.whole(address)));
    }

    private @Nullable Host known(Assignment.Endpoint endpoint) {
        return isLogical() && hosts.size() == 1
                ? hosts.values().iterator().next()
                : hosts.get(endpoint.address());
    }

    /// Whether its one host is a name, wherever that leads.
    private boolean isLogical() {
        return state.config().discovery() instanceof Discovery.Dns dns && dns.isLogical();
    }

    private Balancers.Kind kind(ClusterConfig config) {
        return switch (config.balancing()) {
            case ClusterConfig.Balancing.RoundRobin(var start) ->
                    new Balancers.Kind.InTurns(start.map(this::growth));
            case ClusterConfig.Balancing.LeastRequest(int choices, double bias, var start) ->
                    new Balancers.Kind.LeastBusy(choices, bias, start.map(this::growth));
            case ClusterConfig.Balancing.PeakEwma peak ->
                    new Balancers.Kind.ByLatency(
                            peak.rules(), worker::nanos, peak.slowStart().map(this::growth));
            case ClusterConfig.Balancing.Random() -> new Balancers.Kind.Any();
            case ClusterConfig.Balancing.Hashed(Hashing hashing) ->
                    new Balancers.Kind.Hashed(
                            hashing,
                            shared.tables(config.name()),
                            () -> stats.get(ClusterStat.UPSTREAM_RQ_ACTIVE));
            case ClusterConfig.Balancing.ByDiscovery() ->
                    throw new IllegalStateException("hosts that leave no choice are chosen");
        };
    }

    private Balancers.Growth growth(SlowStart start) {
        return new Balancers.Growth(start, worker::nanos);
    }
}
