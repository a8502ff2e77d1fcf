package dev.heddle.proxy.observe;

/// Which span an exchange is.
public interface Traced {
    /// `%TRACE_ID%`, as in `463ac35c9f6413ad48485a3953bb6124`.
    String traceId();

    /// `%SPAN_ID%`, as in `a2fb4a1d1a96d312`.
    String spanId();
}
