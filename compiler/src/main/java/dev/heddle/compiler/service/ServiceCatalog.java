package dev.heddle.compiler.service;

import dev.heddle.compiler.reuse.Kept;
import dev.heddle.compiler.reuse.Same;
import dev.heddle.model.Kind;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.Spelling;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.mesh.MeshConfig;
import dev.heddle.model.service.Endpoint;
import dev.heddle.model.service.Hostname;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Every service of a world. Immutable.
public final class ServiceCatalog {
    /// Who wins a host or an address that several claim: Services before ServiceImports before
    /// ServiceEntries, older before younger.
    public static final Comparator<MeshService> PRECEDENCE =
            Comparator.comparing(MeshService::registry)
                    .thenComparing(s -> s.metadata().created().orElse(Instant.MIN))
                    .thenComparing(s -> s.metadata().namespace())
                    .thenComparing(s -> s.metadata().name());

    private static final Kind<?>[] KINDS = {
        Kinds.SERVICE,
        Kinds.ENDPOINTS,
        Kinds.ENDPOINT_SLICE,
        Kinds.SERVICE_IMPORT,
        Kinds.SERVICE_ENTRY,
        Kinds.WORKLOAD_ENTRY,
        Kinds.NAMESPACE
    };

    private final Reading reading;
    private final List<MeshService> services;
    private final boolean someClusterLocal;
    private final SortedMap<Hostname, List<MeshService>> claims;
    private final SortedMap<Hostname, List<MeshService>> byHost;
    private final boolean isDistributed;
    private final Set<String> outside;

    /// Those that have workloads, by namespace and one of the labels that these must have.
    private final Map<String, Map<Map.Entry<String, String>, List<MeshService>>> bySelector =
            new HashMap<>();

    /// Those that list their endpoints one by one, by the addresses of these.
    private final Map<String, List<MeshService>> byAddress = new HashMap<>();

    /// What everybody sees, where nobody sees anything else.
    private final Optional<List<MeshService>> open;

    private ServiceCatalog(List<MeshService> services, Reading reading) {
        this.reading = reading;
        this.services = services.stream().sorted(PRECEDENCE).toList();
        this.someClusterLocal = services.stream().anyMatch(s -> s.traits().isClusterLocal());
        var grouped = new TreeMap<Hostname, List<MeshService>>();
        for (MeshService service : this.services) {
            grouped.computeIfAbsent(service.service().host(), _ -> new ArrayList<>()).add(service);
        }
        grouped.replaceAll((_, list) -> List.copyOf(list));
        this.claims = Collections.unmodifiableSortedMap(grouped);
        var merged = new TreeMap<Hostname, List<MeshService>>();
        claims.forEach((host, list) -> merged.put(host, merged(list)));
        this.byHost = Collections.unmodifiableSortedMap(merged);
        boolean isOpen =
                byHost.values().stream()
                        .allMatch(all ->
                                all.size() == 1
                                        && Visibility.isPublic(
                                                all.getFirst().service().exportTo()));
        this.open =
                isOpen
                        ? Optional.of(
                                byHost.values().stream()
                                        .map(List::getFirst)
                                        .collect(Collectors.toUnmodifiableList()))
                        : Optional.empty();
        for (MeshService service : this.services) {
            service.workloads().entrySet().stream()
                    .findFirst()
                    .ifPresent(label ->
                            bySelector
                                    .computeIfAbsent(
                                            service.service().namespace(), _ -> new HashMap<>())
                                    .computeIfAbsent(label, _ -> new ArrayList<>())
                                    .add(service));
        }
        this.services.forEach(this::addAddresses);
        this.outside =
                services.stream()
                        .filter(s -> s.service().external())
                        .map(s -> s.service().host().name())
                        .collect(Collectors.toUnmodifiableSet());
        this.isDistributed =
                services.stream()
                        .anyMatch(s -> s.traits().distribution() != TrafficDistribution.ANY);
    }

    private void addAddresses(MeshService service) {
        if (service.workloads().isEmpty()) {
            service.endpoints().stream()
                    .map(Endpoint::address)
                    .distinct()
                    .forEach(address ->
                            byAddress
                                    .computeIfAbsent(address, _ -> new ArrayList<>())
                                    .add(service));
        }
    }

