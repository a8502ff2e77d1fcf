package dev.heddle.control.source;

import java.time.Instant;

/// The content of a file that was in force once, kept so that a restart does not lose it when the
/// file has been broken since.
///
/// @param name relative to the directory
/// @param changed when that content came into being
public record SavedFile(String name, Instant changed, String text) {
    /// Without the text, as there may be Secrets in it.
    @Override
    public String toString() {
        return "SavedFile[" + name + "]";
    }
}
