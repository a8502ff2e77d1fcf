package dev.heddle.e2e.traces;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// A collector of OpenTelemetry, with its own messages and its own gRPC.
final class OtlpCollector extends TraceServiceGrpc.TraceServiceImplBase implements AutoCloseable {
    private final List<Told> spans = new CopyOnWriteArrayList<>();
    private final Server server;

    OtlpCollector() throws IOException {
        server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .addService(this)
                        .build()
                        .start();
    }

    int port() {
        return server.getPort();
    }

    @Override
    public void export(
            ExportTraceServiceRequest request, StreamObserver<ExportTraceServiceResponse> answer) {
        for (ResourceSpans from : request.getResourceSpansList()) {
            String service =
                    tags(from.getResource().getAttributesList()).getOrDefault("service.name", "");
            from.getScopeSpansList()
                    .forEach(scope ->
                            scope.getSpansList().forEach(span -> spans.add(told(span, service))));
        }
        answer.onNext(ExportTraceServiceResponse.getDefaultInstance());
        answer.onCompleted();
    }

    private static Told told(Span span, String service) {
        return new Told(
                HexFormat.of().formatHex(span.getTraceId().toByteArray()),
                HexFormat.of().formatHex(span.getSpanId().toByteArray()),
                HexFormat.of().formatHex(span.getParentSpanId().toByteArray()),
                span.getKind().name().replace("SPAN_KIND_", ""),
                service,
                tags(span.getAttributesList()));
    }

    private static Map<String, String> tags(List<KeyValue> attributes) {
        Map<String, String> tags = new TreeMap<>();
        attributes.forEach(it -> tags.put(it.getKey(), it.getValue().getStringValue()));
        return tags;
    }

    /// The spans of a trace.
    List<Told> trace(String id) {
        return spans.stream().filter(it -> it.trace().equals(id)).toList();
    }

    /// The spans of all traces, each for itself.
    List<List<Told>> traces() {
        return spans.stream().map(Told::trace).distinct().map(this::trace).toList();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
