package dev.heddle.cli.serve;

/// What a proxy stands before, and so how large it is made. The JVM's own sizes are set by whoever
/// starts the process: the launcher, which reads the same option, or the demo.
public enum Profile {
    /// Nobody said.
    PLAIN,
    /// One workload: small, and soon there. It leaves the machine to the workload.
    SIDECAR,
    /// Everybody who comes from outside.
    GATEWAY,
    /// Strangers: as a gateway, with Envoy's recommendations for the edge of a network where the
    /// configuration says nothing.
    EDGE;

    private static final int SIDECAR_WORKERS = 2; // as Istio's sidecars

    /// How many event loops a proxy has that was not told.
    ///
    /// @param processors of the machine, or of the container
    int workers(int processors) {
        return switch (this) {
            case SIDECAR -> Math.min(processors, SIDECAR_WORKERS);
            case PLAIN, GATEWAY, EDGE -> processors;
        };
    }
}
