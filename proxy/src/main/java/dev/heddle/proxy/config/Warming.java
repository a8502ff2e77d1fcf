package dev.heddle.proxy.config;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.tls.Secret;
import dev.heddle.proxy.tls.SecretRef;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/// Decides what of the accepted configuration can run now.
///
/// ```
///   cluster    waits for its hosts and secrets
///   route      waits for its clusters and its filters' secrets
///   listener   waits for its route table, secrets and filters' secrets
/// ```
///
/// A route also waits until each host of its clusters was asked once whether it is well, where
/// hosts are asked.
///
/// Who waits lets its old version serve, so what runs is complete at every moment; removals come
/// last. Envoy does not wait for secrets of a route's filters, so that for a moment it sends people
/// away who would have been let in.
///
/// Nobody waits for ever unless told to: what is missing after its `initial_fetch_timeout`, or at
/// once where the control plane says that there is no such thing, is taken as missing (a cluster
/// without hosts, `UH`; a listener without routes, `NR`; one without its secret refuses handshakes,
/// and a filter without its own says so). A cluster that a route names and that nobody announced is
/// given [#UNKNOWN_CLUSTER_PATIENCE], once, and only if an old version of the route can serve in
/// the meantime.
///
/// It reads no clock: the caller brings the time and comes back at [Step#wakeAtNanos].
@Confined("config thread")
public final class Warming {

    /// How long whatever says nothing about it is waited for.
    public static final Duration FETCH_TIMEOUT = ConfigSources.FETCH_TIMEOUT;

    /// How long a route table waits for a cluster that the control plane has not announced: as long
    /// as one may be late that sends routes before clusters.
    public static final Duration UNKNOWN_CLUSTER_PATIENCE = Duration.ofSeconds(1);

    private final Map<String, ClusterConfig> clusters = new LinkedHashMap<>();
    private final Map<String, RouteConfig> routes = new LinkedHashMap<>();
    private final Map<String, ListenerConfig> listeners = new LinkedHashMap<>();

    /// By the name that EDS knows.
    private final Map<String, Assignment> assignments = new HashMap<>();

    /// By the cluster's name.
    private final Map<String, Assignment> resolved = new HashMap<>();

    /// By the keys of their references.
    private final Map<String, Secret> secrets = new HashMap<>();

    /// What is awaited, and until when.
    private final Map<String, Long> deadlines = new HashMap<>();

    /// What was awaited in vain; it is not awaited again until it was there.
    private final Set<String> givenUp = new HashSet<>();

    private Predicate<String> checked = _ -> true;
    private ProxyConfig active = ProxyConfig.EMPTY;

    /// What follows from a change.
    ///
    /// @param config the new state, when there is one
    /// @param wakeAtNanos when to ask again at the latest; empty when nothing is awaited
    /// @param awaited what is waited for, for people to read
    public record Step(
            Optional<ProxyConfig> config, OptionalLong wakeAtNanos, Set<String> awaited) {}

    /// Has routes wait for health checks.
    ///
    /// @param isDone whether each host of the cluster of that name was asked once
    public void waitForChecks(Predicate<String> isDone) {
        checked = isDone;
    }

    /// Takes a new version of a cluster.
    public void put(ClusterConfig cluster) {
        clusters.put(cluster.name(), cluster);
        givenUp.remove(unknown(cluster.name()));
    }

    /// Takes a new version of a route table.
    public void put(RouteConfig table) {
        routes.put(table.name(), table);
        givenUp.remove(tableOf(table.name()));
    }

    /// Takes a new version of a listener.
    public void put(ListenerConfig listener) {
        listeners.put(listener.name(), listener);
    }

    /// Takes the hosts that EDS has under a name.
    public void putHosts(String serviceName, Assignment hosts) {
        assignments.put(serviceName, hosts);
        givenUp.remove(hostsOf(serviceName));
    }

    /// Takes a new version of a secret.
    public void putSecret(String key, Secret secret) {
        secrets.put(key, secret);
        givenUp.remove(secretOf(key));
    }

    /// Its source says that there is no such secret. One that is there stays, as in Envoy.
    public void missSecret(String key) {
        if (!secrets.containsKey(key)) {
            givenUp.add(secretOf(key));
        }
    }

    /// Forgets secrets that nobody asks for.
    public void retainSecrets(Set<String> keys) {
        secrets.keySet().retainAll(keys);
    }

