package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.config.ClusterConfig.Discovery;
import dev.heddle.xds.wire.WireException;
import envoy.config.cluster.v3.Cluster.CustomClusterType;
import java.util.List;
import java.util.Set;

/// Reads clusters of clusters (`envoy.extensions.clusters.aggregate.v3.ClusterConfig`).
final class AggregateParser {
    private static final String TYPE =
            "type.googleapis.com/envoy.extensions.clusters.aggregate.v3.ClusterConfig";

    private final Findings findings;

    AggregateParser(Findings findings) {
        this.findings = findings;
    }

    /// Whether this is what a cluster's own type says.
    static boolean isMeant(CustomClusterType type) {
        return type.getTypedConfig().getTypeUrl().equals(TYPE);
    }

    Discovery discovery(CustomClusterType type) {
        String path = "cluster_type";
        findings.fields(path, type, Set.of("name", "typed_config"));
        String at = join(path, "typed_config");
        try {
            var aggregate =
                    envoy.extensions.clusters.aggregate.v3.ClusterConfig.getDefaultInstance()
                            .read(type.getTypedConfig().getValue());
            findings.fields(at, aggregate, Set.of("clusters"));
            if (aggregate.getClustersCount() == 0) {
                findings.reject(join(at, "clusters"), "[] (expected: one or more)");
            }
            return new Discovery.FirstOf(aggregate.getClustersList());
        } catch (WireException e) {
            findings.reject(at, String.valueOf(e.getMessage()));
            return new Discovery.FirstOf(List.of());
        }
    }
}
