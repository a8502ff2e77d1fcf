package dev.heddle.compiler.service;

import dev.heddle.model.Resources;
import dev.heddle.model.codec.Spelling;
import dev.heddle.model.mesh.MeshConfig;
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
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// Every service of a world. Immutable.
public final class ServiceCatalog {
    /// Who wins a host or an address that several claim: Services before ServiceEntries, older
    /// before younger.
    public static final Comparator<MeshService> PRECEDENCE =
            Comparator.comparing(MeshService::registry)
                    .thenComparing(s -> s.metadata().created().orElse(Instant.MIN))
                    .thenComparing(s -> s.metadata().namespace())
                    .thenComparing(s -> s.metadata().name());

    private final List<MeshService> services;
    private final boolean someClusterLocal;
    private final SortedMap<Hostname, List<MeshService>> claims;
    private final SortedMap<Hostname, List<MeshService>> byHost;
    private final boolean isDistributed;

    private ServiceCatalog(List<MeshService> services) {
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
        this.isDistributed =
                services.stream()
                        .anyMatch(s -> s.traits().distribution() != TrafficDistribution.ANY);
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
        var all = new ArrayList<MeshService>();
        var workloads = new WorkloadIndex(resources);
        MeshRules rules = MeshRules.of(resources, config);
        all.addAll(CoreServices.read(resources, workloads, rules, domain));
        all.addAll(ServiceEntries.read(resources, workloads, rules));
        Map<Hostname, List<Hostname>> known = new HashMap<>();
        Map<Hostname, Hostname> aliases = CoreServices.aliases(resources, domain);
        aliases.forEach((alias, _) ->
                known.computeIfAbsent(meant(alias, aliases), _ -> new ArrayList<>()).add(alias));
        all.replaceAll(s ->
                known.containsKey(s.service().host())
                        ? s.with(s.traits().known(known.get(s.service().host())))
                        : s);
        return new ServiceCatalog(all);
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
        var seen = new LinkedHashMap<Hostname, MeshService>();
        for (Hostname host : byHost.keySet()) {
            find(host, viewer).ifPresent(s -> seen.put(host, s));
        }
        return List.copyOf(seen.values());
    }

    /// The services that a workload of these labels is part of.
    public List<MeshService> of(String namespace, Map<String, String> labels) {
        return services.stream().filter(s -> s.consistsOf(namespace, labels)).toList();
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
