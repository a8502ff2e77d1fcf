package dev.heddle.proxy.runtime;

/// A connection that is being made, in one attempt or in several at once.
public sealed interface Connecting permits ConnectAttempt, ConnectRace {
    /// Gives up: nobody is told anything any more.
    void giveUp();
}
