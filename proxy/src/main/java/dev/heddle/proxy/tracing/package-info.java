/// Follows requests through the mesh: reads which trace a request belongs to, decides whether it is
/// told of, hands the trace on to the upstream, and makes a span of what happened.
///
/// One [Tracer] belongs to a connection manager on a worker. It makes an [ActiveSpan] of each
/// request; what that hands on is written by a [Propagation]. When the request is over, spans
/// become [SpanData], which [ZipkinSpans], [OtlpSpans] and their like write down for a collector.
@NullMarked
package dev.heddle.proxy.tracing;

import org.jspecify.annotations.NullMarked;
