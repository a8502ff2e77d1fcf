package dev.heddle.proxy.tracing;

/// Takes spans that are over, on the worker's thread. Must not block and must not throw.
public interface SpanSink {
    /// Tells of one.
    void add(SpanData span);
}
