package dev.heddle.cli;

/// A shell that commands can be completed in.
enum Shell {
    /// GNU's.
    BASH,
    /// Of macOS.
    ZSH
}
