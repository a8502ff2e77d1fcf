package dev.heddle.proxy.admin;

import java.util.SortedMap;

/// What is written to a process's own log, by the loggers' names. Thread-safe.
public interface LogLevels {
    /// The levels of the loggers that there are, in lower case.
    SortedMap<String, String> levels();

    /// Has all loggers, those to come too, write from a level on.
    ///
    /// @param level `trace`, `debug`, `info`, `warning`, `error`, `critical` or `off`
    void setAll(String level);

    /// Has all loggers write as the process began with.
    void reset();

    /// Has a logger, and those whose names begin with its name and a dot, write from a level on.
    void set(String logger, String level);
}
