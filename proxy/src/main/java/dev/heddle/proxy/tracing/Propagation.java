package dev.heddle.proxy.tracing;

import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.tracing.TraceContext.Format;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The words in which a tracer hands a trace on.
///
/// What requests bring is read in any format, the tracer's own first. What it does not write itself
/// goes on as it came, except the `b3` header, which is renewed where a request has it, as whoever
/// reads it prefers it to `x-b3-*`.
public enum Propagation {
    /// `x-b3-*`.
    B3,
    /// `x-b3-*` and `traceparent`.
    B3_AND_W3C,
    /// `traceparent` and `tracestate`.
    W3C,
    /// `x-datadog-*` and `traceparent`.
    DATADOG,
    /// `sw8`, which nobody else reads: its ids are no numbers.
    SKYWALKING;

    private static final List<Format> B3_FIRST =
            List.of(Format.B3_SINGLE, Format.B3_MULTI, Format.W3C, Format.JAEGER, Format.DATADOG);
    private static final List<Format> W3C_FIRST =
            List.of(Format.W3C, Format.B3_SINGLE, Format.B3_MULTI, Format.JAEGER, Format.DATADOG);
    private static final List<Format> DATADOG_FIRST =
            List.of(Format.DATADOG, Format.W3C, Format.B3_SINGLE, Format.B3_MULTI, Format.JAEGER);

    private static final List<Format> SKYWALKING_FIRST =
            Stream.concat(Stream.of(Format.SKYWALKING), W3C_FIRST.stream()).toList();

    /// What a request brings; null for nothing.
    @Nullable TraceContext extract(Headers headers) {
        return Extraction.of(
                headers,
                switch (this) {
                    case B3, B3_AND_W3C -> B3_FIRST;
                    case W3C -> W3C_FIRST;
                    case DATADOG -> DATADOG_FIRST;
                    case SKYWALKING -> SKYWALKING_FIRST;
                });
    }

    /// A span whose context is handed on.
    ///
    /// @param parentId 0 for none
    /// @param traceState of W3C; empty for none
    /// @param sw8 the same in SkyWalking's words; null where it has none
    record Handed(
            long traceHigh,
            long traceLow,
            long spanId,
            long parentId,
            boolean sampled,
            String traceState,
            @Nullable Sw8 sw8) {}

    /// Room for what is written, used again and again.
    @Confined("worker")
    static final class Room {
        private final byte[] sixteen = new byte[16];
        private final byte[] thirtyTwo = new byte[32];
        private final byte[] traceparent = new byte[55];
    }

    /// Writes a context into a request.
    void inject(Handed span, Headers headers, Room room) {
        switch (this) {
            case B3 -> b3(span, headers, room);
            case B3_AND_W3C -> {
                b3(span, headers, room);
                traceparent(span, headers, room);
            }
            case W3C -> w3c(span, headers, room);
            case DATADOG -> {
                datadog(span, headers);
                w3c(span, headers, room);
            }
            case SKYWALKING -> {
                if (span.sw8() != null) {
                    headers.set(Extraction.SW8, span.sw8().text());
                }
            }
        }
    }

    private static void w3c(Handed span, Headers headers, Room room) {
        traceparent(span, headers, room);
        if (span.traceState().isEmpty()) {
            headers.remove(Extraction.TRACESTATE);
        } else {
            headers.set(Extraction.TRACESTATE, span.traceState());
        }
    }

    private static void b3(Handed span, Headers headers, Room room) {
        if (span.traceHigh() == 0) {
            Hex.write(span.traceLow(), room.sixteen, 0);
            headers.set(Extraction.B3_TRACE_ID, room.sixteen);
        } else {
            Hex.write(span.traceHigh(), room.thirtyTwo, 0);
            Hex.write(span.traceLow(), room.thirtyTwo, 16);
            headers.set(Extraction.B3_TRACE_ID, room.thirtyTwo);
        }
        Hex.write(span.spanId(), room.sixteen, 0);
        headers.set(Extraction.B3_SPAN_ID, room.sixteen);
        if (span.parentId() != 0) {
            Hex.write(span.parentId(), room.sixteen, 0);
            headers.set(Extraction.B3_PARENT_SPAN_ID, room.sixteen);
        } else {
            headers.remove(Extraction.B3_PARENT_SPAN_ID);
        }
        headers.set(Extraction.B3_SAMPLED, span.sampled() ? "1" : "0");
        if (headers.contains(Extraction.B3)) {
            headers.set(
                    Extraction.B3,
                    Hex.trace(span.traceHigh(), span.traceLow())
                            + "-"
                            + Hex.text(span.spanId())
                            + (span.sampled() ? "-1" : "-0")
                            + (span.parentId() == 0 ? "" : "-" + Hex.text(span.parentId())));
        }
    }

    private static void traceparent(Handed span, Headers headers, Room room) {
        byte[] text = room.traceparent;
        text[0] = '0';
        text[1] = '0';
        text[2] = '-';
        Hex.write(span.traceHigh(), text, 3);
        Hex.write(span.traceLow(), text, 19);
        text[35] = '-';
        Hex.write(span.spanId(), text, 36);
        text[52] = '-';
        text[53] = '0';
        text[54] = (byte) (span.sampled() ? '1' : '0');
        headers.set(Extraction.TRACEPARENT, text);
    }

    private static void datadog(Handed span, Headers headers) {
        headers.set(Extraction.DATADOG_TRACE_ID, Long.toUnsignedString(span.traceLow()));
        headers.set(Extraction.DATADOG_PARENT_ID, Long.toUnsignedString(span.spanId()));
        headers.set(Extraction.DATADOG_PRIORITY, span.sampled() ? "1" : "0");
        if (span.traceHigh() == 0) {
            headers.remove(Extraction.DATADOG_TAGS);
        } else {
            headers.set(Extraction.DATADOG_TAGS, "_dd.p.tid=" + Hex.text(span.traceHigh()));
        }
    }
}
