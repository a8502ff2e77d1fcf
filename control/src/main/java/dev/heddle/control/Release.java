package dev.heddle.control;

/// Which Heddle this is.
public final class Release {
    /// As in `0.1.0`.
    public static final String VERSION = "0.1.0";

    private Release() {}
}
