package dev.heddle.proxy.tracing;

import org.jspecify.annotations.Nullable;

/// Which trace a request belongs to, as its headers say.
///
/// @param traceHigh upper half of the trace's id; 0 for one of 64 bits
/// @param traceLow lower half
/// @param spanId of the caller; 0 where only the decision is known
/// @param parentId of the caller's parent; 0 for none
/// @param sampled whether the trace is told of; null where nobody has decided
/// @param traceState of W3C, as it came; empty for none
/// @param format whose headers said it
/// @param sw8 what SkyWalking's header says, whose ids are no numbers; null for another's
record TraceContext(
        long traceHigh,
        long traceLow,
        long spanId,
        long parentId,
        @Nullable Boolean sampled,
        String traceState,
        Format format,
        @Nullable Sw8 sw8) {

    /// Whose words a header is.
    enum Format {
        /// `traceparent`.
        W3C,
        /// `b3`.
        B3_SINGLE,
        /// `x-b3-*`.
        B3_MULTI,
        /// `uber-trace-id`.
        JAEGER,
        /// `x-datadog-*`.
        DATADOG,
        /// `sw8`.
        SKYWALKING
    }

    /// A context whose ids are numbers.
    TraceContext(
            long traceHigh,
            long traceLow,
            long spanId,
            long parentId,
            @Nullable Boolean sampled,
            String traceState,
            Format format) {
        this(traceHigh, traceLow, spanId, parentId, sampled, traceState, format, null);
    }

    /// Whether there is a caller's span.
    boolean hasSpan() {
        return sw8 != null || (spanId != 0 && (traceLow != 0 || traceHigh != 0));
    }
}