    /// What listeners, clusters and routes ask for by itself.
    public Set<SecretRef> secretRefs() {
        var refs = new LinkedHashSet<SecretRef>();
        listeners.values().forEach(listener -> refs.addAll(listener.secrets()));
        routes.values().forEach(table -> refs.addAll(table.secrets()));
        active.routes().values().forEach(table -> refs.addAll(table.secrets()));
        clusters.values().forEach(cluster -> refs.addAll(cluster.sockets().secrets()));
        active.listeners().values().forEach(listener -> refs.addAll(listener.secrets()));
        active.clusters()
                .values()
                .forEach(state -> refs.addAll(state.config().sockets().secrets()));
        return refs;
    }

    /// Takes the hosts that DNS has for a cluster.
    public void putResolved(String cluster, Assignment hosts) {
        resolved.put(cluster, hosts);
        givenUp.remove(hostsOf(cluster));
    }

    /// The cluster is no more.
    public void removeCluster(String name) {
        ClusterConfig gone = clusters.remove(name);
        if (gone != null) {
            givenUp.remove(awaitedHosts(gone));
        }
        resolved.remove(name);
    }

    /// The listener is no more.
    public void removeListener(String name) {
        listeners.remove(name);
    }

    /// The control plane says that there are no such hosts, or DNS does not know the cluster's
    /// names: nobody waits for them any longer. Hosts that are there stay: as in Envoy, taking the
    /// last hosts away is said by an assignment without any.
    public void missHosts(String name) {
        if (!assignments.containsKey(name) && !resolved.containsKey(name)) {
            givenUp.add(hostsOf(name));
        }
    }

    /// The control plane says that there is no such route table. One that is there stays, as in
    /// Envoy: it goes with the last listener that asks for it.
    public void missRoute(String name) {
        if (!routes.containsKey(name)) {
            givenUp.add(tableOf(name));
        }
    }

    /// Forgets hosts and route tables that nobody asks for.
    public void retain(Set<String> serviceNames, Set<String> routeNames) {
        assignments.keySet().retainAll(serviceNames);
        routes.keySet().retainAll(routeNames);
    }

    /// What the clusters want to know from EDS.
    public Set<String> serviceNames() {
        var names = new TreeSet<String>();
        for (ClusterConfig cluster : clusters.values()) {
            addServiceName(names, cluster);
        }
        active.clusters().values().forEach(state -> addServiceName(names, state.config()));
        return names;
    }

    private static void addServiceName(Set<String> names, ClusterConfig cluster) {
        if (cluster.discovery() instanceof ClusterConfig.Discovery.Eds(String serviceName, _)) {
            names.add(serviceName);
        }
    }

    /// What the listeners want to know from RDS.
    public Set<String> routeNames() {
        var names = new TreeSet<String>();
        listeners.values().forEach(listener -> names.addAll(listener.routeNames()));
        active.listeners().values().forEach(listener -> names.addAll(listener.routeNames()));
        return names;
    }

    /// The newest accepted version of each listener.
    public Collection<ListenerConfig> listeners() {
        return List.copyOf(listeners.values());
    }

    /// What a listener still waits for, before its newest version runs.
    ///
    /// @param tables route tables
    /// @param secrets as their source calls them
    public record Unready(ListenerConfig listener, List<String> tables, List<String> secrets) {}

    /// The listeners whose newest version waits for something.
    public List<Unready> unready() {
        return listeners.values().stream()
                .filter(it -> !it.equals(active.listeners().get(it.name())))
                .map(this::unready)
                .filter(it -> !it.tables().isEmpty() || !it.secrets().isEmpty())
                .toList();
    }

    private Unready unready(ListenerConfig listener) {
        return new Unready(
                listener,
                listener.routeNames().stream()
                        .filter(it -> !active.routes().containsKey(it))
                        .toList(),
                listener.secrets().stream()
                        .filter(it -> !secrets.containsKey(it.key()))
                        .map(SecretRef::name)
                        .toList());
    }

    /// What runs now.
    public ProxyConfig active() {
        return active;
    }

