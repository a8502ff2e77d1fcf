package dev.heddle.proxy.tracing;

import dev.heddle.proxy.tracing.SpanData.Kind;
import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.WireWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Writes spans down for Zipkin (its API v2: `zipkin2-api.yaml`, `zipkin.proto`).
public final class ZipkinSpans {
    /// Where Zipkin takes them.
    public static final String PATH = "/api/v2/spans";

    private ZipkinSpans() {}

    /// A list in JSON.
    ///
    /// @param service who tells
    public static byte[] json(List<SpanData> spans, String service) {
        var out = new StringBuilder(spans.size() * 1024).append('[');
        for (SpanData span : spans) {
            out.append(out.length() > 1 ? ",{" : "{");
            member(out, "traceId", Hex.trace(span.traceHigh(), span.traceLow())).append(',');
            member(out, "id", Hex.text(span.spanId())).append(',');
            if (span.parentId() != 0) {
                member(out, "parentId", Hex.text(span.parentId())).append(',');
            }
            member(out, "kind", span.kind().name()).append(',');
            member(out, "name", span.name()).append(',');
            out.append("\"timestamp\":").append(span.epochNanos() / 1_000).append(',');
            out.append("\"duration\":").append(micros(span)).append(',');
            if (span.isShared() && span.kind() == Kind.SERVER) {
                out.append("\"shared\":true,");
            }
            out.append("\"localEndpoint\":{");
            member(out, "serviceName", service).append("},\"tags\":{");
            String comma = "";
            for (SpanData.Tag tag : span.tags()) {
                // Zipkin takes no empty values.
                if (!tag.value().isEmpty()) {
                    member(out.append(comma), tag.name(), tag.value());
                    comma = ",";
                }
            }
            out.append('}');
            if (!span.events().isEmpty()) {
                out.append(",\"annotations\":[");
                comma = "";
                for (SpanData.Event event : span.events()) {
                    out.append(comma).append("{\"timestamp\":").append(event.epochNanos() / 1_000);
                    member(out.append(','), "value", event.name()).append('}');
                    comma = ",";
                }
                out.append(']');
            }
            out.append('}');
        }
        return out.append(']').toString().getBytes(StandardCharsets.UTF_8);
    }

    /// Zipkin has no durations below a microsecond.
    private static long micros(SpanData span) {
        return Math.max(1, span.nanos() / 1_000);
    }

    private static StringBuilder member(StringBuilder out, String name, String value) {
        quote(out, name).append(':');
        return quote(out, value);
    }

    /// Headers are bytes; those above ASCII become the letters of Latin-1.
    private static StringBuilder quote(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append("\\u00").append(c < 0x10 ? '0' : '1');
                out.append(Character.forDigit(c & 0xf, 16));
            } else {
                out.append(c);
            }
        }
        return out.append('"');
    }

    /// A `ListOfSpans` in protobuf.
    ///
    /// @param service who tells
    public static byte[] proto(List<SpanData> spans, String service) {
        var all = new WireWriter(spans.size() * 1024);
        for (SpanData span : spans) {
            var out = new WireWriter(1024);
            out.bytes(
                    1,
                    span.traceHigh() == 0
                            ? id(span.traceLow())
                            : id(span.traceHigh(), span.traceLow()));
            if (span.parentId() != 0) {
                out.bytes(2, id(span.parentId()));
            }
            out.bytes(3, id(span.spanId()));
            out.number(4, span.kind() == Kind.CLIENT ? 1 : 2);
            out.text(5, span.name());
            out.fixed64(6, span.epochNanos() / 1_000);
            out.number(7, micros(span));
            out.message(8, new WireWriter().text(1, service));
            for (SpanData.Event event : span.events()) {
                out.message(
                        10,
                        new WireWriter()
                                .fixed64(1, event.epochNanos() / 1_000)
                                .text(2, event.name()));
            }
            for (SpanData.Tag tag : span.tags()) {
                if (!tag.value().isEmpty()) {
                    out.message(11, new WireWriter().text(1, tag.name()).text(2, tag.value()));
                }
            }
            if (span.isShared() && span.kind() == Kind.SERVER) {
                out.number(13, 1);
            }
            all.message(1, out);
        }
        return all.toBytes().toByteArray();
    }

    private static Bytes id(long... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Long.BYTES);
        for (long number : numbers) {
            bytes.putLong(number);
        }
        return Bytes.of(bytes.array());
    }
}
