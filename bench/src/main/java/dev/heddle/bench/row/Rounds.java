package dev.heddle.bench.row;

import dev.heddle.bench.peer.Started;
import dev.heddle.bench.stat.Judgement;
import dev.heddle.bench.stat.Measurement;
import dev.heddle.bench.stat.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/// Rounds over arms that start processes of their own each time, in front of one origin that stays.
/// An arm that fails is left out of the rest of the row and says why.
///
/// @param row whose rounds they are
/// @param arms what is compared
/// @param targets what the row wants to show
record Rounds(Row row, List<Arm> arms, List<Target> targets) {
    Rounds {
        arms = List.copyOf(arms);
        targets = List.copyOf(targets);
    }

    /// What came of an arm in a round.
    sealed interface Outcome {
        record Measured(Measurement measurement) implements Outcome {}

        /// @param why as the report says it
        record Absent(String why) implements Outcome {}
    }

    /// Measures an arm.
    interface Measure {
        /// @param origin the port that proxies lead to
        Outcome of(Arm arm, int origin, int round);
    }

    RowResult run(Stage stage, Measure measure) {
        var measured = new ArrayList<Measurement>();
        var absent = new LinkedHashMap<String, String>();
        Started origin = stage.proxies().origin(stage.cores().load());
        try {
            int port = ((Started.Running) origin).port();
            for (int round = 1; round <= stage.plan().rounds(); round++) {
                for (Arm arm : arms) {
                    if (!absent.containsKey(arm.name())) {
                        switch (measure.of(arm, port, round)) {
                            case Outcome.Measured(var measurement) -> measured.add(measurement);
                            case Outcome.Absent(var why) -> absent.put(arm.name(), why);
                        }
                    }
                }
            }
        } finally {
            stage.stop(origin);
        }
        List<Judgement> judgements =
                targets.stream().map(t -> Judgement.of(t, measured, absent)).toList();
        return new RowResult(row.id(), row.title(), Arm.names(arms), measured, absent, judgements);
    }
}
