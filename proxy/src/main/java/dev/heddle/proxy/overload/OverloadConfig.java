package dev.heddle.proxy.overload;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/// When a proxy stops doing what (`overload_manager` of the bootstrap).
///
/// @param refresh how often memory is measured
/// @param maxHeapBytes what counts as all of it (`fixed_heap`)
/// @param triggers of each action that is configured
public record OverloadConfig(
        Duration refresh, long maxHeapBytes, Map<OverloadAction, Trigger> triggers) {

    public OverloadConfig {
        triggers = Map.copyOf(triggers);
        if (refresh.toMillis() < 1) {
            throw new IllegalArgumentException("refresh: " + refresh + " (expected: >= 1 ms)");
        }
        if (maxHeapBytes < 1) {
            throw new IllegalArgumentException(
                    "maxHeapBytes: " + maxHeapBytes + " (expected: >= 1)");
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

    /// What is to be done while so many bytes are in use.
    OverloadState stateAt(long usedBytes) {
        double pressure = (double) usedBytes / maxHeapBytes;
        var values = new EnumMap<OverloadAction, Double>(OverloadAction.class);
        triggers.forEach((action, trigger) -> {
            double value = trigger.value(pressure);
            if (value > 0) {
                values.put(action, value);
            }
        });
        return values.isEmpty() ? OverloadState.NONE : new OverloadState(values);
    }
}
