package dev.heddle.cli.analyze;

import java.util.Locale;

/// How `heddle analyze` prints.
public enum Format {
    /// A line for each finding, for people.
    TEXT,
    /// For programs.
    JSON,
    /// For tools that show the findings of many: SARIF 2.1.0.
    SARIF;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
