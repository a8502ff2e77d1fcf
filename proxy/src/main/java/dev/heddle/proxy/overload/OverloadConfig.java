package dev.heddle.proxy.overload;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// When a proxy stops doing what (`overload_manager` of the bootstrap).
///
/// @param refresh how often is measured
/// @param monitors what is measured, by name
/// @param triggers of each action that is configured, by the names of their monitors; the one that
///   has come farthest counts
/// @param idleScale how far the idle timeout of clients' connections shrinks (`reduce_timeouts`)
/// @param maxConnections how many connections of clients there may be
///   (`global_downstream_max_connections`); empty for any number
/// @param leastAccount of requests whose memory is watched (`buffer_factory_config`), the power of
///   two of their bytes, from 0 to 56; empty where none is
public record OverloadConfig(
        Duration refresh,
        Map<String, Monitor> monitors,
        Map<OverloadAction, Map<String, Trigger>> triggers,
        Optional<TimerScale> idleScale,
        OptionalInt maxConnections,
        OptionalInt leastAccount) {

    public OverloadConfig {
        monitors = Map.copyOf(monitors);
        triggers = Map.copyOf(triggers);
        if (refresh.toMillis() < 1) {
            throw new IllegalArgumentException("refresh: " + refresh + " (expected: >= 1 ms)");
        }
    }

    /// At which shares of the whole an action begins and is in full force. With a plain threshold
    /// that is the same.
    ///
    /// @param begins from 0 to 1
    /// @param isFull from `begins` to 1
    public record Trigger(double begins, double isFull) {
        public Trigger {
            if (!(begins >= 0 && isFull >= begins && isFull <= 1)) {
                throw new IllegalArgumentException(
                        "begins, isFull: "
                                + begins
                                + ", "
                                + isFull
                                + " (expected: 0 <= begins <= isFull <= 1)");
            }
        }

        double value(double pressure) {
            if (pressure >= isFull) {
                return 1;
            }
            return pressure <= begins ? 0 : (pressure - begins) / (isFull - begins);
        }
    }

    /// What is to be done under such pressures.
    ///
    /// @param pressures by the names of the monitors; 0 for what is missing
    OverloadState stateAt(Map<String, Double> pressures) {
        var values = new EnumMap<OverloadAction, Double>(OverloadAction.class);
        triggers.forEach((action, all) -> {
            double value =
                    all.entrySet().stream()
                            .mapToDouble(it ->
                                    it.getValue().value(pressures.getOrDefault(it.getKey(), 0.0)))
                            .max()
                            .orElse(0);
            if (value > 0) {
                values.put(action, value);
            }
        });
        return values.isEmpty() ? OverloadState.NONE : new OverloadState(values, idleScale);
    }
}
