package dev.heddle.console.api;

import dev.heddle.signals.Signals;
import dev.heddle.signals.intake.Intake;
import dev.heddle.signals.intake.Kind;
import dev.heddle.signals.intake.Reason;
import dev.heddle.telemetry.Labels;
import dev.heddle.telemetry.MeterId;
import dev.heddle.telemetry.PrometheusText;
import dev.heddle.telemetry.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How it stands with what proxies tell, for Prometheus.
final class SignalMeters {
    private SignalMeters() {}

    /// @return empty where nothing is kept
    static String print(Optional<Signals> signals) {
        return signals.map(kept -> PrometheusText.print(readings(kept))).orElse("");
    }

    private static List<Reading> readings(Signals signals) {
        var readings = new ArrayList<Reading>();
        for (Kind kind : Kind.values()) {
            Intake.Counts counts = signals.intake().counts(kind);
            Labels labels = Labels.of("kind", kind.toString());
            readings.add(counter("heddle_signals_received_total", labels, counts.received()));
            readings.add(gauge("heddle_signals_waiting", labels, counts.waiting()));
            readings.add(gauge("heddle_signals_room", labels, counts.room()));
            for (Reason reason : Reason.values()) {
                readings.add(
                        counter(
                                "heddle_signals_dropped_total",
                                labels.with("reason", reason.toString()),
                                counts.dropped().getOrDefault(reason, 0L)));
            }
        }
        signals.forwarder()
                .ifPresent(it -> {
                    readings.add(counter("heddle_signals_passed_total", Labels.NONE, it.passed()));
                    readings.add(
                            counter("heddle_signals_not_passed_total", Labels.NONE, it.dropped()));
                    readings.add(gauge("heddle_signals_to_pass", Labels.NONE, it.waiting()));
                });
        Signals.Kept kept = signals.kept();
        readings.add(gauge("heddle_signals_kept", Labels.NONE, kept.signals()));
        readings.add(gauge("heddle_signals_index_bytes", Labels.NONE, kept.bytes()));
        readings.add(gauge("heddle_signals_edges", Labels.NONE, kept.edges()));
        return readings;
    }

    private static Reading counter(String name, Labels labels, long value) {
        return new Reading.CounterValue(new MeterId(name, name, labels), value);
    }

    private static Reading gauge(String name, Labels labels, long value) {
        return new Reading.GaugeValue(new MeterId(name, name, labels), value);
    }
}
