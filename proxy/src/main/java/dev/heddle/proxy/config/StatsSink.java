package dev.heddle.proxy.config;

import dev.heddle.proxy.export.Collector;
import java.time.Duration;
import java.util.List;

/// Who is sent what is counted of requests
/// (`envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig`).
///
/// @param interval between two times
/// @param asDeltas what was counted since the time before is sent, not since the beginning
/// @param names of what is sent
/// @param readsEnvironment whether the environment says more of this proxy
/// @param mostPoints that a call may have; what is more goes with others
public record StatsSink(
        Collector collector,
        Duration interval,
        Temporality asDeltas,
        Names names,
        boolean readsEnvironment,
        int mostPoints) {

    /// Of which kind differences are sent.
    public record Temporality(boolean ofCounters, boolean ofHistograms) {}

    /// What is sent, and what it is called.
    ///
    /// @param prefix in front of each name, with a point behind it; empty for none
    /// @param dropped names, as Envoy knows them, that are not sent
    public record Names(String prefix, List<NameMatch> dropped) {
        public Names {
            dropped = List.copyOf(dropped);
        }

        /// Whether statistics of that name are sent.
        public boolean sends(String name) {
            return dropped.stream().noneMatch(it -> it.test(name));
        }
    }

    /// Which names are meant.
    public sealed interface NameMatch {
        /// Whether that one is.
        boolean test(String name);

        /// Those of that form.
        record Text(TextMatch text) implements NameMatch {
            @Override
            public boolean test(String name) {
                return text.test(name);
            }
        }

        /// All others.
        record Not(NameMatch of) implements NameMatch {
            @Override
            public boolean test(String name) {
                return !of.test(name);
            }
        }

        /// Those that all of several mean.
        record All(List<NameMatch> of) implements NameMatch {
            public All {
                of = List.copyOf(of);
            }

            @Override
            public boolean test(String name) {
                return of.stream().allMatch(it -> it.test(name));
            }
        }

        /// Those that one of several means.
        record Some(List<NameMatch> of) implements NameMatch {
            public Some {
                of = List.copyOf(of);
            }

            @Override
            public boolean test(String name) {
                return of.stream().anyMatch(it -> it.test(name));
            }
        }
    }
}
