package dev.heddle.compiler.ir;

import java.util.List;

/// What a listener tells of the requests and connections that it takes.
///
/// @param logs where each of them is logged, in this order; none for nowhere
public record Observation(List<AccessLog> logs) {
    /// Nothing is told.
    public static final Observation NONE = new Observation(List.of());

    /// Each is logged to the standard output, as the proxy writes it.
    public static final Observation USUAL = new Observation(List.of(AccessLog.STDOUT));

    public Observation {
        logs = List.copyOf(logs);
    }
}
