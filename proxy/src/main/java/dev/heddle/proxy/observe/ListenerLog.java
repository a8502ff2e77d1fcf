package dev.heddle.proxy.observe;

/// Records what happens to the connections of one listener on one worker before they are anybody's.
/// Called on the worker's thread; must not block and must not throw.
public interface ListenerLog {
    /// Counts one.
    default void count(ListenerStat stat) {
        count(stat, 1);
    }

    /// Counts some.
    ///
    /// @param amount negative where a gauge sinks
    void count(ListenerStat stat, long amount);

    /// Whether anybody is told how connections end.
    default boolean tellsEnds() {
        return false;
    }

    /// A connection is over: it goes to the access logs of the listener. The argument is used again
    /// afterwards.
    default void ended(StreamInfo info) {}

    /// A PROXY header was found, or not.
    ///
    /// @param statPrefix that the filter has; may be empty
    /// @param version 1 or 2; 0 when there was none
    /// @param outcome `found`, `disallowed` or `error`
    void proxyHeader(String statPrefix, int version, String outcome);

    /// A connection was or was not taken by a filter chain that limits them.
    ///
    /// @param statPrefix that the limit has
    /// @param isTaken whether it was
    void limited(String statPrefix, boolean isTaken);

    /// A connection that was taken ended.
    void limitedEnded(String statPrefix);
}
