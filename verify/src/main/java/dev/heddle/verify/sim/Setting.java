package dev.heddle.verify.sim;

import dev.heddle.model.verify.MeshTest.Load;
import dev.heddle.model.verify.MeshTest.Phase;
import dev.heddle.xds.Snapshot;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/// What is simulated.
///
/// @param snapshot what the proxy gets
/// @param node text of its bootstrap's `node`
/// @param door where the client connects to it
/// @param request as the client sends it
/// @param endpoints that there are
/// @param clusters hosts whose ejections are looked for, by cluster
/// @param seed of all chance
public record Setting(
        Snapshot snapshot,
        String node,
        InetSocketAddress door,
        String request,
        List<Endpoint> endpoints,
        Map<String, List<InetSocketAddress>> clusters,
        Load load,
        long seed) {
    public Setting {
        endpoints = List.copyOf(endpoints);
        clusters = Map.copyOf(clusters);
    }

    /// Where somebody answers.
    ///
    /// @param phases in which he misbehaves
    public record Endpoint(String name, InetSocketAddress address, List<Phase> phases) {
        public Endpoint {
            phases = List.copyOf(phases);
        }
    }
}
