package dev.heddle.proxy.http2;

/// Counts what happens on connections of HTTP/2. Called on the worker's thread.
@FunctionalInterface
public interface Http2Stats {
    /// Counts nothing.
    Http2Stats NONE = (_, _) -> {};

    /// Adds to a counter, or moves a gauge.
    ///
    /// @param amount below zero only for a gauge
    void add(Http2Stat stat, long amount);

    /// Adds one to a counter.
    default void count(Http2Stat stat) {
        add(stat, 1);
    }
}
