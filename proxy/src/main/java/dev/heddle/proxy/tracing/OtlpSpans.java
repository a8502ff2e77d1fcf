package dev.heddle.proxy.tracing;

import dev.heddle.proxy.tracing.SpanData.Kind;
import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.WireWriter;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Writes spans down for collectors of OpenTelemetry (`opentelemetry/proto/trace/v1/trace.proto`).
public final class OtlpSpans {
    /// The call, as HTTP/2 names it.
    public static final String METHOD =
            "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

    /// Where collectors take spans over HTTP.
    public static final String PATH = "/v1/traces";

    private static final String UNNAMED = "unknown_service:envoy";
    private static final int SERVER = 2;
    private static final int CLIENT = 3;
    private static final int ERROR = 2;

    private OtlpSpans() {}

    /// What is known of the proxy that tells.
    ///
    /// @param service what the configuration calls it; empty for nothing
    public static Map<String, String> resource(
            String service, boolean readsEnvironment, LocalNode node) {
        Map<String, String> said = new LinkedHashMap<>();
        said.put("service.name", service.isEmpty() ? UNNAMED : service);
        said.put("telemetry.sdk.language", "java");
        said.put("telemetry.sdk.name", "heddle");
        if (readsEnvironment) {
            attributes(node.environment().getOrDefault("OTEL_RESOURCE_ATTRIBUTES", ""), said);
        }
        return Map.copyOf(said);
    }

    /// Pairs as in `deployment.environment=test,team=shop`; one that is none is left out.
    private static void attributes(String text, Map<String, String> into) {
        for (String pair : text.split(",", -1)) {
            int at = pair.indexOf('=');
            if (at > 0) {
                into.put(pair.substring(0, at).strip(), pair.substring(at + 1).strip());
            }
        }
    }

    /// An `ExportTraceServiceRequest`.
    public static byte[] request(List<SpanData> spans, Map<String, String> resource) {
        var about = new WireWriter();
        resource.forEach((name, value) -> about.message(1, attribute(name, value)));
        var scope = new WireWriter(spans.size() * 1024);
        scope.message(1, new WireWriter().text(1, "heddle"));
        for (SpanData span : spans) {
            scope.message(2, span(span));
        }
        return new WireWriter(spans.size() * 1024)
                .message(1, new WireWriter().message(1, about).message(2, scope))
                .toBytes()
                .toByteArray();
    }

    private static WireWriter span(SpanData span) {
        var out = new WireWriter(1024);
        out.bytes(1, id(span.traceHigh(), span.traceLow()));
        out.bytes(2, id(span.spanId()));
        if (!span.traceState().isEmpty()) {
            out.text(3, span.traceState());
        }
        if (span.parentId() != 0) {
            out.bytes(4, id(span.parentId()));
        }
        out.text(5, span.name());
        out.number(6, span.kind() == Kind.CLIENT ? CLIENT : SERVER);
        out.fixed64(7, span.epochNanos());
        out.fixed64(8, span.epochNanos() + span.nanos());
        for (SpanData.Tag tag : span.tags()) {
            out.message(9, attribute(tag.name(), tag.value()));
        }
        for (SpanData.Event event : span.events()) {
            out.message(11, new WireWriter().fixed64(1, event.epochNanos()).text(2, event.name()));
        }
        if (span.isError()) {
            out.message(15, new WireWriter().number(3, ERROR));
        }
        return out;
    }

    private static WireWriter attribute(String name, String value) {
        return new WireWriter().text(1, name).message(2, new WireWriter().text(1, value));
    }

    private static Bytes id(long... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Long.BYTES);
        for (long number : numbers) {
            bytes.putLong(number);
        }
        return Bytes.of(bytes.array());
    }
}
