package dev.heddle.cli.online;

import java.util.Locale;

/// How `heddle get` prints, in kubectl's words.
public enum GetFormat {
    /// A line for each.
    TABLE,
    /// The same with more columns.
    WIDE,
    /// The resources as they were written.
    YAML,
    /// The same in JSON.
    JSON,
    /// Kind and name.
    NAME;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
