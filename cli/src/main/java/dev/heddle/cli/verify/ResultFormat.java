package dev.heddle.cli.verify;

import java.util.Locale;

/// How `heddle verify` prints.
public enum ResultFormat {
    /// For people.
    TEXT,
    /// For programs.
    JSON,
    /// For whoever collects results of tests: JUnit's XML.
    JUNIT;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
