package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.compiler.reuse.Kept;
import dev.heddle.compiler.reuse.Same;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.service.ServiceCatalog;
import dev.heddle.compiler.world.MeshSettings;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// The pieces that a plan is put together of, each with all that it was made of. A plan for the
/// next world takes over those of which nothing has changed, so that a change costs what reads it
/// and not what is there.
///
/// Good for one outlook, or one gateway, and as long as the mesh's settings stay the same.
public final class Pieces {
    private final MeshSettings settings;
    final Kept<ClusterLowering.All, ClusterLowering.Made> allClusters;
    final Kept<ClusterLowering.Parts, ClusterLowering.Made> clusters;
    final Kept<RouteLowering.Rule, Destinations.Routes> rules;
    final Kept<OutboundTables.Plain, Destinations.Routes> plainRoutes;
    final Kept<List<OutboundTables.Named>, List<OutboundTables.Domains>> domains;
    final Kept<OutboundTables.Host, VirtualHost> hosts;
    private final Kept<Same<List<MeshService>>, List<MeshService>> oldestFirst;

    private Pieces(MeshSettings settings, Optional<Pieces> before) {
        this.settings = settings;
        this.allClusters = next(before, p -> p.allClusters);
        this.clusters = next(before, p -> p.clusters);
        this.rules = next(before, p -> p.rules);
        this.plainRoutes = next(before, p -> p.plainRoutes);
        this.domains = next(before, p -> p.domains);
        this.hosts = next(before, p -> p.hosts);
        this.oldestFirst = next(before, p -> p.oldestFirst);
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

    /// How many services, and rules at one port, had to be lowered.
    public long lowered() {
        return clusters.made() + rules.made() + plainRoutes.made();
    }
}
