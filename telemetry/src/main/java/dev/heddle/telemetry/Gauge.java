package dev.heddle.telemetry;

/// Something that grows and shrinks, counted in a [MeterShard]: its value is the sum of what all
/// shards added, so that a connection may be opened by one worker and counted down by another.
///
/// @param slot its place in every shard
public record Gauge(int slot) {}