    /// Decides what runs from now on.
    public Step settle(long nowNanos) {
        var awaited = new HashSet<String>();
        Map<String, ProxyConfig.ClusterState> readyClusters = readyClusters(nowNanos, awaited);
        Map<String, RouteConfig> readyRoutes = readyRoutes(nowNanos, readyClusters, awaited);
        Map<String, ListenerConfig> readyListeners =
                readyListeners(nowNanos, readyClusters, readyRoutes, awaited);
        keepWhatIsStillUsed(readyClusters, readyRoutes, readyListeners);
        deadlines.keySet().retainAll(awaited);
        var next =
                new ProxyConfig(
                        active.version() + 1, readyListeners, readyRoutes, readyClusters, secrets);
        boolean changed = !next.sameContent(active);
        if (changed) {
            active = next;
        }
        return new Step(
                changed ? Optional.of(next) : Optional.empty(),
                deadlines.values().stream().mapToLong(Long::longValue).min(),
                Set.copyOf(awaited));
    }

    private Map<String, ProxyConfig.ClusterState> readyClusters(long now, Set<String> awaited) {
        var ready = new LinkedHashMap<String, ProxyConfig.ClusterState>();
        for (ClusterConfig cluster : clusters.values()) {
            String name = cluster.name();
            Optional<Assignment> hosts = hosts(cluster);
            boolean waitsForSecret = waitsForSecret(cluster.sockets().secrets(), now, awaited);
            boolean waitsForHosts =
                    hosts.isEmpty()
                            && isPatient(
                                    awaitedHosts(cluster), fetchTimeout(cluster), now, awaited);
            if (hosts.isPresent() && !waitsForSecret) {
                ready.put(name, new ProxyConfig.ClusterState(cluster, hosts.get()));
            } else if (waitsForSecret || waitsForHosts) {
                ProxyConfig.ClusterState old = active.clusters().get(name);
                if (old != null) {
                    ready.put(name, old);
                }
            } else {
                ready.put(name, new ProxyConfig.ClusterState(cluster, Assignment.empty(name)));
            }
        }
        return ready;
    }

    private Optional<Assignment> hosts(ClusterConfig cluster) {
        return switch (cluster.discovery()) {
            case ClusterConfig.Discovery.Fixed(Assignment hosts) -> Optional.of(hosts);
            case ClusterConfig.Discovery.Eds(String serviceName, _) ->
                    Optional.ofNullable(assignments.get(serviceName));
            case ClusterConfig.Discovery.Dns _ -> Optional.ofNullable(resolved.get(cluster.name()));
            // Its hosts are found by those who use it.
            case ClusterConfig.Discovery.OriginalDestination _,
                    ClusterConfig.Discovery.FirstOf _,
                    ClusterConfig.Discovery.Dynamic _ ->
                    Optional.of(Assignment.empty(cluster.name()));
        };
    }

    private static Duration fetchTimeout(ClusterConfig cluster) {
        return cluster.discovery() instanceof ClusterConfig.Discovery.Eds(_, Duration timeout)
                ? timeout
                : FETCH_TIMEOUT;
    }

    private static String awaitedHosts(ClusterConfig cluster) {
        return hostsOf(
                cluster.discovery() instanceof ClusterConfig.Discovery.Eds(String serviceName, _)
                        ? serviceName
                        : cluster.name());
    }

    private Map<String, RouteConfig> readyRoutes(
            long now, Map<String, ProxyConfig.ClusterState> readyClusters, Set<String> awaited) {
        var ready = new LinkedHashMap<String, RouteConfig>();
        for (RouteConfig table : routes.values()) {
            RouteConfig old = active.routes().get(table.name());
            boolean oldServes = old != null || usersServeWithout(table);
            boolean waits = false;
            if (!table.equals(old)) {
                waits = mustWait(table.clusters(), oldServes, now, readyClusters, awaited);
                waits |= waitsForSecret(table.secrets(), now, awaited);
            }
            if (!waits) {
                ready.put(table.name(), table);
            } else if (old != null) {
                ready.put(table.name(), old);
            }
        }
        return ready;
    }

    /// Whether each listener that asks for a table has an old version that can serve without it.
    private boolean usersServeWithout(RouteConfig table) {
        return listeners.values().stream()
                .filter(listener -> listener.routeNames().contains(table.name()))
                .allMatch(listener -> active.listeners().containsKey(listener.name()));
    }

    /// Whether one of the clusters may still come.
    private boolean mustWait(
            Collection<String> names,
            boolean oldOneServes,
            long now,
            Map<String, ProxyConfig.ClusterState> ready,
            Set<String> awaited) {
        boolean waits = false;
        for (String name : names) {
            ClusterConfig announced = clusters.get(name);
            if (announced != null) {
                // A new version that still waits counts as there when an old one serves.
                waits |= !ready.containsKey(name) || isUnchecked(announced, awaited);
            } else if (oldOneServes) {
                waits |= isPatient(unknown(name), UNKNOWN_CLUSTER_PATIENCE, now, awaited);
            }
        }
        return waits;
    }

