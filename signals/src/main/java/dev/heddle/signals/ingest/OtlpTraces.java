package dev.heddle.signals.ingest;

import dev.heddle.signals.intake.Intake;
import dev.heddle.signals.intake.Kind;
import dev.heddle.signals.intake.Reason;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.xds.server.Caller;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// OTLP's traces: spans of proxies, and of applications that send theirs here.
public final class OtlpTraces extends TraceServiceGrpc.TraceServiceImplBase {
    private static final String NO_SPAN =
            "a span without trace_id of 16 bytes and span_id of 8, or that ends before it begins";

    /// What may hold a query, which may hold what is nobody's business.
    private static final Set<String> URLS = Set.of("http.url", "url.full", "http.target", "path");

    private static final String QUERY = "url.query";

    private final Intake intake;
    private final Optional<Forwarder> forwarder;

    /// @param forwarder gets what was taken, too
    public OtlpTraces(Intake intake, Optional<Forwarder> forwarder) {
        this.intake = intake;
        this.forwarder = forwarder;
    }

    @Override
    public void export(
            ExportTraceServiceRequest request, StreamObserver<ExportTraceServiceResponse> answers) {
        var export = new Export(intake, Kind.SPAN);
        for (ResourceSpans resource : request.getResourceSpansList()) {
            var sender = OtlpSender.of(resource.getResource(), Caller.current());
            if (sender.sender().isEmpty()) {
                export.refuse(sender.refusal());
                break;
            }
            String service = sender.attributes().first("service.name");
            resource.getScopeSpansList().stream()
                    .flatMap(scope -> scope.getSpansList().stream())
                    .forEach(span ->
                            read(span, service, sender.sender().get())
                                    .ifPresentOrElse(
                                            export::keep,
                                            () -> export.reject(Reason.INVALID, 1, NO_SPAN)));
        }
        if (export.answer(answers, OtlpTraces::answer)) {
            forwarder.ifPresent(it -> it.pass(new Passed.Traces(request)));
        }
    }

    private static ExportTraceServiceResponse answer(long rejected, String why) {
        var answer = ExportTraceServiceResponse.newBuilder();
        if (rejected > 0) {
            answer.setPartialSuccess(
                    ExportTracePartialSuccess.newBuilder()
                            .setRejectedSpans(rejected)
                            .setErrorMessage(why));
        }
        return answer.build();
    }

    private static Optional<dev.heddle.signals.record.Span> read(
            Span span, String service, Sender sender) {
        String trace = Texts.hex(span.getTraceId(), 16);
        String id = Texts.hex(span.getSpanId(), 8);
        long begin = span.getStartTimeUnixNano();
        long end = span.getEndTimeUnixNano();
        if (trace.isEmpty() || id.isEmpty() || begin <= 0 || end < begin) {
            return Optional.empty();
        }
        Attributes attributes = Attributes.of(span.getAttributesList());
        String node = sender.node().isEmpty() ? attributes.first("node_id") : sender.node();
        return Optional.of(
                new dev.heddle.signals.record.Span(
                        trace,
                        id,
                        Texts.hex(span.getParentSpanId(), 8),
                        Texts.cut(RequestLog.Request.withoutQuery(span.getName())),
                        kind(span.getKind()),
                        begin / 1_000,
                        (end - begin) / 1_000,
                        span.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR,
                        Texts.cut(span.getStatus().getMessage()),
                        service(service, attributes),
                        node,
                        namespace(node, sender),
                        withoutQueries(attributes.texts())));
    }

    /// A proxy that has no name for itself says in tags what it is the proxy of.
    private static String service(String said, Attributes attributes) {
        String name = attributes.first("istio.canonical_service");
        String namespace = attributes.first("istio.namespace");
        boolean isNamed = !said.isEmpty() && !said.startsWith("unknown_service");
        return isNamed || name.isEmpty() || namespace.isEmpty() ? said : name + "." + namespace;
    }

    /// Of a node that has proved nothing, its id may say it.
    private static String namespace(String node, Sender sender) {
        if (!sender.own().namespace().isEmpty()) {
            return sender.own().namespace();
        }
        String[] parts = node.split("~", -1);
        return parts.length == 4 ? parts[2].substring(parts[2].lastIndexOf('.') + 1) : "";
    }

    private static Map<String, String> withoutQueries(Map<String, String> attributes) {
        var all = new HashMap<String, String>();
        attributes.forEach((name, text) -> {
            if (!name.equals(QUERY)) {
                all.put(name, URLS.contains(name) ? RequestLog.Request.withoutQuery(text) : text);
            }
        });
        return all;
    }

    private static String kind(Span.SpanKind kind) {
        return kind == Span.SpanKind.UNRECOGNIZED
                ? "unspecified"
                : kind.name().substring("SPAN_KIND_".length()).toLowerCase(Locale.ROOT);
    }
}
