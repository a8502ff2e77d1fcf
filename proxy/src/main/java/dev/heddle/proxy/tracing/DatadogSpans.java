package dev.heddle.proxy.tracing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Writes spans down for an agent of Datadog (its trace API, version 0.4), with the names that
/// Envoy's tracer gives them.
public final class DatadogSpans {
    /// Where agents take them.
    public static final String PATH = "/v0.4/traces";

    private static final String NAME = "envoy.proxy";
    private static final String RESOURCE = "resource.name";
    private static final String ERROR = "error";

    /// The priority of what is kept (`AUTO_KEEP`), which agents look for in a trace's first span.
    private static final double KEPT = 1;

    private DatadogSpans() {}

    /// A list of traces, each a list of spans.
    ///
    /// @param service who tells
    public static byte[] request(List<SpanData> spans, String service) {
        var traces = new LinkedHashMap<Long, List<SpanData>>();
        for (SpanData span : spans) {
            traces.computeIfAbsent(span.traceLow(), _ -> new ArrayList<>(2)).add(span);
        }
        var out = new MessagePack(spans.size() * 1024).list(traces.size());
        for (List<SpanData> trace : traces.values()) {
            out.list(trace.size());
            boolean isFirst = true;
            for (SpanData span : trace) {
                write(span, service, isFirst, out);
                isFirst = false;
            }
        }
        return out.toBytes();
    }

    private static void write(SpanData span, String service, boolean isFirst, MessagePack out) {
        Map<String, String> meta = LinkedHashMap.newLinkedHashMap(span.tags().size() + 1);
        String resource = span.name();
        boolean isError = false;
        for (SpanData.Tag tag : span.tags()) {
            switch (tag.name()) {
                case RESOURCE -> resource = tag.value();
                case ERROR -> isError = tag.value().equals("true");
                default -> meta.put(tag.name(), tag.value());
            }
        }
        if (isFirst && span.traceHigh() != 0) {
            meta.put("_dd.p.tid", Hex.text(span.traceHigh()));
        }
        out.map(isFirst ? 12 : 11);
        out.text("service").text(service);
        out.text("name").text(NAME);
        out.text("resource").text(resource);
        out.text("type").text("web");
        out.text("trace_id").unsigned(span.traceLow());
        out.text("span_id").unsigned(span.spanId());
        out.text("parent_id").unsigned(span.parentId());
        out.text("start").unsigned(span.epochNanos());
        out.text("duration").unsigned(Math.max(1, span.nanos()));
        out.text("error").unsigned(isError ? 1 : 0);
        out.text("meta").map(meta.size());
        meta.forEach((name, value) -> out.text(name).text(value));
        if (isFirst) {
            out.text("metrics").map(1).text("_sampling_priority_v1").number(KEPT);
        }
    }
}
