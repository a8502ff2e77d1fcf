package dev.heddle.proxy.observe;

import dev.heddle.telemetry.AccessLogRecord.LogType;

/// Records the connections of one TCP proxy on one worker. Called on the worker's thread; must not
/// block and must not throw.
public interface ConnectionLog {
    /// A connection was accepted; every one is [#completed] once.
    void opened();

    /// Something happened.
    void count(ConnectionStat stat);

    /// Where filters count, under whole names as `tcp.rbac.denied`.
    FilterStats filters();

    /// One came no further than its listener, which tells its own logs of it. The argument is used
    /// again afterwards.
    default void refused(StreamInfo info) {
        opened();
        completed(info);
    }

    /// It is to be logged now, though it goes on. The argument is used again afterwards.
    ///
    /// @param type what happened
    void flushed(StreamInfo info, LogType type);

    /// Both sides are closed. The argument is used again afterwards.
    void completed(StreamInfo info);
}
