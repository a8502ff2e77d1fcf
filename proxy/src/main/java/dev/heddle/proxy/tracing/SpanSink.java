package dev.heddle.proxy.tracing;

import java.util.List;

/// Takes spans that are over, on the worker's thread. Must not block and must not throw.
public interface SpanSink {
    /// Tells of a request.
    ///
    /// @param spans of its attempts, where they have any, and its own behind them
    void add(List<SpanData> spans);
}
