package dev.heddle.signals.record;

/// Whatever proxies tell.
public sealed interface Told permits Signal, MetricPoint, Counted, ProcessPoint {}
