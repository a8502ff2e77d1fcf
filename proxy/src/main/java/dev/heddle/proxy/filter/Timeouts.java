package dev.heddle.proxy.filter;

/// How long an exchange may take; zero for no limit.
///
/// @param streamIdleNanos without a byte in either direction
/// @param requestNanos until the whole request was received
/// @param streamNanos in all
public record Timeouts(long streamIdleNanos, long requestNanos, long streamNanos) {}
