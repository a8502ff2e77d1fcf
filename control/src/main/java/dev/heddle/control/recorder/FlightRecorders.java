package dev.heddle.control.recorder;

import java.time.Duration;
import java.util.List;

/// Has proxies tell what they remember of their last requests: their flight recorders. Callable
/// from any thread.
///
/// What they tell comes by the access log service, marked with the dump's number, and is kept with
/// the other logs, without being counted as calls once more.
public interface FlightRecorders {
    /// How long it takes at least until the same workload is asked again.
    Duration PAUSE = Duration.ofSeconds(10);

    /// Asks all proxies of a workload that are connected, or connect in the next seconds.
    ///
    /// @param why for the control plane's own log
    /// @return at once: the dump that was begun, or the last one where that is not [#PAUSE] ago
    Dump dump(Workload which, String why);

    /// A workload, as metrics call it.
    ///
    /// @param name as in `reviews-v1`
    record Workload(String namespace, String name) {
        @Override
        public String toString() {
            return name + "." + namespace;
        }
    }

    /// What was asked for.
    ///
    /// @param id by which what proxies tell is found; another one for each dump
    /// @param isNew whether it was begun now
    /// @param asked ids of proxies that were connected and have a flight recorder
    /// @param without ids of those that were connected and have none, as stock Envoy
    record Dump(int id, boolean isNew, List<String> asked, List<String> without) {
        public Dump {
            asked = List.copyOf(asked);
            without = List.copyOf(without);
        }
    }
}
