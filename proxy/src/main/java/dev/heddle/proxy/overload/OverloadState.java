package dev.heddle.proxy.overload;

import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// How far each action has come at one moment.
///
/// @param values from above 0, it begins, to 1, it is in full force; absent actions are off
/// @param idleScale how far the idle timeout of connections shrinks
public record OverloadState(Map<OverloadAction, Double> values, Optional<TimerScale> idleScale) {
    /// Nothing is in danger.
    public static final OverloadState NONE = new OverloadState(Map.of(), Optional.empty());

    public OverloadState {
        values = Map.copyOf(values);
    }

    /// Whether an action is in full force.
    public boolean isSaturated(OverloadAction action) {
        return value(action) >= 1;
    }

    /// Whether an action is to be taken for one request or connection: as often as it has come far.
    public boolean strikes(OverloadAction action, RandomGenerator random) {
        double value = value(action);
        return value >= 1 || (value > 0 && random.nextDouble() < value);
    }

    /// What an idle timeout is now.
    public long idleNanos(long nanos) {
        return idleScale.isEmpty()
                ? nanos
                : idleScale.get().nanos(nanos, value(OverloadAction.REDUCE_TIMEOUTS));
    }

    /// How far an action has come, from 0 to 1.
    public double value(OverloadAction action) {
        return values.isEmpty() ? 0 : values.getOrDefault(action, 0.0);
    }
}
