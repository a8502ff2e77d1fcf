package dev.heddle.proxy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.DataPlanes.Plane;
import dev.heddle.proxy.SpanCollector.Taken;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The same requests to our proxy and to stock Envoy, which tell the same collectors: spans have
/// the same kinds, names, parents and tags, and upstreams are told the same of the trace.
///
/// This file is long because the table of requests belongs beside what is made of their spans.
@Timeout(120)
class TracesBesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.";
    private static final String TRACE = "463ac35c9f6413ad48485a3953bb6124";
    private static final String SPAN = "a2fb4a1d1a96d312";

    @TempDir Path directory;

    /// A listener that follows requests.
    ///
    /// @param direction of its traffic
    /// @param tracing fields of `tracing` but the provider, in flow style without braces
    /// @param provider name of it, a space, and its fields in flow style without braces
    /// @param more lines of the connection manager
    private record Setup(
            String name, String direction, String tracing, String provider, String more) {}

    private static final String ZIPKIN =
            "zipkin ZipkinConfig collector_cluster: collector, collector_endpoint: /api/v2/spans,"
                    + " collector_endpoint_version: HTTP_JSON, trace_id_128bit: true";

    private static final String OTEL =
            "opentelemetry OpenTelemetryConfig service_name: shop, http_service: {http_uri: {uri:"
                    + " 'http://otel.test/v1/traces', cluster: collector, timeout: 1s},"
                    + " request_headers_to_add: [{header: {key: x-token, value: secret}}]}";

    private static final String DATADOG =
            "datadog DatadogConfig service_name: shop, collector_cluster: collector,"
                    + " collector_hostname: agent.test";

    private static final List<Setup> SETUPS =
            List.of(
                    new Setup(
                            "zipkin-out",
                            "OUTBOUND",
                            "",
                            ZIPKIN + ", shared_span_context: false",
                            ""),
                    new Setup(
                            "zipkin-in",
                            "INBOUND",
                            "",
                            ZIPKIN + ", shared_span_context: false",
                            ""),
                    new Setup("zipkin-shared", "INBOUND", "", ZIPKIN, ""),
                    new Setup(
                            "zipkin-w3c",
                            "OUTBOUND",
                            "",
                            ZIPKIN
                                    + ", shared_span_context: false, trace_context_option:"
                                    + " USE_B3_WITH_W3C_PROPAGATION",
                            ""),
                    new Setup(
                            "zipkin-both",
                            "OUTBOUND",
                            "spawn_upstream_span: true",
                            ZIPKIN + ", shared_span_context: false",
                            ""),
                    new Setup(
                            "tags",
                            "OUTBOUND",
                            "max_path_tag_length: 8, custom_tags: [{tag: said, literal: {value:"
                                    + " v}}, {tag: header, request_header: {name: x-h}}, {tag: usual,"
                                    + " request_header: {name: x-none, default_value: none}}, {tag:"
                                    + " unset, request_header: {name: x-none}}]",
                            ZIPKIN,
                            ""),
                    new Setup("otel-out", "OUTBOUND", "", OTEL, ""),
                    new Setup("otel-in", "INBOUND", "", OTEL, ""),
                    new Setup("otel-both", "OUTBOUND", "spawn_upstream_span: true", OTEL, ""),
                    new Setup("datadog-out", "OUTBOUND", "", DATADOG, ""),
                    new Setup("datadog-in", "INBOUND", "", DATADOG, ""),
                    new Setup("datadog-both", "OUTBOUND", "spawn_upstream_span: true", DATADOG, ""),
                    new Setup(
                            "one-percent",
                            "OUTBOUND",
                            "random_sampling: {value: 1}",
                            ZIPKIN + ", shared_span_context: false",
                            ""),
                    new Setup(
                            "by-parent",
                            "OUTBOUND",
                            "random_sampling: {value: 0}",
                            OTEL,
                            "request_id_extension: {typed_config: {'@type': "
                                    + TYPE
                                    + "extensions.request_id.uuid.v3.UuidRequestIdConfig,"
                                    + " use_request_id_for_trace_sampling: false}}"));

    /// @param headers in one line each, with `~` for ends of lines
    private record Call(String setup, String path, String headers) {}

    private static final String B3 =
            "x-b3-traceid: "
                    + TRACE
                    + "~x-b3-spanid: "
                    + SPAN
                    + "~x-b3-parentspanid: 0020000000000001~x-b3-sampled: 1~";
    private static final String W3C =
            "traceparent: 00-" + TRACE + "-" + SPAN + "-01~tracestate: a=1~";
    private static final String NOT_SAMPLED = W3C.replace("-01~", "-00~");

    private static final String DATADOGS =
            "x-datadog-trace-id: "
                    + Long.toUnsignedString(Long.parseUnsignedLong(TRACE.substring(16), 16))
                    + "~x-datadog-parent-id: "
                    + Long.toUnsignedString(Long.parseUnsignedLong(SPAN, 16))
                    + "~x-datadog-sampling-priority: 1~x-datadog-tags: _dd.p.tid="
                    + TRACE.substring(0, 16)
                    + "~";

    private static List<Call> calls() {
        var calls = new ArrayList<Call>();
        for (String setup : List.of("zipkin-out", "zipkin-in", "zipkin-shared", "zipkin-both")) {
            calls.add(new Call(setup, "/new", ""));
            calls.add(new Call(setup, "/b3", B3));
            calls.add(new Call(setup, "/not", B3.replace("sampled: 1", "sampled: 0")));
            calls.add(new Call(setup, "/fail", ""));
        }
        calls.add(new Call("zipkin-out", "/decided", "x-b3-sampled: 0~"));
        calls.add(new Call("zipkin-out", "/reset", ""));
        calls.add(new Call("zipkin-out", "/dead", ""));
        calls.add(new Call("zipkin-out", "/named", ""));
        calls.add(new Call("zipkin-in", "/named", ""));
        calls.add(new Call("zipkin-in", "/new", "x-envoy-decorator-operation: said~"));
        calls.add(
                new Call(
                        "zipkin-in",
                        "/new",
                        "user-agent: me~x-envoy-internal: true~" + "x-client-trace-id: mine~"));
        calls.add(new Call("zipkin-w3c", "/new", ""));
        calls.add(new Call("zipkin-w3c", "/w3c", W3C));
        calls.add(new Call("zipkin-w3c", "/b3", B3));
        calls.add(new Call("tags", "/a/long/path?with=query", "x-h: here~"));
        for (String setup : List.of("otel-out", "otel-in", "otel-both")) {
            calls.add(new Call(setup, "/new", ""));
            calls.add(new Call(setup, "/w3c", W3C));
            calls.add(new Call(setup, "/not", NOT_SAMPLED));
            calls.add(new Call(setup, "/fail", ""));
            calls.add(new Call(setup, "/missing", ""));
            calls.add(new Call(setup, "/dead", ""));
        }
        calls.add(new Call("otel-out", "/grpc", "content-type: application/grpc~te: trailers~"));
        for (String setup : List.of("datadog-out", "datadog-in", "datadog-both")) {
            calls.add(new Call(setup, "/new", ""));
            calls.add(new Call(setup, "/datadog", DATADOGS));
            calls.add(new Call(setup, "/not", DATADOGS.replace("priority: 1", "priority: 0")));
            calls.add(new Call(setup, "/fail", ""));
            calls.add(new Call(setup, "/dead", ""));
        }
        calls.add(new Call("one-percent", "/new", ""));
        calls.add(new Call("one-percent", "/all", ""));
        calls.add(new Call("by-parent", "/new", ""));
        calls.add(new Call("by-parent", "/w3c", W3C));
        calls.add(new Call("by-parent", "/not", NOT_SAMPLED));
        return calls;
    }

    private static String listener(int port, Setup setup) {
        String[] provider = setup.provider().split(" ", 3);
        String tracing =
                ("tracing: {%s%sprovider: {name: envoy.tracers.%s, typed_config:"
                                + " {'@type': %sconfig.trace.v3.%s, %s}}}")
                        .formatted(
                                setup.tracing(),
                                setup.tracing().isEmpty() ? "" : ", ",
                                provider[0],
                                TYPE,
                                provider[1],
                                provider[2]);
        return Bootstraps.http(
                        port,
                        tracing + "\n" + setup.more(),
                        """
                        - match: {prefix: /dead}
                          route: {cluster: dead}
                        - match: {prefix: /named}
                          decorator: {operation: checkout}
                          route: {cluster: backend}
                        - match: {prefix: /all}
                          tracing: {random_sampling: {numerator: 100}}
                          route: {cluster: backend}
                        - match: {prefix: /}
                          route: {cluster: backend}
                        """)
                .replace(
                        "  - name: http\n",
                        "  - name: "
                                + setup.name()
                                + "\n    traffic_direction: "
                                + setup.direction()
                                + "\n");
    }

    private static String bootstrap(
            List<Integer> ports, int backend, int collector, int dead, boolean isEnvoy) {
        var listeners = new ArrayList<String>();
        for (int i = 0; i < SETUPS.size(); i++) {
            listeners.add(listener(ports.get(i), SETUPS.get(i)));
        }
        var clusters = new StringBuilder();
        Map.of("backend", backend, "collector", collector, "dead", dead)
                .forEach((name, port) ->
                        clusters.append(
                                ("- name: %s\n  type: STATIC\n  load_assignment: {cluster_name: %s,"
                                                + " endpoints: [{lb_endpoints: [%s]}]}\n")
                                        .formatted(name, name, Bootstraps.host(port, ""))));
        return "node: {id: web-1, cluster: web, locality: {zone: here}}\n"
                + (isEnvoy
                        ? "layered_runtime: {layers: [{name: s, static_layer: {tracing: {zipkin:"
                                + " {min_flush_spans: 1}, opentelemetry: {min_flush_spans: 1}}}}]}\n"
                        : "")
                + Bootstraps.of(listeners, clusters.toString());
    }

    /// What the upstream gets of the trace.
    private static String answer(String request) {
        var said = new TreeMap<String, String>();
        request.lines()
                .filter(it ->
                        it.matches(
                                "(?i)(x-b3-.*|x-datadog-.*|b3|traceparent|tracestate|x-request-id"
                                        + "|x-envoy-decorator.*): .*"))
                .forEach(it -> said.put(it.replaceAll(":.*", ""), it.replaceFirst("^[^:]*: ", "")));
        if (request.startsWith("GET /reset")) {
            return "";
        }
        String status =
                request.startsWith("GET /fail")
                        ? "503 No"
                        : request.startsWith("GET /missing") ? "404 No" : "200 OK";
        String body = said.toString();
        return "HTTP/1.1 "
                + status
                + "\r\ncontent-length: "
                + body.length()
                + (request.contains("/grpc") ? "\r\ngrpc-status: 7\r\ngrpc-message: no" : "")
                + "\r\n\r\n"
                + body;
    }

    private static String ask(int port, Call call, String id) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(5_000);
            String headers = call.headers().replace("~", "\r\n");
            socket.getOutputStream()
                    .write(
                            ("GET "
                                            + call.path()
                                            + " HTTP/1.1\r\nhost: a.test\r\nconnection: close\r\n"
                                            + "x-request-id: "
                                            + id
                                            + "\r\n"
                                            + headers
                                            + "\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    /// Ids by the order in which they are seen, and what differs from run to run left out.
    private static String told(String answer, List<Taken> spans, String request) {
        var names = new LinkedHashMap<String, String>();
        names.put(TRACE, "TRACE");
        names.put(SPAN, "SPAN");
        names.put("0020000000000001", "PARENT");
        for (Taken span : spans) {
            names.putIfAbsent(span.trace(), "trace" + names.size());
            names.putIfAbsent(span.id(), "span" + names.size());
        }
        // Datadog's headers have them in base 10, and of traces the lower half.
        new LinkedHashMap<>(names)
                .forEach((id, name) ->
                        names.putIfAbsent(
                                Long.toUnsignedString(
                                        Long.parseUnsignedLong(
                                                id.substring(Math.max(0, id.length() - 16)), 16)),
                                name));
        var text = new StringBuilder();
        text.append(answer.lines().findFirst().orElse("nothing")).append('\n');
        answer.lines()
                .filter(it -> it.startsWith("{") || it.contains("decorator"))
                .forEach(it -> text.append(it).append('\n'));
        for (Taken span : spans) {
            var tags = new TreeMap<>(span.tags());
            text.append(
                    "%s %s '%s' %s of %s in %s%s%s\n  %s\n"
                            .formatted(
                                    span.from(),
                                    span.kind(),
                                    span.name(),
                                    span.id(),
                                    span.parent().isEmpty() ? "-" : span.parent(),
                                    span.trace(),
                                    span.isShared() ? " shared" : "",
                                    " " + span.status(),
                                    tags));
        }
        String[] masked = {text.toString()};
        names.forEach((id, name) -> masked[0] = masked[0].replace(id, name));
        return masked[0]
                .replaceAll("127\\.0\\.0\\.1:\\d+", "127.0.0.1:PORT")
                .replaceAll("(?<![0-9a-zA-Z-])[0-9a-f]{32}(?![0-9a-f])", "newtrace")
                .replaceAll("(?<![0-9a-zA-Z])[0-9a-f]{16}(?![0-9a-f])", "newspan")
                // Of a new trace Envoy hands an empty one on, of which the answer tells.
                .replace(" tracestate=,", "")
                // What Datadog's library hands on of how it decided.
                .replaceAll(" tracestate=dd=[^,}]*,", "")
                .replaceAll("_dd\\.p\\.dm=-\\d,?", "")
                .replaceAll("(x-datadog-(?:trace|parent)-id)=\\d+", "$1=newid")
                .replaceAll("_dd\\.p\\.tid=[0-9a-f]{16}", "_dd.p.tid=HIGH")
                // Why there is no connection, which access logs tell.
                .replaceAll(" error\\.reason=[^,]*,", "")
                .replaceAll("response_size=\\d+", "response_size=SIZE")
                .replace(request.substring(request.length() - 12), "REQUEST");
    }

    @Test
    void spansAreTheSame() throws Exception {
        var collectors = new ArrayList<SpanCollector>();
        int dead = DataPlanes.nobody();
        try (var backend = new HttpEcho(TracesBesideEnvoyTest::answer);
                var planes =
                        DataPlanes.start(
                                directory,
                                SETUPS.size(),
                                ports -> {
                                    var collector = open(collectors);
                                    return bootstrap(
                                            ports,
                                            backend.port(),
                                            collector.port(),
                                            dead,
                                            collectors.size() > 1);
                                })) {
            Map<String, Map<Call, String>> told = planes.atOnce(plane -> all(plane, collectors));
            Map<Call, String> ours = requireNonNull(told.get("heddle"));
            Map<Call, String> theirs = requireNonNull(told.get("envoy"));
            assertThat(text(ours)).isEqualTo(text(theirs));
            assertThat(collectors.getFirst().requests())
                    .contains("POST /api/v2/spans collector application/json null")
                    .contains("POST /v1/traces otel.test application/x-protobuf secret")
                    .contains("POST /v0.4/traces agent.test application/msgpack null");
            assertThat(collectors.getLast().requests())
                    .contains("POST /v0.4/traces agent.test application/msgpack null");
        } finally {
            collectors.forEach(SpanCollector::close);
        }
    }

    private static String text(Map<Call, String> told) {
        var text = new StringBuilder();
        told.forEach((call, spans) -> text.append(call).append('\n').append(spans).append('\n'));
        return text.toString();
    }

    private static SpanCollector open(List<SpanCollector> all) {
        try {
            var collector = new SpanCollector();
            all.add(collector);
            return collector;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Map<Call, String> all(Plane plane, List<SpanCollector> collectors)
            throws IOException, InterruptedException {
        SpanCollector collector = collectors.get(plane.name().equals("heddle") ? 0 : 1);
        List<Call> calls = calls();
        var answers = new ArrayList<String>();
        for (int i = 0; i < calls.size(); i++) {
            int setup = SETUPS.stream().map(Setup::name).toList().indexOf(calls.get(i).setup());
            answers.add(ask(plane.ports().get(setup), calls.get(i), id(i)));
        }
        int expected = calls.stream().mapToInt(TracesBesideEnvoyTest::expected).sum();
        List<Taken> spans = new ArrayList<>(collector.take(expected));
        spans.addAll(collector.rest());
        var told = new LinkedHashMap<Call, String>();
        for (int i = 0; i < calls.size(); i++) {
            told.put(calls.get(i), told(answers.get(i), spans(spans, id(i)), id(i)));
        }
        return told;
    }

    /// The id of a request; its number, which decides, is that of all.
    private static String id(int request) {
        return "00000064-0000-4000-8000-%012x".formatted(0xabc00000 + request);
    }

    /// Those of a request, with what is below them.
    private static List<Taken> spans(List<Taken> all, String request) {
        String end = request.substring(request.length() - 12);
        var found = new ArrayList<Taken>();
        for (Taken span : all) {
            if (span.tags().getOrDefault("guid:x-request-id", "").endsWith(end)) {
                found.add(span);
                all.stream()
                        .filter(it ->
                                it.parent().equals(span.id()) && it.name().startsWith("router "))
                        .forEach(found::add);
            }
        }
        return found;
    }

    /// How many spans a call makes.
    private static int expected(Call call) {
        boolean isNone =
                call.path().equals("/not")
                        || call.path().equals("/decided")
                        || (call.setup().equals("one-percent") && !call.path().equals("/all"));
        boolean isTwo = call.setup().endsWith("-both");
        return isNone ? 0 : isTwo ? 2 : 1;
    }
}
