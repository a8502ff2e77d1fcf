/// Logs that services of gRPC take: Envoy's access log service (ALS) and OpenTelemetry's logs.
///
/// Entries are written down on the worker that logs, as messages, and gathered there: what waits is
/// bounded, and what cannot wait is dropped and counted.
@NullMarked
package dev.heddle.proxy.logservice;

import org.jspecify.annotations.NullMarked;
