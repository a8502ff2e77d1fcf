package dev.heddle.control.source;

import java.time.Duration;

/// How patiently a directory is watched. Shorter is faster in force, longer is safer against files
/// that are still being written.
///
/// @param quiet how long nothing may move before what is there is believed
/// @param impatience how long a tree that keeps moving is waited for; files that stand still by
///   themselves are then believed
/// @param stubborn how long one file that keeps moving, or that has just become empty, is waited
///   for: a shell empties the target of `>` long before the first byte comes
/// @param rescan how often the tree is walked although nothing was reported, because reports get
///   lost on network file systems, behind links, and when the kernel's limits are reached
/// @param disbelief how long a tree that has lost most of its files at once is not believed
public record Pace(
        Duration quiet,
        Duration impatience,
        Duration stubborn,
        Duration rescan,
        Duration disbelief) {
    /// In force a tenth of a second after a file appears.
    public static final Pace NORMAL =
            new Pace(
                    Duration.ofMillis(50),
                    Duration.ofMillis(300),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(2),
                    Duration.ofMinutes(1));

    public Pace {
        if (quiet.isNegative() || quiet.compareTo(impatience) > 0) {
            throw new IllegalArgumentException(
                    "quiet: " + quiet + " (expected: 0 to " + impatience + ")");
        }
    }
}
