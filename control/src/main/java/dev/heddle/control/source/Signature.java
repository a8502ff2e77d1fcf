package dev.heddle.control.source;

/// Who changed something, and why.
///
/// @param who an account, or whose files changed, as in `file of root`
/// @param from an address, or a file
/// @param message in his own words; empty for none
public record Signature(String who, String from, String message) {}
