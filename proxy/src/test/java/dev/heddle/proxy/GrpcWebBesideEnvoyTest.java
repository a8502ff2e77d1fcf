package dev.heddle.proxy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.xds.grpc.RawMessages;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A browser's calls to a server of grpc-java, through our proxy and through stock Envoy: to the
/// client the answers are byte for byte the same, and to the server the calls.
@Timeout(60)
class GrpcWebBesideEnvoyTest {
    private static final String HTTP = "type.googleapis.com/envoy.extensions.filters.http";

    private static final String MANAGER =
            "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3"
                    + ".HttpConnectionManager";

    private static final String OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    private static final Set<String> UNEQUAL =
            Set.of("date", "connection", "x-envoy-upstream-service-time");

    /// Each of the two is called at its own.
    private static final Pattern PORT = Pattern.compile("(?<=127\\.0\\.0\\.1):\\d+");

    @TempDir Path directory;

    private int calls;

    /// Names a call to the server, which may hear of a refused one when the next is under way.
    private static final String CALL = "x-call";

    /// What the server was told, by call.
    private final Map<String, List<String>> heard = new ConcurrentHashMap<>();

    /// A call.
    ///
    /// @param body one character a byte
    private record Call(String path, String type, String accept, String body) {}

    private final class Listening implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            List<String> lines =
                    heard.computeIfAbsent(
                            String.valueOf(text(headers, CALL)), _ -> new CopyOnWriteArrayList<>());
            for (String name :
                    List.of("te", "content-type", "grpc-accept-encoding", "x-grpc-web")) {
                lines.add(name + ": " + text(headers, name));
            }
            return next.startCall(call, headers);
        }

        private static @Nullable String text(Metadata headers, String name) {
            return headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
        }
    }

    private static MethodDescriptor<byte[], byte[]> method(String name, MethodType type) {
        return MethodDescriptor.newBuilder(new RawMessages(), new RawMessages())
                .setType(type)
                .setFullMethodName("echo.Echo/" + name)
                .build();
    }

    private Server server() throws IOException {
        return NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .intercept(new Listening())
                .addService(
                        ServerServiceDefinition.builder("echo.Echo")
                                .addMethod(
                                        method("one", MethodType.UNARY),
                                        ServerCalls.asyncUnaryCall(GrpcWebBesideEnvoyTest::one))
                                .addMethod(
                                        method("many", MethodType.SERVER_STREAMING),
                                        ServerCalls.asyncServerStreamingCall(
                                                GrpcWebBesideEnvoyTest::many))
                                .build())
                .build()
                .start();
    }

    private static void one(byte[] question, StreamObserver<byte[]> answer) {
        if (question.length == 0) {
            var trailers = new Metadata();
            trailers.put(Metadata.Key.of("x-detail", Metadata.ASCII_STRING_MARSHALLER), "nothing");
            answer.onError(
                    Status.NOT_FOUND
                            .withDescription("no question: 100 %")
                            .asRuntimeException(trailers));
            return;
        }
        answer.onNext(question);
        answer.onCompleted();
    }

    private static void many(byte[] question, StreamObserver<byte[]> answer) {
        for (int i = 0; i < 20; i++) {
            answer.onNext(new byte[i * 100]);
        }
        answer.onNext(question);
        answer.onCompleted();
    }

    private static String cluster(String name, int port, String more) {
        return """
          - name: %s
            type: STATIC
            connect_timeout: 1s
            load_assignment: {cluster_name: %s, endpoints: [{lb_endpoints: [{endpoint: {address: \
        {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}
        %s\
        """
                .formatted(name, name, port, more);
    }

    private static String bootstrap(int port, int grpc, int plain, int nobody) {
        String http2 =
                "    typed_extension_protocol_options: {%s: {'@type': type.googleapis.com/%s, explicit_http_config: {http2_protocol_options: {}}}}\n"
                        .formatted(OPTIONS, OPTIONS);
        return """
        static_resources:
          listeners:
          - name: l
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            filter_chains:
            - filters:
              - name: h
                typed_config:
                  '@type': %s
                  stat_prefix: s
                  route_config:
                    virtual_hosts:
                    - name: v
                      domains: ['*']
                      routes:
                      - {match: {prefix: /plain}, route: {cluster: plain}}
                      - {match: {prefix: /nobody}, route: {cluster: nobody}}
                      - {match: {prefix: /echo}, route: {cluster: grpc}}
                  http_filters:
                  - {name: g, typed_config: {'@type': %s.grpc_web.v3.GrpcWeb}}
                  - {name: r, typed_config: {'@type': %s.router.v3.Router}}
          clusters:
        """
                        .formatted(port, MANAGER, HTTP, HTTP)
                + cluster("grpc", grpc, http2)
                + cluster("plain", plain, "")
                + cluster("nobody", nobody, http2);
    }

    private static String message(int length) {
        var out = new StringBuilder("\0\0\0");
        out.append((char) (length >> 8)).append((char) (length & 0xff));
        for (int i = 0; i < length; i++) {
            out.append((char) (i & 0xff));
        }
        return out.toString();
    }

    private static String text(String bytes) {
        return Base64.getEncoder().encodeToString(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static Map<String, Call> calls() {
        String binary = "application/grpc-web+proto";
        String text = "application/grpc-web-text";
        var calls = new LinkedHashMap<String, Call>();
        calls.put("binary", new Call("/echo.Echo/one", binary, binary, message(300)));
        calls.put(
                "binary, bare type",
                new Call("/echo.Echo/one", "application/grpc-web", "*/*", message(3)));
        calls.put("text", new Call("/echo.Echo/one", text, text, text(message(301))));
        calls.put(
                "text with +proto",
                new Call("/echo.Echo/one", text + "+proto", text + "+proto", text(message(5))));
        calls.put(
                "text asks, binary answers",
                new Call("/echo.Echo/one", text, "*/*", text(message(7))));
        calls.put(
                "binary asks, text answers", new Call("/echo.Echo/one", binary, text, message(7)));
        calls.put("a stream", new Call("/echo.Echo/many", binary, binary, message(8)));
        calls.put("a stream as text", new Call("/echo.Echo/many", text, text, text(message(9))));
        calls.put("an error", new Call("/echo.Echo/one", binary, binary, message(0)));
        calls.put("an error as text", new Call("/echo.Echo/one", text, text, text(message(0))));
        calls.put("no such method", new Call("/echo.Echo/none", binary, binary, message(1)));
        calls.put("no route", new Call("/elsewhere", text, text, text(message(1))));
        calls.put("nobody there", new Call("/nobody", binary, binary, message(1)));
        calls.put(
                "no gRPC behind it",
                new Call("/plain/a b".replace(" ", "%20"), binary, binary, message(1)));
        calls.put("no gRPC-Web at all", new Call("/plain/x", "text/plain", "*/*", message(1)));
        calls.put(
                "gRPC-Web of another kind",
                new Call("/plain/x", "application/grpc-web+json", "*/*", message(1)));
        // The server may hear of these late, so they come last.
        calls.put("not base64", new Call("/echo.Echo/one", text, text, "%%%%"));
        calls.put("half of base64", new Call("/echo.Echo/one", text, text, "AAAAA"));
        return calls;
    }

    @Test
    void aBrowserAndTheServerSeeTheSameThroughBoth() throws Exception {
        Server server = server();
        try (var plain = new Backend("plain");
                HttpClient client =
                        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
                var planes =
                        DataPlanes.start(
                                directory,
                                1,
                                ports ->
                                        bootstrap(
                                                ports.getFirst(),
                                                server.getPort(),
                                                plain.port(),
                                                1))) {
            var outcomes = new LinkedHashMap<String, Map<String, List<String>>>();
            for (DataPlanes.Plane plane : planes.all()) {
                var of = new LinkedHashMap<String, List<String>>();
                for (Map.Entry<String, Call> call : calls().entrySet()) {
                    of.put(call.getKey(), outcome(client, plane, call.getValue()));
                }
                outcomes.put(plane.name(), of);
            }
            Map<String, List<String>> ours = requireNonNull(outcomes.get("heddle"));
            requireNonNull(outcomes.get("envoy"))
                    .forEach((call, lines) -> assertThat(ours.get(call)).as(call).isEqualTo(lines));
            assertThat(requireNonNull(ours.get("binary")).getLast()).contains("grpc-status:0\r\n");
            assertThat(ours.get("nobody there")).contains("grpc-status: [14]");
        } finally {
            server.shutdownNow();
        }
    }

    private List<String> outcome(HttpClient client, DataPlanes.Plane plane, Call call)
            throws Exception {
        String id = plane.name() + " " + calls++;
        var uri = URI.create("http://127.0.0.1:" + plane.ports().getFirst() + call.path());
        HttpResponse<byte[]> answer =
                client.send(
                        HttpRequest.newBuilder(uri)
                                .header("content-type", call.type())
                                .header("accept", call.accept())
                                .header("x-grpc-web", "1")
                                .header(CALL, id)
                                .POST(
                                        BodyPublishers.ofString(
                                                call.body(), StandardCharsets.ISO_8859_1))
                                .build(),
                        BodyHandlers.ofByteArray());
        // What is refused may have been begun, or not.
        var lines =
                new ArrayList<String>(
                        answer.statusCode() == 400 ? List.of() : heard.getOrDefault(id, List.of()));
        lines.add(Integer.toString(answer.statusCode()));
        new TreeMap<>(answer.headers().map())
                .forEach((name, values) -> {
                    // Whether the connection goes on depends on how much of the request was there.
                    if (!UNEQUAL.contains(name)) {
                        lines.add(name + ": " + PORT.matcher(values.toString()).replaceAll(""));
                    }
                });
        var body = new String(answer.body(), StandardCharsets.ISO_8859_1);
        lines.add(PORT.matcher(body).replaceAll(""));
        return lines;
    }
}
