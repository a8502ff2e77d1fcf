package dev.heddle.proxy.connection;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// gRPC-Web, in pieces of every size.
@SuppressWarnings("StringConcatToTextBlock") // bytes on a wire, where CRLF is to be seen
class GrpcWebTest {
    private static final String TEXT = "application/grpc-web-text";

    private static SimProxy proxy() {
        return SimProxy.http(config ->
                new HttpConnectionManagerConfig(
                        config.statPrefix(),
                        config.routes(),
                        List.of(spec(HttpFilters.ALL.get(1)), config.filters().getFirst()),
                        config.accessLogs(),
                        config.identity(),
                        config.paths(),
                        config.timeouts(),
                        config.limits(),
                        config.codec(),
                        config.http1(),
                        config.http2()));
    }

    private static <C> FilterSpec<C> spec(HttpFilterType<C> type) {
        return new FilterSpec<>("grpc_web", type, type.parse(Any.getDefaultInstance()));
    }

    /// A message with its head, one character a byte.
    private static String message(int flags, String text) {
        return "" + (char) flags + "\0\0\0" + (char) text.length() + text;
    }

    private static String base64(String bytes) {
        return Base64.getEncoder().encodeToString(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String head(String type, int length) {
        return "POST /echo.Echo/Say HTTP/1.1\r\nHost: echo\r\nContent-Type: "
                + type
                + "\r\nAccept: "
                + type
                + "\r\nX-Grpc-Web: 1\r\nContent-Length: "
                + length
                + "\r\n\r\n";
    }

    private static Http2Client server(SimUpstream upstream) {
        Http2Client server = Http2Client.serving(upstream.last());
        server.send(FrameText.settings(), FrameText.settingsAck());
        return server;
    }

    private static SimUpstream upstream(SimProxy sim) {
        return sim.upstream(new UpstreamProtocol.Http2(Http2Options.USUAL));
    }

    /// What came in DATA frames of a stream.
    private static String data(List<String> frames) {
        return frames.stream()
                .filter(line -> line.startsWith("DATA 1 "))
                .map(line -> line.substring(7).replaceFirst(" end$", ""))
                .collect(Collectors.joining());
    }

    @Test
    void aTextRequestIsDecodedWhereverItIsSplit() {
        // Two messages, each padded by itself.
        String first = message(0, "hello");
        String second = message(0, "you");
        String body = base64(first) + base64(second);
        for (int split = 0; split <= body.length(); split++) {
            try (var sim = proxy()) {
                SimUpstream echo = upstream(sim);
                SimPeer client = sim.client().send(head(TEXT, body.length()));
                Http2Client server = server(echo);
                client.send(body.substring(0, split));
                client.send(body.substring(split));
                List<String> frames =
                        server.frames().stream()
                                .filter(line -> !line.startsWith("WINDOW_UPDATE"))
                                .toList();
                assertThat(frames.getFirst())
                        .contains(
                                "content-type: application/grpc,",
                                "te: trailers",
                                "grpc-accept-encoding: identity",
                                "x-grpc-web: 1")
                        .doesNotContain("content-length");
                assertThat(data(frames)).as("split at " + split).isEqualTo(first + second);
                assertThat(frames.getLast()).endsWith(" end");
            }
        }
    }

    @Test
    void aTextResponseIsEncodedMessageByMessageWhereverItIsSplit() {
        String first = message(0, "hello");
        String second = message(0, "");
        String trailers = message(0x80, "grpc-status:0\r\ngrpc-message:ok\r\n");
        String answer = first + second;
        for (int split = 1; split < answer.length(); split++) {
            try (var sim = proxy()) {
                SimUpstream echo = upstream(sim);
                SimPeer client = sim.client().send(head(TEXT, 0));
                Http2Client server = server(echo);
                server.send(
                        server.text.headers(
                                1, false, ":status: 200", "content-type: application/grpc"),
                        FrameText.data(1, answer.substring(0, split), false),
                        FrameText.data(1, answer.substring(split), false),
                        server.text.headers(1, true, "grpc-status: 0", "grpc-message: ok"));
                String received = client.take();
                assertThat(received)
                        .startsWith("HTTP/1.1 200 OK\r\n")
                        .contains("content-type: application/grpc-web-text+proto\r\n");
                assertThat(unchunked(received))
                        .as("split at " + split)
                        .isEqualTo(base64(first) + base64(second) + base64(trailers));
            }
        }
    }

    private static String unchunked(String response) {
        String rest = response.substring(response.indexOf("\r\n\r\n") + 4);
        var body = new StringBuilder();
        while (!rest.startsWith("0\r\n")) {
            int line = rest.indexOf("\r\n");
            int length = Integer.parseInt(rest.substring(0, line), 16);
            body.append(rest, line + 2, line + 2 + length);
            rest = rest.substring(line + 4 + length);
        }
        return body.toString();
    }

    @Test
    void nothingOfAMessageIsHeldBackUntilItIsWhole() {
        try (var sim = proxy()) {
            SimUpstream echo = upstream(sim);
            SimPeer client = sim.client().send(head(TEXT, 0));
            Http2Client server = server(echo);
            server.send(
                    server.text.headers(1, false, ":status: 200", "content-type: application/grpc"),
                    FrameText.data(1, message(0, "x".repeat(100)).substring(0, 30), false));
            assertThat(unchunked(client.take() + "0\r\n")).hasSize(40);
        }
    }

    @Test
    void aBodyThatIsNoBase64IsRefusedAsABrowserUnderstands() {
        for (String body : List.of("AAAA*AAA", "AAAAA", "=AAA", "AA=A", "A===")) {
            try (var sim = proxy()) {
                SimUpstream echo = upstream(sim);
                SimPeer client = sim.client().send(head(TEXT, body.length()));
                server(echo);
                client.send(body);
                assertThat(client.take())
                        .as(body)
                        .startsWith("HTTP/1.1 400 Bad Request\r\n")
                        .contains(
                                "grpc-status: 13\r\n",
                                "grpc-message: Bad gRPC-web request, invalid base64 data.\r\n",
                                "content-type: application/grpc-web-text+proto\r\n")
                        .contains("content-length: 0\r\n");
                assertThat(sim.log().last()).contains(" 400 - grpc_base_64_decode_failed");
            }
        }
    }

    @Test
    void aLongTextThatIsNoGrpcIsToldUpToALimit() {
        try (var sim = proxy()) {
            SimUpstream echo = upstream(sim);
            SimPeer client = sim.client().send(head("application/grpc-web+proto", 0));
            Http2Client server = server(echo);
            server.send(server.text.headers(1, false, ":status: 404", "content-type: text/html"));
            var pieces = new ArrayList<String>();
            for (int i = 0; i < 4; i++) {
                pieces.add("y".repeat(8_000));
            }
            for (String piece : pieces) {
                server.send(FrameText.data(1, piece, false));
            }
            assertThat(client.take()).isEmpty();
            server.send(FrameText.data(1, "", true));
            assertThat(client.take())
                    .startsWith("HTTP/1.1 404 Not Found\r\n")
                    .contains("grpc-status: 12\r\n", "grpc-message: " + "y".repeat(16_384) + "\r\n")
                    .endsWith("\r\n\r\n");
            assertThat(sim.log().last()).isEqualTo("POST /echo.Echo/Say 404 - via_upstream 0/0");
        }
    }

    @Test
    void anAnswerThatIsCutOffWhileItsHeadWaitsIsNoAnswer() {
        try (var sim = proxy()) {
            SimUpstream echo = upstream(sim);
            SimPeer client = sim.client().send(head("application/grpc-web", 0));
            Http2Client server = server(echo);
            server.send(
                    server.text.headers(1, false, ":status: 500", "content-type: text/plain"),
                    FrameText.data(1, "half", false),
                    FrameText.reset(1));
            assertThat(client.isClosed()).isTrue();
            assertThat(client.take()).isEmpty();
        }
    }
}
