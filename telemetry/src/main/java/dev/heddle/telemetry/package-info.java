/// What the planes know about themselves: meters, and lines of access logs.
///
/// [Meters] names what is counted; a [MeterShard] is where one worker counts, without locks and
/// without other workers; a reader sums the shards. [AccessLogFormat] is a text with Envoy's
/// command operators, parsed once and written for each request through an [AsyncFile], which never
/// makes a worker wait.
@NullMarked
package dev.heddle.telemetry;

import org.jspecify.annotations.NullMarked;
