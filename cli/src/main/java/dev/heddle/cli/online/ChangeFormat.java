package dev.heddle.cli.online;

import java.util.Locale;

/// How `heddle apply` and `heddle delete` print, in kubectl's words.
public enum ChangeFormat {
    /// A line for each resource.
    TEXT,
    /// Kind and name of each.
    NAME,
    /// One document about all of them, with findings and refusals.
    YAML,
    /// The same in JSON.
    JSON;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
