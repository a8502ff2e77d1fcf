/// The control plane's telemetry: takes what proxies tell of their traffic, keeps it within bounds,
/// and answers what people ask of it.
///
/// ```
///   ALS, OTLP ──▶ ingest ──▶ intake ──▶ one thread ─┬▶ search (Lucene): logs, spans
///                 records    bounded                └▶ rollup (memory, SQLite): sums of calls
///                                                        └──▶ golden, graph, why
/// ```
///
/// Read [dev.heddle.signals.Signals#start] first.
@NullMarked
package dev.heddle.signals;

import org.jspecify.annotations.NullMarked;
