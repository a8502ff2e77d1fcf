package dev.heddle.proxy.route;

/// What a [RetryPolicy] says of an attempt's outcome.
public enum RetryVerdict {
    /// It stands.
    NO,
    /// Once more, after a while.
    BACK_OFF,
    /// Once more, without waiting.
    AT_ONCE;

    static RetryVerdict when(boolean isWanted) {
        return isWanted ? BACK_OFF : NO;
    }
}
