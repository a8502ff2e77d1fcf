package dev.heddle.cli;

import java.util.Locale;

/// A shell that commands can be completed in.
enum Shell {
    /// GNU's.
    BASH,
    /// Of macOS.
    ZSH;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
