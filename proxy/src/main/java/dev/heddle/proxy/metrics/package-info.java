/// Sends what is counted of requests to a collector of OpenTelemetry, as the bootstrap's sinks of
/// statistics say.
///
/// Workers count in their own tables; the configuration's thread reads these in intervals, works
/// out what changed ([MetricReports]), and has one worker send it.
@NullMarked
package dev.heddle.proxy.metrics;

import org.jspecify.annotations.NullMarked;
