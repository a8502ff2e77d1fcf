package dev.heddle.proxy.http;

/// Where a body comes from.
public interface BodySource {
    /// Stops (false) or resumes (true) the flow. A few more pieces may come after it was stopped.
    void setReading(boolean on);
}
