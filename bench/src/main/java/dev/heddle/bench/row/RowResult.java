package dev.heddle.bench.row;

import dev.heddle.bench.stat.Judgement;
import dev.heddle.bench.stat.Measurement;
import java.util.List;
import java.util.Map;

/// What a row has shown.
///
/// @param id the row's number
/// @param title what it measures
/// @param arms the names of what is compared, in the order of the row
/// @param measurements the figures of each arm and round
/// @param absent why an arm was not measured, by its name, in the order of the row
/// @param judgements its targets and what the figures say about them
public record RowResult(
        String id,
        String title,
        List<String> arms,
        List<Measurement> measurements,
        Map<String, String> absent,
        List<Judgement> judgements) {

    public RowResult {
        arms = List.copyOf(arms);
        measurements = List.copyOf(measurements);
        judgements = List.copyOf(judgements);
    }
}
