package dev.heddle.compiler.xds.patch;

import dev.heddle.model.istio.EnvoyFilter.ApplyTo;
import dev.heddle.model.istio.EnvoyFilter.ClusterMatch;
import dev.heddle.model.istio.EnvoyFilter.Operation;
import dev.heddle.model.istio.EnvoyFilter.PatchContext;
import dev.heddle.xds.XdsType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import java.util.List;
import java.util.Optional;

/// Patches of clusters.
final class ClusterPatches {
    private final PatchRun run;
    private final List<String> ownHosts;

    /// @param ownHosts of the services that the workload is part of
    ClusterPatches(PatchRun run, List<String> ownHosts) {
        this.run = run;
        this.ownHosts = List.copyOf(ownHosts);
    }

    /// The patched cluster; empty when it is removed.
    Optional<Cluster> of(Cluster cluster, PatchContext context) {
        Cluster patched = cluster;
        for (Patch patch : run.of(ApplyTo.CLUSTER)) {
            if (patch.operation() == Operation.ADD
                    || !patch.isIn(context)
                    || !isFor(patch, patched.getName())) {
                continue;
            }
            run.touched(patch, XdsType.CLUSTER, cluster.getName());
            if (patch.operation() == Operation.REMOVE) {
                return Optional.empty();
            }
            patched = merged(patched, (Cluster) patch.value().orElseThrow(), patch);
        }
        return Optional.of(patched);
    }

    /// A transport socket is merged into the one of its name; into several, it would be one too
    /// many.
    private static Cluster merged(Cluster cluster, Cluster over, Patch patch) {
        var merge = new Merge(patch.replacesLists());
        if (!over.hasTransportSocket()) {
            return merge.of(cluster, over);
        }
        TransportSocket socket = over.getTransportSocket();
        Cluster.Builder builder =
                merge.of(cluster, over.toBuilder().clearTransportSocket().build()).toBuilder();
        for (Cluster.TransportSocketMatch.Builder match :
                builder.getTransportSocketMatchesBuilderList()) {
            if (match.getTransportSocket().getName().equals(socket.getName())) {
                match.setTransportSocket(merged(match.getTransportSocket(), socket, merge));
                return builder.build();
            }
        }
        if (cluster.getTransportSocketMatchesCount() > 0) {
            return builder.build();
        }
        boolean isSame = cluster.getTransportSocket().getName().equals(socket.getName());
        return builder.setTransportSocket(
                        isSame ? merged(cluster.getTransportSocket(), socket, merge) : socket)
                .build();
    }

    static TransportSocket merged(TransportSocket under, TransportSocket over, Merge merge) {
        return under.hasTypedConfig() && over.hasTypedConfig()
                ? under.toBuilder()
                        .setTypedConfig(merge.of(under.getTypedConfig(), over.getTypedConfig()))
                        .build()
                : under;
    }

    private boolean isFor(Patch patch, String name) {
        return patch.cluster().map(match -> isMeant(match, name)).orElse(true);
    }

    private boolean isMeant(ClusterMatch match, String name) {
        if (!match.name().isEmpty()) {
            return match.name().equals(name);
        }
        String[] parts = name.split("[|]", -1);
        boolean isKnown = parts.length == 4;
        int port = isKnown && parts[1].matches("[0-9]{1,5}") ? Integer.parseInt(parts[1]) : 0;
        String subset = isKnown ? parts[2] : "";
        List<String> hosts =
                isKnown && parts[0].equals("inbound") ? ownHosts : List.of(isKnown ? parts[3] : "");
        return (match.subset().isEmpty() || match.subset().equals(subset))
                && (match.service().isEmpty() || hosts.contains(match.service()))
                && (match.portNumber() == 0 || match.portNumber() == port);
    }
}
