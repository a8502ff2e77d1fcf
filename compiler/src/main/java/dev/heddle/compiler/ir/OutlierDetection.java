package dev.heddle.compiler.ir;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// When a host that keeps failing is left alone for a while. What is empty is as Envoy has it, but
/// that hosts are not compared with each other.
///
/// @param consecutive5xx errors in a row; 0 for never
/// @param consecutiveGateway of them, those of status 502, 503 and 504; 0 for never
/// @param consecutiveLocalOrigin of connections, where those are counted apart
/// @param splitsLocalOrigin whether they are
/// @param interval between two looks
/// @param baseEjectionTime of a first ejection
/// @param maxEjectionPercent share of the hosts that may be out
/// @param minHealthPercent below this share of healthy hosts all are used, from 0 to 100
/// @param errorCodes the only statuses that are errors; empty for those from 500 on
public record OutlierDetection(
        OptionalInt consecutive5xx,
        OptionalInt consecutiveGateway,
        OptionalInt consecutiveLocalOrigin,
        boolean splitsLocalOrigin,
        Optional<Duration> interval,
        Optional<Duration> baseEjectionTime,
        OptionalInt maxEjectionPercent,
        int minHealthPercent,
        List<Integer> errorCodes) {

    public OutlierDetection {
        if (minHealthPercent < 0 || minHealthPercent > 100) {
            throw new IllegalArgumentException(
                    "minHealthPercent: " + minHealthPercent + " (expected: from 0 to 100)");
        }
        errorCodes = List.copyOf(errorCodes);
    }
}
