package dev.heddle.cli.demo;

/// One request of the demo's traffic.
///
/// @param atNanos when it was answered
/// @param ok whether the answer was 200
/// @param version of `reviews` that took part, as in `v2`; `none` when none did
public record TrafficSample(long atNanos, boolean ok, long latencyNanos, String version) {}
