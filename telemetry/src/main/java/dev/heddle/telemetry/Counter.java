package dev.heddle.telemetry;

/// Something that only grows. Counted in a [MeterShard].
///
/// @param slot its place in every shard
public record Counter(int slot) {}
