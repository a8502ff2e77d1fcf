package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.Cluster;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.compiler.reuse.Kept;
import dev.heddle.compiler.reuse.Row;
import dev.heddle.compiler.reuse.Same;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.service.ServiceCatalog;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.model.Confined;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The pieces that a plan is put together of, each with all that it was made of. A plan for the
/// next world takes over those of which nothing has changed, so that a change costs what reads it
/// and not what is there.
///
/// Good for one outlook, or one gateway, and as long as the mesh's settings stay the same.
@Confined("whoever makes the round")
public final class Pieces {
    private final MeshSettings settings;
    final Kept<ClusterLowering.All, ClusterLowering.Made> allClusters;
    final Kept<ClusterLowering.Parts, ClusterLowering.Made> clusters;
    final Kept<RouteLowering.Rule, Destinations.Routes> rules;
    final Kept<OutboundTables.Plain, Destinations.Routes> plainRoutes;
    final Kept<OutboundTables.Place, Row<Same<BoundVirtualService>, Destinations.Routes>> outbound;
    final Kept<OutboundTables.Place, TableFrame.Speakers> speakers;
    final Kept<OutboundTables.Spelled, TableFrame> frames;
    final Kept<OutboundTables.Spelled, Row<OutboundTables.Host, VirtualHost>> hosts;
    private final Kept<Same<List<MeshService>>, List<MeshService>> oldestFirst;
    private final Kept<String, Row<Wanting, List<Cluster>>> missing;
    private Names names;

    /// The names of some clusters.
    private record Names(List<Cluster> of, Set<String> all) {}

    /// A virtual host that wants clusters.
    ///
    /// @param known those that there are
    private record Wanting(Same<VirtualHost> host, Same<Set<String>> known) {}

    private Pieces(MeshSettings settings, Optional<Pieces> before) {
        this.settings = settings;
        this.allClusters = next(before, p -> p.allClusters);
        this.clusters = next(before, p -> p.clusters);
        this.rules = next(before, p -> p.rules);
        this.plainRoutes = next(before, p -> p.plainRoutes);
        this.outbound = next(before, p -> p.outbound);
        this.speakers = next(before, p -> p.speakers);
        this.frames = next(before, p -> p.frames);
        this.hosts = next(before, p -> p.hosts);
        this.oldestFirst = next(before, p -> p.oldestFirst);
        this.names = before.map(p -> p.names).orElse(new Names(List.of(), Set.of()));
        this.missing = next(before, p -> p.missing);
    }

    private static <K, V> Kept<K, V> next(
            Optional<Pieces> before, Function<Pieces, Kept<K, V>> of) {
        return before.map(p -> of.apply(p).next()).orElseGet(Kept::none);
    }

    /// For a plan by those settings.
    ///
    /// @param before those of the plan before; empty for none
    public static Pieces of(MeshSettings settings, Optional<Pieces> before) {
        return new Pieces(settings, before.filter(b -> b.settings.equals(settings)));
    }

    /// The services in the order of their precedence.
    public List<MeshService> oldestFirst(List<MeshService> services) {
        return oldestFirst.get(
                Same.as(services),
                all -> all.get().stream().sorted(ServiceCatalog.PRECEDENCE).toList());
    }

    /// The names of the plan's clusters: the very same set for as long as it has the same names.
    public Set<String> names(List<Cluster> clusters) {
        if (!names.of().equals(clusters)) {
            Set<String> all =
                    clusters.stream().map(Cluster::name).collect(Collectors.toUnmodifiableSet());
            names = new Names(List.copyOf(clusters), all.equals(names.all()) ? names.all() : all);
        }
        return names.all();
    }

    /// The clusters that each of the table's hosts wants and that are not there.
    ///
    /// @param known the names of those that are, as [#names] has them
    /// @param make finds them for one host
    public List<List<Cluster>> missing(
            RouteConfiguration table,
            Set<String> known,
            Function<VirtualHost, List<Cluster>> make) {
        var there = Same.as(known);
        List<Wanting> wanting =
                table.virtualHosts().stream().map(it -> new Wanting(Same.as(it), there)).toList();
        Function<Wanting, List<Cluster>> made = it -> make.apply(it.host().get());
        return missing.get(
                        table.name(),
                        earlier -> Optional.of(earlier.next(wanting, made)),
                        _ -> Row.<Wanting, List<Cluster>>none().next(wanting, made))
                .values();
    }

    /// How many services, and rules at one port, had to be lowered.
    public long lowered() {
        return clusters.made()
                + rules.made()
                + plainRoutes.made()
                + outbound.all().stream().mapToLong(Row::made).sum();
    }
}
