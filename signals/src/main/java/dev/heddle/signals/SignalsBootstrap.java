package dev.heddle.signals;

import dev.heddle.signals.ingest.Backend;
import dev.heddle.signals.prometheus.PrometheusServer;
import dev.heddle.signals.record.Places;
import dev.heddle.signals.rollup.Rollups;
import dev.heddle.signals.search.SignalIndex;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;

/// With what signals are taken and kept.
///
/// @param directory for everything; made when it is not there
/// @param index what is kept of logs and spans
/// @param rollups what is kept of sums
/// @param room how many logs, spans and points each may wait to be written
/// @param commitEvery after that time what came is safe
/// @param places who is where
/// @param backend gets what comes by OTLP, too; empty for nobody
/// @param prometheus who is asked for what calls add up to; empty for this control plane itself
/// @param clock for records
/// @param nanos for durations: never goes back
public record SignalsBootstrap(
        Path directory,
        SignalIndex.Limits index,
        Rollups.Limits rollups,
        int room,
        Duration commitEvery,
        Places places,
        Optional<Backend> backend,
        Optional<PrometheusServer> prometheus,
        InstantSource clock,
        LongSupplier nanos) {
    private static final int ROOM = 20_000;

    public SignalsBootstrap {
        if (room < 1) {
            throw new IllegalArgumentException("room: " + room + " (expected: >= 1)");
        }
    }

    /// The usual settings: what is kept has its usual bounds, and is safe after a second.
    public static SignalsBootstrap in(Path directory) {
        return new SignalsBootstrap(
                directory,
                SignalIndex.Limits.USUAL,
                Rollups.Limits.USUAL,
                ROOM,
                Duration.ofSeconds(1),
                Places.NOWHERE,
                Optional.empty(),
                Optional.empty(),
                InstantSource.system(),
                System::nanoTime);
    }

    /// The same with other bounds of logs and spans.
    public SignalsBootstrap keeping(SignalIndex.Limits limits) {
        return new SignalsBootstrap(
                directory,
                limits,
                rollups,
                room,
                commitEvery,
                places,
                backend,
                prometheus,
                clock,
                nanos);
    }

    /// The same with somebody who knows who is where.
    public SignalsBootstrap knowing(Places known) {
        return new SignalsBootstrap(
                directory,
                index,
                rollups,
                room,
                commitEvery,
                known,
                backend,
                prometheus,
                clock,
                nanos);
    }

    /// The same with a backend that gets what comes by OTLP, too.
    public SignalsBootstrap passingOn(Optional<Backend> other) {
        return new SignalsBootstrap(
                directory,
                index,
                rollups,
                room,
                commitEvery,
                places,
                other,
                prometheus,
                clock,
                nanos);
    }

    /// The same with a Prometheus that is asked for what calls add up to.
    public SignalsBootstrap asking(Optional<PrometheusServer> server) {
        return new SignalsBootstrap(
                directory,
                index,
                rollups,
                room,
                commitEvery,
                places,
                backend,
                server,
                clock,
                nanos);
    }
}
