package dev.heddle.proxy.recording;

import dev.heddle.proxy.upstream.health.Breaker;
import dev.heddle.proxy.upstream.health.ClusterHealth;
import dev.heddle.proxy.upstream.health.HealthCheckStat;
import dev.heddle.proxy.upstream.health.OutlierStat;
import dev.heddle.telemetry.MeterId;
import dev.heddle.telemetry.MeterScope;
import dev.heddle.telemetry.Reading;
import java.util.Locale;
import java.util.function.Consumer;

/// What was counted of the health of a cluster's hosts, where somebody watches them.
final class HealthMeters {
    private static final String OUTLIERS = "outlier_detection.";
    private static final String CHECKS = "health_check.";

    /// Beside the `circuit_breakers` that are limits, as in Envoy.
    private static final String BREAKER = "circuit_breaker.";

    private HealthMeters() {}

    static void read(ClusterHealth health, MeterScope scope, Consumer<Reading> readings) {
        if (health.rules().outliers().isPresent()) {
            MeterId active = scope.id(OUTLIERS + "ejections_active");
            readings.accept(new Reading.GaugeValue(active, health.ejected()));
            for (OutlierStat stat : OutlierStat.values()) {
                readings.accept(
                        new Reading.CounterValue(
                                scope.id(OUTLIERS + stat.name().toLowerCase(Locale.ROOT)),
                                health.count(stat)));
            }
        }
        Breaker breaker = health.breaker();
        if (breaker != null) {
            readings.accept(
                    new Reading.GaugeValue(scope.id(BREAKER + "state"), breaker.state().number()));
            for (Breaker.Stat stat : Breaker.Stat.values()) {
                readings.accept(
                        new Reading.CounterValue(
                                scope.id(BREAKER + stat.name().toLowerCase(Locale.ROOT)),
                                breaker.count(stat)));
            }
        }
        if (health.rules().check().isPresent()) {
            readings.accept(
                    new Reading.GaugeValue(scope.id(CHECKS + "healthy"), health.checked(false)));
            readings.accept(
                    new Reading.GaugeValue(scope.id(CHECKS + "degraded"), health.checked(true)));
            for (HealthCheckStat stat : HealthCheckStat.values()) {
                readings.accept(
                        new Reading.CounterValue(
                                scope.id(CHECKS + stat.name().toLowerCase(Locale.ROOT)),
                                health.count(stat)));
            }
        }
    }
}
