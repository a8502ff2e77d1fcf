package dev.heddle.compiler.ir;

/// How Istio names clusters, and so everybody who reads their statistics.
public final class ClusterName {
    /// Passes a redirected connection on to where it was meant for.
    public static final String PASSTHROUGH = "PassthroughCluster";

    /// Has no hosts: what goes there ends there.
    public static final String BLACK_HOLE = "BlackHoleCluster";

    /// Passes a redirected inbound connection on to the workload, on a port that no service has.
    public static final String INBOUND_PASSTHROUGH = "InboundPassthroughCluster";

    private ClusterName() {}

    /// As in `outbound|9080|v1|reviews.default.svc.cluster.local`.
    ///
    /// @param subset empty for all of the service
    public static String outbound(int port, String subset, String host) {
        return "outbound|" + port + "|" + subset + "|" + host;
    }

    /// As in `inbound|9080||`.
    public static String inbound(int port) {
        return "inbound|" + port + "||";
    }
}
