package dev.heddle.proxy.tracing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A span that is over.
///
/// @param traceHigh upper half of the trace's id; 0 for one of 64 bits
/// @param traceLow lower half
/// @param parentId 0 for none
/// @param isShared whether the caller's span has the same id (Zipkin's way)
/// @param epochNanos when it began, since 1970 began
/// @param nanos how long it took
/// @param isError whether it failed, as OpenTelemetry sees it
/// @param tags in the order in which they are told
/// @param events names and when they were, where they are told
/// @param traceState of W3C; empty for none
/// @param caller what SkyWalking's header said; null for nothing
public record SpanData(
        long traceHigh,
        long traceLow,
        long spanId,
        long parentId,
        boolean isShared,
        Kind kind,
        String name,
        long epochNanos,
        long nanos,
        boolean isError,
        List<Tag> tags,
        List<Event> events,
        String traceState,
        @Nullable Sw8 caller) {

    public SpanData {
        tags = List.copyOf(tags);
        events = List.copyOf(events);
    }

    /// Whose side of a call it is.
    public enum Kind {
        /// The caller's.
        CLIENT,
        /// That of the called.
        SERVER
    }

    /// Something that is known of it.
    public record Tag(String name, String value) {}

    /// Something that happened.
    public record Event(String name, long epochNanos) {}
}
