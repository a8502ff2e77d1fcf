package dev.heddle.signals.record;

/// That a workload's proxy counts its calls by metrics, which come later than its logs of the same
/// calls.
///
/// @param side at which end of calls it stands
/// @param workload of the proxy, as in `reviews-v1`
public record Counted(Side side, String workload, String namespace) implements Told {
    /// The reporter of a request.
    public static Counted by(RequestLog log) {
        Party own = Edge.of(log).own();
        return new Counted(log.reporter().side(), own.workload(), own.namespace());
    }
}
