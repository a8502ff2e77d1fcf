package dev.heddle.proxy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Takes spans as Zipkin does (JSON), and as a collector of OpenTelemetry does over HTTP.
final class SpanCollector implements AutoCloseable {
    /// A span as both have it.
    ///
    /// @param parent empty for none
    /// @param micros how long it took
    record Taken(
            String from,
            String trace,
            String id,
            String parent,
            String kind,
            String name,
            boolean isShared,
            String status,
            long micros,
            Map<String, String> tags,
            Map<String, String> resource) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final BlockingQueue<Taken> arriving = new LinkedBlockingQueue<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    SpanCollector() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext(
                "/",
                exchange -> {
                    try (exchange) {
                        byte[] body = exchange.getRequestBody().readAllBytes();
                        requests.add(
                                exchange.getRequestMethod()
                                        + " "
                                        + exchange.getRequestURI()
                                        + " "
                                        + exchange.getRequestHeaders().getFirst("host")
                                        + " "
                                        + exchange.getRequestHeaders().getFirst("content-type")
                                        + " "
                                        + exchange.getRequestHeaders().getFirst("x-token"));
                        if (exchange.getRequestURI().getPath().equals("/v1/traces")) {
                            otlp(body);
                        } else {
                            zipkin(new String(body, StandardCharsets.UTF_8));
                        }
                        exchange.sendResponseHeaders(202, -1);
                    }
                });
        server.start();
    }

    private void otlp(byte[] body) throws IOException {
        for (ResourceSpans from :
                ExportTraceServiceRequest.parseFrom(body).getResourceSpansList()) {
            Map<String, String> resource = tags(from.getResource().getAttributesList());
            from.getScopeSpansList()
                    .forEach(scope ->
                            scope.getSpansList()
                                    .forEach(span -> arriving.add(taken(span, resource))));
        }
    }

    private static Taken taken(Span span, Map<String, String> resource) {
        return new Taken(
                resource.getOrDefault("service.name", ""),
                hex(span.getTraceId().toByteArray()),
                hex(span.getSpanId().toByteArray()),
                hex(span.getParentSpanId().toByteArray()),
                span.getKind().name().replace("SPAN_KIND_", ""),
                span.getName(),
                false,
                span.getStatus().getCode().name() + span.getTraceState(),
                (span.getEndTimeUnixNano() - span.getStartTimeUnixNano()) / 1_000,
                tags(span.getAttributesList()),
                resource);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static Map<String, String> tags(List<KeyValue> attributes) {
        Map<String, String> tags = new TreeMap<>();
        attributes.forEach(it -> tags.put(it.getKey(), it.getValue().getStringValue()));
        return tags;
    }

    private void zipkin(String body) {
        JsonParser.parseString(body)
                .getAsJsonArray()
                .forEach(it -> {
                    JsonObject span = it.getAsJsonObject();
                    Map<String, String> tags = new TreeMap<>();
                    span.getAsJsonObject("tags")
                            .entrySet()
                            .forEach(tag -> tags.put(tag.getKey(), tag.getValue().getAsString()));
                    arriving.add(
                            new Taken(
                                    span.getAsJsonObject("localEndpoint")
                                            .get("serviceName")
                                            .getAsString(),
                                    span.get("traceId").getAsString(),
                                    span.get("id").getAsString(),
                                    span.has("parentId") ? span.get("parentId").getAsString() : "",
                                    span.get("kind").getAsString(),
                                    span.get("name").getAsString(),
                                    span.has("shared") && span.get("shared").getAsBoolean(),
                                    "",
                                    span.has("duration") ? span.get("duration").getAsLong() : -1,
                                    tags,
                                    Map.of()));
                });
    }

    int port() {
        return server.getAddress().getPort();
    }

    /// So many, or those that came until nothing came for ten seconds.
    List<Taken> take(int count) throws InterruptedException {
        var taken = new ArrayList<Taken>();
        while (taken.size() < count) {
            Taken next = arriving.poll(10, TimeUnit.SECONDS);
            if (next == null) {
                return taken;
            }
            taken.add(next);
        }
        return taken;
    }

    /// Those that have come and were not taken.
    List<Taken> rest() {
        var rest = new ArrayList<Taken>();
        arriving.drainTo(rest);
        return rest;
    }

    /// What came so far, without bodies.
    List<String> requests() {
        return List.copyOf(requests);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
