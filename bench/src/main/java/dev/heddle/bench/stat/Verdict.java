package dev.heddle.bench.stat;

/// What a run says about a target.
public sealed interface Verdict {

    /// The goal is reached.
    ///
    /// @param spread the values of the rounds
    /// @param splendid whether the aim is reached as well
    record Met(Spread spread, boolean splendid) implements Verdict {}

    /// The goal is not reached.
    ///
    /// @param spread the values of the rounds
    record Missed(Spread spread) implements Verdict {}

    /// Nothing can be said, and nothing is counted.
    ///
    /// @param reason why: a peer that is not installed, a feature that is not there yet, failed
    ///   requests
    record Open(String reason) implements Verdict {}
}
