package dev.heddle.proxy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.DataPlanes.Plane;
import dev.heddle.proxy.SegmentCollector.Segment;
import dev.heddle.proxy.SegmentCollector.Walked;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The same requests to our proxy and to stock Envoy, which tell a SkyWalking of each: segments
/// have the same traces, parents, spans and tags, and upstreams are told the same.
@Timeout(120)
class SkyWalkingBesideEnvoyTest {
    private static final String TRACE = "d7a1.12.16034";
    private static final String SW8 =
            sw8("1", TRACE, "d7a1.12.16035", "3", "shop", "shop-1", "/buy", "web:80");

    @TempDir Path directory;

    /// @param sw8 header; empty for none
    private record Call(String listener, String path, String sw8) {}

    private static final List<String> LISTENERS = List.of("OUTBOUND", "INBOUND", "OUTBOUND-alone");

    private static final List<Call> CALLS =
            List.of(
                    new Call("OUTBOUND", "/new?a=1", ""),
                    new Call("OUTBOUND", "/named", ""),
                    new Call("INBOUND", "/named", ""),
                    new Call("OUTBOUND", "/sw8", SW8),
                    new Call("OUTBOUND", "/fail", ""),
                    new Call("OUTBOUND", "/again", SW8),
                    new Call("OUTBOUND", "/dead", ""),
                    new Call("OUTBOUND", "/nobody", ""),
                    new Call("INBOUND", "/new", ""),
                    new Call("INBOUND", "/sw8", SW8),
                    new Call("OUTBOUND-alone", "/new", ""),
                    new Call("OUTBOUND-alone", "/sw8", SW8));

