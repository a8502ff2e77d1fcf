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

/// Takes spans as Zipkin does (JSON), as a collector of OpenTelemetry does over HTTP, and as an
/// agent of Datadog does.
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
                        switch (exchange.getRequestURI().getPath()) {
                            case "/v1/traces" -> otlp(body);
                            case "/v0.4/traces" -> datadog(body);
                            case "/api/v2/spans" ->
                                    zipkin(new String(body, StandardCharsets.UTF_8));
                            default -> {} // What libraries tell of themselves.
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

    private void datadog(byte[] body) {
        for (Object trace : (List<?>) new MessagePackReader(body).value()) {
            List<Map<?, ?>> spans =
                    ((List<?>) trace).stream().<Map<?, ?>>map(Map.class::cast).toList();
            if (spans.stream().anyMatch(SpanCollector::isDropped)) {
                continue;
            }
            String high =
                    spans.stream()
                            .map(it -> texts(it).getOrDefault("_dd.p.tid", ""))
                            .filter(it -> !it.isEmpty())
                            .findFirst()
                            .orElse("");
            spans.forEach(span -> arriving.add(taken(span, high)));
        }
    }

    /// Whether its agent is not to keep it: Envoy tells of what is not sampled, too.
    private static boolean isDropped(Map<?, ?> span) {
        return span.get("metrics") instanceof Map<?, ?> metrics
                && metrics.get("_sampling_priority_v1") instanceof Number priority
                && priority.doubleValue() <= 0;
    }

    private static Map<String, String> texts(Map<?, ?> span) {
        Map<String, String> texts = new TreeMap<>();
        if (span.get("meta") instanceof Map<?, ?> meta) {
            meta.forEach((name, value) -> texts.put(String.valueOf(name), String.valueOf(value)));
        }
        return texts;
    }

    private static Taken taken(Map<?, ?> span, String high) {
        Map<String, String> tags = texts(span);
        // What a library says of itself, and of how it decided.
        tags.keySet()
                .removeIf(it ->
                        it.matches("_dd\\..*|language|version|runtime-id|error\\.(message|type)"));
        long parent = number(span, "parent_id");
        return new Taken(
                String.valueOf(span.get("service")),
                high + hex(number(span, "trace_id")),
                hex(number(span, "span_id")),
                parent == 0 ? "" : hex(parent),
                span.get("name") + "/" + span.get("type"),
                String.valueOf(span.get("resource")),
                false,
                "error " + number(span, "error"),
                number(span, "duration") / 1_000,
                tags,
                Map.of());
    }

    private static long number(Map<?, ?> span, String name) {
        return span.get(name) instanceof Long number ? number : -1;
    }

    private static String hex(long id) {
        return HexFormat.of().toHexDigits(id);
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
