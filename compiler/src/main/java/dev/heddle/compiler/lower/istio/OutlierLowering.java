package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.OutlierDetection;
import dev.heddle.model.istio.DestinationRule;
import java.time.Duration;
import java.util.OptionalInt;

/// Lowers when endpoints are ejected, as Istio does.
final class OutlierLowering {
    private OutlierLowering() {}

    static OutlierDetection lower(DestinationRule.OutlierDetection asked) {
        OptionalInt local = asked.consecutiveLocalOriginFailures();
        OptionalInt percent = asked.maxEjectionPercent();
        return new OutlierDetection(
                natural(asked.consecutive5xxErrors()),
                natural(asked.consecutiveGatewayErrors()),
                local.orElse(0) > 0 ? local : OptionalInt.empty(),
                asked.splitExternalLocalOriginErrors(),
                asked.interval().filter(Duration::isPositive),
                asked.baseEjectionTime().filter(Duration::isPositive),
                percent.orElse(0) > 0
                        ? OptionalInt.of(Math.min(100, percent.getAsInt()))
                        : OptionalInt.empty(),
                Math.clamp(asked.minHealthPercent().orElse(0), 0, 100),
                asked.outlierDetectionHttpErrorCodes());
    }

    private static OptionalInt natural(OptionalInt asked) {
        return asked.orElse(0) < 0 ? OptionalInt.empty() : asked;
    }
}
