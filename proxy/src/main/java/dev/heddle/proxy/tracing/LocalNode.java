package dev.heddle.proxy.tracing;

import java.util.Map;

/// Who tells: the proxy, as its bootstrap names it.
///
/// @param id as in `sidecar~10.0.0.1~reviews-1.default~default.svc.cluster.local`
/// @param cluster the service that it is of
/// @param zone where it is; empty for nowhere
/// @param environment of the process, of which tags and resources may speak
public record LocalNode(String id, String cluster, String zone, Map<String, String> environment) {
    /// Of a proxy that nobody named.
    public static final LocalNode UNNAMED = new LocalNode("", "", "", Map.of());

    public LocalNode {
        environment = Map.copyOf(environment);
    }

    /// Without the environment, which may hold secrets.
    @Override
    public String toString() {
        return "LocalNode[" + id + ", " + cluster + ", " + zone + "]";
    }
}