    /// Hosts that somebody says are outside of the mesh.
    public Set<String> outside() {
        return outside;
    }

    /// Whether any service wants clients to prefer some of its endpoints.
    public boolean isDistributed() {
        return isDistributed;
    }

    /// The services of one host, where those that belong together are one.
    private static List<MeshService> merged(List<MeshService> claims) {
        if (claims.size() == 1) {
            return claims;
        }
        var merged = new ArrayList<MeshService>();
        for (MeshService claim : claims) {
            int at = 0;
            while (at < merged.size() && !merged.get(at).takesIn(claim)) {
                at++;
            }
            if (at == merged.size()) {
                merged.add(claim);
            } else {
                merged.set(at, merged.get(at).with(claim));
            }
        }
        return List.copyOf(merged);
    }

    /// Reads the services off the resources.
    ///
    /// @param domain as in `cluster.local`
    /// @param config what the mesh says of services; empty for nothing
    public static ServiceCatalog of(
            Resources resources, String domain, Optional<MeshConfig> config) {
        return of(new Reading(resources, domain, MeshRules.of(resources, config)));
    }

    /// The services of other resources. What is as it was is the very same.
    ///
    /// @param others with the very same objects where nothing has changed
    public ServiceCatalog next(Resources others) {
        if (others.hasTheSame(reading.resources, KINDS)) {
            return this;
        }
        MeshRules rules =
                others.hasTheSame(reading.resources, Kinds.NAMESPACE)
                        ? reading.rules
                        : MeshRules.of(others, reading.rules.config());
        ServiceCatalog then = of(reading.next(others, rules));
        return Same.each(then.services).equals(Same.each(services)) ? this : then;
    }

    private static ServiceCatalog of(Reading reading) {
        Resources resources = reading.resources;
        var all = new ArrayList<MeshService>();
        var workloads = new WorkloadIndex(resources);
        CoreServices.parts(resources, workloads, reading.rules, reading.domain)
                .forEach(parts -> all.add(reading.core.get(parts, CoreServices.Parts::read)));
        ServiceEntries.parts(resources, workloads, reading.rules)
                .forEach(p -> all.addAll(reading.entries.get(p, ServiceEntries.Parts::read)));
        Map<Hostname, List<Hostname>> known = new HashMap<>();
        Map<Hostname, Hostname> aliases = CoreServices.aliases(resources, reading.domain);
        aliases.forEach((alias, _) ->
                known.computeIfAbsent(meant(alias, aliases), _ -> new ArrayList<>()).add(alias));
        all.replaceAll(s ->
                known.containsKey(s.service().host())
                        ? reading.known.get(
                                new Known(Same.as(s), known.get(s.service().host())), Known::make)
                        : s);
        return new ServiceCatalog(all, reading);
    }

    /// A service that has other names.
    private record Known(Same<MeshService> service, List<Hostname> aliases) {
        MeshService make() {
            return service.get().with(service.get().traits().known(aliases));
        }
    }

    /// What was read, and how.
    private static final class Reading {
        private final Resources resources;
        private final String domain;
        private final MeshRules rules;
        private final Kept<CoreServices.Parts, MeshService> core;
        private final Kept<ServiceEntries.Parts, List<MeshService>> entries;
        private final Kept<Known, MeshService> known;

        private Reading(Resources resources, String domain, MeshRules rules) {
            this(resources, domain, rules, Kept.none(), Kept.none(), Kept.none());
        }

        private Reading(
                Resources resources,
                String domain,
                MeshRules rules,
                Kept<CoreServices.Parts, MeshService> core,
                Kept<ServiceEntries.Parts, List<MeshService>> entries,
                Kept<Known, MeshService> known) {
            this.resources = resources;
            this.domain = domain;
            this.rules = rules;
            this.core = core;
            this.entries = entries;
            this.known = known;
        }

        private Reading next(Resources others, MeshRules itsRules) {
            return new Reading(others, domain, itsRules, core.next(), entries.next(), known.next());
        }
    }

