package dev.heddle.proxy.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.heddle.proxy.config.HttpConnectionManagerConfig;
import dev.heddle.proxy.config.HttpFilters;
import dev.heddle.proxy.filter.FilterSpec;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.http.Http2Options;
import dev.heddle.proxy.http2.FrameText;
import dev.heddle.proxy.sim.SimPeer;
import dev.heddle.proxy.sim.SimProxy;
import dev.heddle.proxy.sim.SimUpstream;
import dev.heddle.proxy.upstream.UpstreamProtocol;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.WireWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// JSON for services of gRPC, in pieces of every size.
@SuppressWarnings("StringConcatToTextBlock") // bytes on a wire, where CRLF is to be seen
class TranscoderTest {
    private static final int SERVICES = 2;
    private static final int DESCRIPTORS = 4;
    private static final int VALIDATION = 11;
    private static final int MOST_REQUEST = 15;
    private static final int MOST_RESPONSE = 16;

    private static WireWriter config() {
        return new WireWriter().text(SERVICES, "shop.Shop").bytes(DESCRIPTORS, descriptors());
    }

    private static Bytes descriptors() {
        try (InputStream in =
                TranscoderTest.class.getResourceAsStream("/dev/heddle/proxy/transcoder/shop.pb")) {
            return Bytes.of(Objects.requireNonNull(in).readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HttpFilterType<?> type() {
        return HttpFilters.ALL.stream()
                .filter(it -> it.typeUrl().endsWith(".GrpcJsonTranscoder"))
                .findFirst()
                .orElseThrow();
    }

    private static <C> FilterSpec<C> spec(HttpFilterType<C> type, WireWriter config) {
        return new FilterSpec<>("t", type, type.parse(Any.of(type.typeUrl(), config.toBytes())));
    }

    private static SimProxy proxy(WireWriter transcoder) {
        return SimProxy.http(config ->
                new HttpConnectionManagerConfig(
                        config.statPrefix(),
                        config.routes(),
                        List.of(spec(type(), transcoder), config.filters().getFirst()),
                        config.accessLogs(),
                        config.identity(),
                        config.paths(),
                        config.timeouts(),
                        config.limits(),
                        config.codec(),
                        config.http1(),
                        config.http2()));
    }

    /// A message with its head, one character a byte.
    private static String message(String fields) {
        return "\0\0\0" + (char) (fields.length() >> 8) + (char) (fields.length() & 0xff) + fields;
    }

    private static String head(String path, int length) {
        return "POST " + path + " HTTP/1.1\r\nHost: shop\r\nContent-Length: " + length + "\r\n\r\n";
    }

    private static Http2Client server(SimUpstream upstream) {
        Http2Client server = Http2Client.serving(upstream.last());
        server.send(FrameText.settings(), FrameText.settingsAck());
        return server;
    }

    private static SimUpstream upstream(SimProxy sim) {
        return sim.upstream(new UpstreamProtocol.Http2(Http2Options.USUAL));
    }

    private static List<String> frames(Http2Client server) {
        return server.frames().stream().filter(line -> !line.startsWith("WINDOW_UPDATE")).toList();
    }

    /// What came in DATA frames of the stream.
    private static String data(List<String> frames) {
        return frames.stream()
                .filter(line -> line.startsWith("DATA 1 "))
                .map(line -> line.substring(7).replaceFirst(" end$", ""))
                .collect(Collectors.joining());
    }

    private static void begin(Http2Client server) {
        server.send(
                server.text.headers(1, false, ":status: 200", "content-type: application/grpc"));
    }

    @Test
    void aBodyIsOneMessageWhereverItIsSplit() {
        String body = "{\"text\":\"hello\",\"int32\":5}";
        // Field 14, then field 1.
        String sent = message("r\5hello\10\5");
        for (int split = 0; split <= body.length(); split++) {
            try (var sim = proxy(config())) {
                SimUpstream shop = upstream(sim);
                SimPeer client = sim.client().send(head("/echo", body.length()));
                Http2Client server = server(shop);
                client.send(body.substring(0, split));
                client.send(body.substring(split));
                List<String> frames = frames(server);
                assertThat(frames.getFirst())
                        .contains(
                                ":method: POST",
                                ":path: /shop.Shop/Echo",
                                "content-type: application/grpc,",
                                "te: trailers",
                                "x-envoy-original-path: /echo")
                        .doesNotContain("content-length");
                assertThat(data(frames)).as("split at " + split).isEqualTo(sent);
                assertThat(frames.getLast()).endsWith(" end");
            }
        }
    }

    @Test
    void anAnswerIsOneValueWhereverItIsSplit() {
        String answer = message("r\5hello\10\5");
        for (int split = 1; split < answer.length(); split++) {
            try (var sim = proxy(config())) {
                SimUpstream shop = upstream(sim);
                SimPeer client = sim.client().send(head("/echo", 0));
                Http2Client server = server(shop);
                begin(server);
                server.send(
                        FrameText.data(1, answer.substring(0, split), false),
                        FrameText.data(1, answer.substring(split), false));
                assertThat(client.take()).isEmpty();
                server.send(server.text.headers(1, true, "grpc-status: 0"));
                assertThat(client.take())
                        .as("split at " + split)
                        .startsWith("HTTP/1.1 200 OK\r\n")
                        .contains(
                                "content-type: application/json\r\n",
                                "content-length: 26\r\n",
                                "grpc-status: 0\r\n")
                        .endsWith("\r\n\r\n{\"int32\":5,\"text\":\"hello\"}");
            }
        }
    }

    @Test
    void ofStreamsEachMessageLeavesWhenItIsComplete() {
        try (var sim = proxy(config())) {
            SimUpstream shop = upstream(sim);
            String body = "[{\"int32\":1},{\"int32\":2}]";
            SimPeer client = sim.client().send(head("/chat", body.length()));
            Http2Client server = server(shop);
            client.send(body.substring(0, 14));
            assertThat(data(frames(server))).isEqualTo(message("\10\1"));
            begin(server);
            server.send(FrameText.data(1, message("\10\7") + "\0\0", false));
            assertThat(client.take()).endsWith("\r\nc\r\n[{\"int32\":7}\r\n");
            client.send(body.substring(14));
            assertThat(data(frames(server))).isEqualTo(message("\10\2"));
            server.send(
                    FrameText.data(1, "\0\0\2\10\10", false),
                    server.text.headers(1, true, "grpc-status: 0"));
            assertThat(client.take()).isEqualTo("c\r\n,{\"int32\":8}\r\n1\r\n]\r\n0\r\n\r\n");
        }
    }

    @Test
    void whoAsksWithHeadGetsNoBody() {
        // Envoy 1.40 sends one, which the client takes for the next answer.
        for (String path : List.of("/any/x", "/anymany/1")) {
            try (var sim = proxy(config())) {
                SimUpstream shop = upstream(sim);
                SimPeer client =
                        sim.client().send("HEAD " + path + " HTTP/1.1\r\nHost: shop\r\n\r\n");
                Http2Client server = server(shop);
                assertThat(frames(server).getFirst())
                        .contains(":method: POST", "x-envoy-original-method: HEAD");
                begin(server);
                server.send(
                        FrameText.data(1, message("\10\7"), false),
                        server.text.headers(1, true, "grpc-status: 0"));
                assertThat(client.take())
                        .as(path)
                        .startsWith("HTTP/1.1 200 OK\r\n")
                        .endsWith("\r\n\r\n")
                        .doesNotContain("transfer-encoding")
                        .doesNotContain("{");
            }
        }
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedHoweverItComes() {
        String body = "{\"text\":\"" + "x".repeat(200) + "\"}";
        WireWriter config = config().message(MOST_REQUEST, new WireWriter().number(1, 100));
        for (int piece : List.of(1, 50, 211)) {
            try (var sim = proxy(config)) {
                SimUpstream shop = upstream(sim);
                SimPeer client = sim.client().send(head("/echo", body.length()));
                server(shop);
                for (int at = 0; at < body.length() && !client.isClosed(); at += piece) {
                    client.send(body.substring(at, Math.min(body.length(), at + piece)));
                }
                assertThat(client.take())
                        .as("pieces of " + piece)
                        .startsWith("HTTP/1.1 413 Payload Too Large\r\n")
                        .contains("transcoder's internal buffer size exceeds");
                assertThat(sim.log().last())
                        .contains(
                                " 413 - grpc_json_transcode_failure"
                                        + "{request_buffer_size_limit_reached}");
            }
        }
    }

    @Test
    void anAnswerThatIsTooLargeIsAnErrorInItsPlace() {
        WireWriter config = config().message(MOST_RESPONSE, new WireWriter().number(1, 100));
        try (var sim = proxy(config)) {
            SimUpstream shop = upstream(sim);
            SimPeer client = sim.client().send(head("/echo", 0));
            Http2Client server = server(shop);
            begin(server);
            server.send(
                    FrameText.data(1, message("r\177" + "x".repeat(127)).substring(0, 90), false));
            assertThat(client.take()).isEmpty();
            server.send(FrameText.data(1, "x".repeat(40), false));
            assertThat(client.take())
                    .startsWith("HTTP/1.1 500 Internal Server Error\r\n")
                    .endsWith("internal buffer size exceeds the configured limit.");
            assertThat(frames(server).getLast()).startsWith("RST_STREAM 1");
            // The connection goes on.
            client.send(head("/echo", 0));
            assertThat(frames(server).getFirst()).startsWith("HEADERS 3");
        }
    }

    @Test
    void anAnswerThatIsCutOffWhileItsHeadWaitsIsNoAnswer() {
        try (var sim = proxy(config())) {
            SimUpstream shop = upstream(sim);
            SimPeer client = sim.client().send(head("/echo", 0));
            Http2Client server = server(shop);
            begin(server);
            server.send(FrameText.data(1, "\0\0", false), FrameText.reset(1));
            assertThat(client.isClosed()).isTrue();
            assertThat(client.take()).isEmpty();
        }
    }

    @Test
    void anErrorInABodyEndsTheCall() {
        try (var sim = proxy(config())) {
            SimUpstream shop = upstream(sim);
            SimPeer client = sim.client().send(head("/echo", 20));
            Http2Client server = server(shop);
            client.send("{\"int32\":oopsy");
            assertThat(client.take())
                    .startsWith("HTTP/1.1 400 Bad Request\r\n")
                    .contains("content-type: text/plain\r\n")
                    .endsWith("\r\n\r\nUnexpected token.\n{\"int32\":oopsy\n         ^");
            assertThat(frames(server).getLast()).startsWith("RST_STREAM 1");
        }
    }

    @Test
    void aQueryMakesNoMessageTooDeepAndNoWorkersStackGrow() {
        try (var sim = proxy(config())) {
            SimUpstream shop = upstream(sim);
            SimPeer client =
                    sim.client()
                            .send(
                                    "GET /echo?"
                                            + "inner.".repeat(8_000)
                                            + "text=x HTTP/1.1\r\nHost: shop\r\n\r\n");
            assertThat(client.take())
                    .startsWith("HTTP/1.1 400 Bad Request\r\n")
                    .endsWith("Message too deep. Max recursion depth reached for key 'inner'");
            assertThat(shop.connections()).isEmpty();
        }
    }

    private static void parse(WireWriter config) {
        type().parse(Any.of(type().typeUrl(), config.toBytes()));
    }

    @Test
    void whatIsConfiguredWronglyIsRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse(new WireWriter().text(SERVICES, "shop.Shop")))
                .withMessage("no proto_descriptor_bin and no proto_descriptor (expected: one)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse(config().text(SERVICES, "shop.Stop")))
                .withMessage(
                        "proto_descriptor_bin: service 'shop.Stop' is not in the descriptors"
                                + " (there: shop.Shop)");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        parse(new WireWriter().text(SERVICES, "a.B").text(1, "/not/there.pb")))
                .withMessage("proto_descriptor: '/not/there.pb': no such file");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        parse(
                                config().message(MOST_REQUEST, new WireWriter().number(1, 0))
                                        .number(18, 1)))
                .withMessage(
                        "field 18: is unknown; max_request_body_size: 0 (expected: from 1 to"
                                + " 2147483647)");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> parse(config().message(VALIDATION, new WireWriter().number(9, 1))))
                .withMessage("request_validation_options.field 9: is unknown");
    }
}
