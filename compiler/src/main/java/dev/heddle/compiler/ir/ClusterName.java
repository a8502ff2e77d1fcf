package dev.heddle.compiler.ir;

import java.util.Optional;

/// How Istio names clusters, and so everybody who reads their statistics.
public final class ClusterName {
    /// Passes a redirected connection on to where it was meant for.
    public static final String PASSTHROUGH = "PassthroughCluster";

    /// Passes a request on to the host that it names, which the proxy looks up.
    public static final String DYNAMIC_DNS = "AllowAnyDynamicDNSCluster";

    /// Has no hosts: what goes there ends there.
    public static final String BLACK_HOLE = "BlackHoleCluster";

    /// Passes a redirected inbound connection on to the workload, on a port that no service has.
    public static final String INBOUND_PASSTHROUGH = "InboundPassthroughCluster";

    /// The control plane itself: the static cluster of a proxy's bootstrap by which it gets its
    /// configuration.
    public static final String CONTROL_PLANE = "xds-grpc";

    private ClusterName() {}

    /// As in `outbound|9080|v1|reviews.default.svc.cluster.local`.
    ///
    /// @param subset empty for all of the service
    public static String outbound(int port, String subset, String host) {
        return "outbound|" + port + "|" + subset + "|" + host;
    }

    /// The name of the same cluster as a client hello may say it, as in
    /// `outbound_.9080_.v1_.reviews.default.svc.cluster.local`. What has a name that nobody may
    /// call gets one that a client hello may have.
    ///
    /// @param subset empty for all of the service
    public static String serverName(int port, String subset, String host) {
        return "outbound_." + port + "_." + subset + "_." + host.replace('~', '.');
    }

    /// What the name of an outbound cluster says.
    ///
    /// @param subset empty for all of the service
    public record Outbound(int port, String subset, String host) {}

    /// Reads a name that [#outbound] made; empty for any other.
    public static Optional<Outbound> parse(String name) {
        String[] parts = name.split("\\|", -1);
        return parts.length == 4 && parts[0].equals("outbound")
                ? Optional.of(new Outbound(Integer.parseInt(parts[1]), parts[2], parts[3]))
                : Optional.empty();
    }

    /// As in `inbound|9080||`.
    public static String inbound(int port) {
        return "inbound|" + port + "||";
    }

    /// Whether [#inbound] made the name.
    public static boolean isInbound(String name) {
        return name.startsWith("inbound|");
    }
}