    /// What an alias means in the end; itself, where it leads in a circle.
    private static Hostname meant(Hostname alias, Map<Hostname, Hostname> aliases) {
        Hostname host = alias;
        for (int i = 0; i <= aliases.size(); i++) {
            Hostname next = aliases.get(host);
            if (next == null) {
                return host;
            }
            host = next;
        }
        return alias;
    }

    /// Whether some service keeps to the caller's own cluster.
    public boolean isSomeClusterLocal() {
        return someClusterLocal;
    }

    /// Every service as some resource names it, in order of precedence.
    public List<MeshService> all() {
        return services;
    }

    /// Those by host, in order of precedence.
    public SortedMap<Hostname, List<MeshService>> claims() {
        return claims;
    }

    /// The services of each host, in order of precedence; ServiceEntries that add to each other are
    /// one, after the oldest.
    public SortedMap<Hostname, List<MeshService>> byHost() {
        return byHost;
    }

    /// The service of that name as somebody in that namespace sees it: the namespace's own before
    /// others.
    public Optional<MeshService> find(Hostname host, String viewer) {
        List<MeshService> visible =
                byHost.getOrDefault(host, List.of()).stream()
                        .filter(s -> isVisible(s, viewer))
                        .toList();
        return visible.stream()
                .filter(s -> s.service().namespace().equals(viewer))
                .findFirst()
                .or(() -> visible.stream().findFirst());
    }

    /// What somebody in that namespace sees, each host once, ordered from the most to the least
    /// specific host.
    public List<MeshService> visibleTo(String viewer) {
        return open.orElseGet(() -> visible(viewer));
    }

    private List<MeshService> visible(String viewer) {
        var seen = new LinkedHashMap<Hostname, MeshService>();
        for (Hostname host : byHost.keySet()) {
            find(host, viewer).ifPresent(s -> seen.put(host, s));
        }
        return List.copyOf(seen.values());
    }

    /// Those of the addresses by which some service knows its endpoints.
    public Set<String> known(Set<String> addresses) {
        return addresses.stream()
                .filter(byAddress::containsKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    /// The services that a workload is part of: those that choose its labels in its namespace, and
    /// those that list one of its addresses.
    public List<MeshService> of(
            String namespace, Map<String, String> labels, Set<String> addresses) {
        if (addresses.isEmpty()) {
            return of(namespace, labels);
        }
        return Stream.concat(
                        of(namespace, labels).stream(),
                        addresses.stream()
                                .flatMap(a -> byAddress.getOrDefault(a, List.of()).stream()))
                .distinct()
                .sorted(PRECEDENCE)
                .toList();
    }

    /// The services that a workload of these labels is part of.
    public List<MeshService> of(String namespace, Map<String, String> labels) {
        Map<Map.Entry<String, String>, List<MeshService>> candidates =
                bySelector.getOrDefault(namespace, Map.of());
        return labels.entrySet().stream()
                .flatMap(label -> candidates.getOrDefault(label, List.of()).stream())
                .filter(s -> s.consistsOf(namespace, labels))
                .sorted(PRECEDENCE)
                .toList();
    }

    /// The hosts whose names are most like the given one, for a hint.
    public List<Hostname> similar(Hostname host, int limit) {
        String wanted = firstLabel(host);
        var ranked =
                new TreeSet<Hostname>(
                        Comparator.comparingInt(
                                        (Hostname h) -> Spelling.distance(firstLabel(h), wanted))
                                .thenComparingInt(h -> Spelling.distance(h.name(), host.name()))
                                .thenComparing(Hostname::name));
        ranked.addAll(byHost.keySet());
        return ranked.stream()
                .filter(h -> Spelling.isNear(firstLabel(h), wanted))
                .limit(limit)
                .toList();
    }

    /// Whether somebody in that namespace sees the service.
    public boolean isVisible(MeshService s, String viewer) {
        return Visibility.reaches(s.service().exportTo(), s.service().namespace(), viewer);
    }

    private static String firstLabel(Hostname host) {
        int dot = host.name().indexOf('.');
        return dot < 0 ? host.name() : host.name().substring(0, dot);
    }
}