    private boolean isUnchecked(ClusterConfig cluster, Set<String> awaited) {
        boolean waits = cluster.health().check().isPresent() && !checked.test(cluster.name());
        if (waits) {
            awaited.add("health checks of '" + cluster.name() + "'");
        }
        return waits;
    }

    private Map<String, ListenerConfig> readyListeners(
            long now,
            Map<String, ProxyConfig.ClusterState> readyClusters,
            Map<String, RouteConfig> readyRoutes,
            Set<String> awaited) {
        var ready = new LinkedHashMap<String, ListenerConfig>();
        for (ListenerConfig listener : listeners.values()) {
            ListenerConfig old = active.listeners().get(listener.name());
            boolean waits =
                    !listener.equals(old)
                            && (waitsForSecret(listener.secrets(), now, awaited)
                                    || mustWait(
                                            listener.clusters(),
                                            old != null,
                                            now,
                                            readyClusters,
                                            awaited)
                                    || awaitsRoutes(listener, readyRoutes, now, awaited));
            if (!waits) {
                ready.put(listener.name(), listener);
            } else if (old != null) {
                ready.put(listener.name(), old);
            }
        }
        return ready;
    }

    /// Asks for each table, so that all that are missing are awaited at once.
    private boolean awaitsRoutes(
            ListenerConfig listener,
            Map<String, RouteConfig> readyRoutes,
            long now,
            Set<String> awaited) {
        boolean waits = false;
        for (String name : listener.routeNames()) {
            waits |= !readyRoutes.containsKey(name) && routeMayCome(name, listener, now, awaited);
        }
        return waits;
    }

    /// Whether one of the secrets may still come.
    private boolean waitsForSecret(List<SecretRef> refs, long now, Set<String> awaited) {
        boolean waits = false;
        for (SecretRef ref : refs) {
            waits |=
                    !secrets.containsKey(ref.key())
                            && isPatient(secretOf(ref.key()), ref.fetchTimeout(), now, awaited);
        }
        return waits;
    }

    private boolean routeMayCome(
            String name, ListenerConfig listener, long now, Set<String> awaited) {
        // A table that is there and waits for its clusters is bounded by their own time.
        return routes.containsKey(name)
                || isPatient(tableOf(name), listener.routeFetchTimeout(name), now, awaited);
    }

    /// A cluster or table that is gone stays as long as an old version that still serves needs it.
    private void keepWhatIsStillUsed(
            Map<String, ProxyConfig.ClusterState> readyClusters,
            Map<String, RouteConfig> readyRoutes,
            Map<String, ListenerConfig> readyListeners) {
        List<String> used = new ArrayList<>();
        for (ListenerConfig listener : readyListeners.values()) {
            if (!Objects.equals(listener, listeners.get(listener.name()))) {
                used.addAll(listener.clusters());
                listener.routeNames().stream()
                        .filter(it -> !readyRoutes.containsKey(it))
                        .filter(active.routes()::containsKey)
                        .forEach(it ->
                                readyRoutes.put(
                                        it, Objects.requireNonNull(active.routes().get(it))));
            }
        }
        for (RouteConfig table : readyRoutes.values()) {
            if (!Objects.equals(table, routes.get(table.name()))) {
                used.addAll(table.clusters());
            }
        }
        for (String name : used) {
            ProxyConfig.ClusterState old = active.clusters().get(name);
            if (old != null) {
                readyClusters.putIfAbsent(name, old);
            }
        }
    }

    /// Whether to go on waiting; notes that it is awaited, or that it is given up.
    private boolean isPatient(String what, Duration patience, long now, Set<String> awaited) {
        if (givenUp.contains(what)) {
            return false;
        }
        if (patience.isZero()) {
            awaited.add(what);
            return true;
        }
        long deadline = deadlines.computeIfAbsent(what, _ -> now + patience.toNanos());
        if (now - deadline >= 0) {
            givenUp.add(what);
            return false;
        }
        awaited.add(what);
        return true;
    }

    private static String hostsOf(String name) {
        return "hosts of '" + name + "'";
    }

    private static String tableOf(String name) {
        return "routes '" + name + "'";
    }

    private static String secretOf(String key) {
        return "secret '" + key + "'";
    }

    private static String unknown(String name) {
        return "cluster '" + name + "'";
    }
}
