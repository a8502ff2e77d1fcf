package dev.heddle.signals.search;

import dev.heddle.signals.record.Signal;
import java.util.List;
import java.util.Optional;

/// A page of what was found, the newest first.
///
/// @param next where the next page begins; empty after the last
public record Found(List<Signal> signals, Optional<Search.Cursor> next) {
    /// Nothing.
    public static final Found NOTHING = new Found(List.of(), Optional.empty());

    public Found {
        signals = List.copyOf(signals);
    }
}