    private static String sw8(String sampled, String trace, String segment, String... more) {
        var text = new StringBuilder(sampled);
        text.append('-').append(encoded(trace)).append('-').append(encoded(segment));
        text.append('-').append(more[0]);
        for (int i = 1; i < more.length; i++) {
            text.append('-').append(encoded(more[i]));
        }
        return text.toString();
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String listener(int port, String name) {
        String[] parts = name.split("-", 2);
        String tracing =
                """
                tracing:
                  spawn_upstream_span: %s
                  provider:
                    name: envoy.tracers.skywalking
                    typed_config:
                      '@type': type.googleapis.com/envoy.config.trace.v3.SkyWalkingConfig
                      grpc_service: {envoy_grpc: {cluster_name: collector, authority: oap.test}}
                      client_config: {backend_token: secret}
                """
                        .formatted(parts.length == 1);
        return Bootstraps.http(
                        port,
                        tracing,
                        """
                        - match: {prefix: /dead}
                          route: {cluster: dead}
                        - match: {prefix: /named}
                          decorator: {operation: checkout}
                          route: {cluster: backend}
                        - match: {prefix: /nobody}
                          route: {cluster: nobody}
                        - match: {prefix: /again}
                          route: {cluster: backend, retry_policy: {retry_on: 5xx, num_retries: 1}}
                        - match: {prefix: /}
                          route: {cluster: backend}
                        """)
                .replace(
                        "  - name: http\n",
                        "  - name: %s\n    traffic_direction: %s\n".formatted(name, parts[0]));
    }

    private static String bootstrap(List<Integer> ports, int backend, int collector, int dead) {
        var listeners = new ArrayList<String>();
        for (int i = 0; i < LISTENERS.size(); i++) {
            listeners.add(listener(ports.get(i), LISTENERS.get(i)));
        }
        return "node: {id: web-1, cluster: web, locality: {zone: here}}\n"
                + Bootstraps.of(
                        listeners,
                        cluster("backend", Bootstraps.host(backend, ""), "")
                                + cluster("dead", Bootstraps.host(dead, ""), "")
                                + cluster("nobody", "", "")
                                + cluster(
                                        "collector",
                                        Bootstraps.host(collector, ""),
                                        "  http2_protocol_options: {}\n"));
    }

    private static String cluster(String name, String host, String more) {
        return ("- name: %s\n  type: STATIC\n%s  load_assignment: {cluster_name: %s,"
                        + " endpoints: [%s]}\n")
                .formatted(
                        name, more, name, host.isEmpty() ? "" : "{lb_endpoints: [" + host + "]}");
    }

    /// The header that the upstream got, with its texts readable.
    private static String answer(String request) {
        String said =
                request.lines()
                        .filter(it -> it.startsWith("sw8: "))
                        .map(it -> decoded(it.substring(5)))
                        .findFirst()
                        .orElse("nothing");
        String status = request.matches("(?s)GET /(fail|again).*") ? "503 No" : "200 OK";
        return "HTTP/1.1 %s\r\ncontent-length: 0\r\nx-said: %s\r\n\r\n".formatted(status, said);
    }

    private static String decoded(String sw8) {
        String[] fields = sw8.split("-", -1);
        for (int i : new int[] {1, 2, 4, 5, 6, 7}) {
            fields[i] = new String(Base64.getDecoder().decode(fields[i]), StandardCharsets.UTF_8);
        }
        return String.join("|", fields);
    }

    private static String ask(int port, Call call, String id) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(5_000);
            List<String> lines = new ArrayList<>();
            lines.add("GET " + call.path() + " HTTP/1.1");
            lines.addAll(List.of("host: a.test", "connection: close", "x-request-id: " + id));
            if (!call.sw8().isEmpty()) {
                lines.add("sw8: " + call.sw8());
            }
            socket.getOutputStream()
                    .write(
                            (String.join("\r\n", lines) + "\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return answer.lines()
                    .filter(it -> it.startsWith("HTTP/") || it.startsWith("x-said"))
                    .collect(Collectors.joining(" "));
        }
    }

    @Test
    void segmentsAreTheSame() throws Exception {
        var collectors = new ArrayList<SegmentCollector>();
        int dead = DataPlanes.nobody();
        try (var backend = new HttpEcho(SkyWalkingBesideEnvoyTest::answer);
                var planes =
                        DataPlanes.start(
                                directory,
                                LISTENERS.size(),
                                ports ->
                                        bootstrap(
                                                ports,
                                                backend.port(),
                                                open(collectors).port(),
                                                dead))) {
            Map<String, String> told = planes.atOnce(plane -> all(plane, collectors));
            assertThat(requireNonNull(told.get("heddle")))
                    .isEqualTo(withoutQueries(requireNonNull(told.get("envoy"))));
            assertThat(collectors.getFirst().tokens()).contains("secret").doesNotContain("");
        } finally {
            collectors.forEach(SegmentCollector::close);
        }
    }

    /// Envoy calls endpoints by their queries, too, so that each is another one.
    private static String withoutQueries(String told) {
        assertThat(told).contains("'/new?a=1'", "|/new?a=1|");
        return told.replace("'/new?a=1'", "'/new'").replace("|/new?a=1|", "|/new|");
    }

    private static SegmentCollector open(List<SegmentCollector> all) {
        try {
            var collector = new SegmentCollector();
            all.add(collector);
            return collector;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String all(Plane plane, List<SegmentCollector> collectors)
            throws IOException, InterruptedException {
        var answers = new ArrayList<String>();
        for (int i = 0; i < CALLS.size(); i++) {
            int listener = LISTENERS.indexOf(CALLS.get(i).listener());
            answers.add(ask(plane.ports().get(listener), CALLS.get(i), id(i)));
        }
        List<Segment> segments =
                collectors.get(plane.name().equals("heddle") ? 0 : 1).take(CALLS.size());
        var text = new StringBuilder();
        for (int i = 0; i < CALLS.size(); i++) {
            text.append(CALLS.get(i).listener()).append(CALLS.get(i).path()).append('\n');
            text.append(told(answers.get(i), id(i), segments)).append('\n');
        }
        return text.toString();
    }

    private static String id(int request) {
        return "00000064-0000-4000-8000-%012x".formatted(0xabc00000 + request);
    }

    /// Ids by the order in which they are seen, and what differs from run to run left out.
    private static String told(String answer, String request, List<Segment> all) {
        List<Segment> segments =
                all.stream()
                        .filter(it ->
                                it.entry()
                                        .tags()
                                        .getOrDefault("guid:x-request-id", "")
                                        .endsWith(request.substring(24)))
                        .toList();
        var names = new LinkedHashMap<String, String>();
        var text = new StringBuilder(answer).append('\n');
        for (Segment segment : segments) {
            names.putIfAbsent(segment.trace(), "TRACE");
            names.putIfAbsent(segment.id(), "SEGMENT");
            text.append(
                    "%s %s of %s %s\n"
                            .formatted(
                                    segment.id(),
                                    segment.trace(),
                                    segment.service(),
                                    segment.instance()));
            segment.spans().forEach(span -> text.append(told(span)));
        }
        names.put(request.substring(24), "REQUEST");
        String[] masked = {text.toString()};
        names.forEach((id, name) -> masked[0] = masked[0].replace(id, name));
        return masked[0]
                .replaceAll("127\\.0\\.0\\.1:\\d+", "127.0.0.1:PORT")
                // Why there is no connection, which access logs tell.
                .replaceAll(" error\\.reason=[^,]*,", "")
                .replaceAll("response_size=\\d+", "response_size=SIZE");
    }

    private static String told(Walked span) {
        return "  %d of %d '%s' peer '%s' type %d layer %d component %d %s%s %s\n    %s\n"
                .formatted(
                        span.id(),
                        span.parent(),
                        span.name(),
                        span.peer(),
                        span.type(),
                        span.layer(),
                        span.component(),
                        span.isError() ? "error " : "",
                        span.isSkipped() ? "skipped" : "",
                        span.references(),
                        span.tags());
    }
}
