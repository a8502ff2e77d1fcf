package dev.heddle.compiler.ir;

import java.util.List;
import java.util.Optional;

/// What a listener tells of the requests and connections that it takes.
///
/// @param logs where each of them is logged, in this order; none for nowhere
/// @param metrics what is counted of them
/// @param tracing how requests are followed; empty for not at all
/// @param tellsUnmatched whether those logs, the control plane's aside, are told of connections
///   that no filter chain takes
public record Observation(
        List<AccessLog> logs, Metrics metrics, Optional<Tracing> tracing, boolean tellsUnmatched) {
    /// Nothing is told.
    public static final Observation NONE = new Observation(List.of());

    /// Each is logged to the standard output, as the proxy writes it.
    public static final Observation USUAL = new Observation(List.of(AccessLog.STDOUT));

    /// Only logged.
    public Observation(List<AccessLog> logs) {
        this(logs, Metrics.NONE, Optional.empty(), true);
    }

    public Observation {
        logs = List.copyOf(logs);
    }
}
