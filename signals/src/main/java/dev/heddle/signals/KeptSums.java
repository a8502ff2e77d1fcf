package dev.heddle.signals;

import dev.heddle.signals.intake.Intake;
import dev.heddle.signals.record.Edge;
import dev.heddle.signals.rollup.CallSums;
import dev.heddle.signals.rollup.Rollups;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Predicate;

/// What proxies told this control plane: of the last quarter of an hour from memory, of what was
/// before from the file.
///
/// @param intake through which the writer is asked
/// @param file of the rollups
record KeptSums(Intake intake, Rollups rollups, Path file, InstantSource clock)
        implements CallSums {
    @Override
    public Rollups.Known known(long from, long to, Predicate<Edge> wanted) {
        Optional<Rollups.Known> recent =
                Signals.answer(
                        intake.ask(() -> {
                            Optional<Rollups.Known> live =
                                    rollups.recent(from, to, clock.instant());
                            if (live.isEmpty()) {
                                rollups.flush();
                            }
                            return live;
                        }));
        return recent.orElseGet(() -> Rollups.stored(file, from, to, wanted));
    }
}
