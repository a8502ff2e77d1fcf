package dev.heddle.proxy.tracing;

import dev.heddle.proxy.export.GrpcFrames;
import dev.heddle.xds.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;

/// Writes spans down for SkyWalking (`language-agent/Tracing.proto` of its data collect protocol,
/// version 3), with the names that Envoy's tracer gives them: a request is a segment, in which the
/// request itself is the entry, and each attempt an exit.
public final class SkyWalkingSpans {
    /// The call, as HTTP/2 names it.
    public static final String METHOD = "/skywalking.v3.TraceSegmentReportService/collect";

    /// A tag that SkyWalking has a field for.
    private static final String PEER = "peer.address";

    private static final int NO_PARENT = -1;
    private static final int ENTRY = 0;
    private static final int EXIT = 1;
    private static final int HTTP_LAYER = 3;

    /// Envoy, as SkyWalking numbers what it knows (`component-libraries.yml`).
    private static final int COMPONENT = 9_000;

    private SkyWalkingSpans() {}

    /// The id of a request's segment.
    ///
    /// @param traceLow of the numbers that were drawn for the request
    /// @param spanId of the request
    static String segment(long traceLow, long spanId) {
        return Hex.text(traceLow) + Hex.text(spanId);
    }

    /// The messages of a call, each a segment, in gRPC's frames.
    ///
    /// @param requests the spans of each, itself the last
    public static byte[] frames(List<List<SpanData>> requests, String service, String instance) {
        var messages = new ArrayList<byte[]>(requests.size());
        for (List<SpanData> request : requests) {
            messages.add(segment(request, service, instance).toBytes().toByteArray());
        }
        return GrpcFrames.frames(messages);
    }

    private static WireWriter segment(List<SpanData> request, String service, String instance) {
        SpanData entry = request.getLast();
        Sw8 caller = entry.caller();
        var out = new WireWriter(request.size() * 1024);
        out.text(
                1,
                caller == null ? Hex.trace(entry.traceHigh(), entry.traceLow()) : caller.trace());
        out.text(2, segment(entry.traceLow(), entry.spanId()));
        out.message(3, span(entry, entry.name(), 0));
        for (int i = 0; i < request.size() - 1; i++) {
            out.message(3, span(request.get(i), entry.name(), i + 1));
        }
        return out.text(4, service).text(5, instance);
    }

    /// @param endpoint how the request is called, as which all of its spans are
    /// @param number within its segment, 0 for the request itself
    private static WireWriter span(SpanData span, String endpoint, int number) {
        boolean isEntry = number == 0;
        var out = new WireWriter(1024);
        out.number(1, number);
        out.number(2, isEntry ? NO_PARENT : 0);
        out.number(3, span.epochNanos() / 1_000_000);
        out.number(4, (span.epochNanos() + span.nanos()) / 1_000_000);
        Sw8 caller = span.caller();
        if (caller != null && isEntry) {
            out.message(5, reference(caller));
        }
        out.text(6, endpoint).text(7, tag(span, PEER));
        out.number(8, isEntry ? ENTRY : EXIT);
        out.number(9, HTTP_LAYER);
        out.number(10, COMPONENT);
        if (!tag(span, "error").isEmpty()) {
            out.number(11, 1);
        }
        for (SpanData.Tag tag : span.tags()) {
            if (tag.name().equals(PEER)) {
                continue;
            }
            out.message(12, new WireWriter().text(1, name(tag.name())).text(2, tag.value()));
        }
        for (SpanData.Event event : span.events()) {
            out.message(
                    13,
                    new WireWriter()
                            .number(1, event.epochNanos() / 1_000_000)
                            .message(2, new WireWriter().text(2, event.name())));
        }
        return out;
    }

    private static WireWriter reference(Sw8 caller) {
        return new WireWriter()
                .text(2, caller.trace())
                .text(3, caller.segment())
                .number(4, caller.span())
                .text(5, caller.service())
                .text(6, caller.instance())
                .text(7, caller.endpoint())
                .text(8, caller.address());
    }

    private static String tag(SpanData span, String name) {
        return span.tags().stream()
                .filter(it -> it.name().equals(name))
                .map(SpanData.Tag::value)
                .findFirst()
                .orElse("");
    }

    /// SkyWalking has two words of its own.
    private static String name(String tag) {
        return switch (tag) {
            case "http.url" -> "url";
            case "http.status_code" -> "status_code";
            default -> tag;
        };
    }
}
