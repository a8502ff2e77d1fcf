package dev.heddle.bench.row;

import java.util.List;
import java.util.Map;

/// A row of the benchmark set that can't be measured yet. It is shown, and not counted.
///
/// @param id the row's number
/// @param title what it will measure
/// @param needs what has to exist first
record LaterRow(String id, String title, String needs) implements Row {

    @Override
    public RowResult run(Stage stage) {
        return new RowResult(
                id,
                title,
                List.of(),
                List.of(),
                Map.of("heddle", "not yet: needs " + needs),
                List.of());
    }
}
