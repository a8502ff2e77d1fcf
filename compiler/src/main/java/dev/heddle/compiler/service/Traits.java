package dev.heddle.compiler.service;

import dev.heddle.model.service.Hostname;
import java.util.List;

/// What only some services have.
///
/// @param subjectAltNames of which certificates of its endpoints must bear one; none: any
/// @param races whether all addresses of a name are tried, and the first that answers is used
/// @param isClusterLocal whether only endpoints of the caller's own cluster are used
/// @param allocated virtual addresses that the mesh gave it, beside those that it has
/// @param aliases other hosts that mean the same
/// @param distribution which endpoints it wants clients to prefer
public record Traits(
        List<String> subjectAltNames,
        boolean races,
        boolean isClusterLocal,
        List<String> allocated,
        List<Hostname> aliases,
        TrafficDistribution distribution) {
    /// Nothing.
    public static final Traits NONE =
            new Traits(List.of(), false, false, List.of(), List.of(), TrafficDistribution.ANY);

    public Traits {
        subjectAltNames = List.copyOf(subjectAltNames);
        allocated = List.copyOf(allocated);
        aliases = List.copyOf(aliases);
    }

    Traits clusterLocal(boolean isLocal) {
        return new Traits(subjectAltNames, races, isLocal, allocated, aliases, distribution);
    }

    Traits known(List<Hostname> as) {
        return new Traits(subjectAltNames, races, isClusterLocal, allocated, as, distribution);
    }

    Traits preferring(TrafficDistribution some) {
        return new Traits(subjectAltNames, races, isClusterLocal, allocated, aliases, some);
    }
}
