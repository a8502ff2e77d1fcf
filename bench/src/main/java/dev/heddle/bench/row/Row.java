package dev.heddle.bench.row;

/// One row of the benchmark set.
public interface Row {
    /// Its number in the set, with a letter where a number has several parts: `2a`.
    String id();

    /// What it measures, in a line.
    String title();

    /// Measures it. Starts and stops its own processes; returns when they are gone.
    RowResult run(Stage stage);

    /// Whether a selection such as `2` or `2a` means this row.
    default boolean isMeantBy(String selection) {
        return id().equals(selection)
                || (id().startsWith(selection)
                        && !Character.isDigit(id().charAt(selection.length())));
    }
}
