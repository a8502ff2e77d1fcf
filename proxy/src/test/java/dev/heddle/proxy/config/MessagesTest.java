package dev.heddle.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.connection.Http2Client;
import dev.heddle.proxy.http.Http2Options;
import dev.heddle.proxy.http2.FrameText;
import dev.heddle.proxy.sim.SimPeer;
import dev.heddle.proxy.sim.SimProxy;
import dev.heddle.proxy.sim.SimUpstream;
import dev.heddle.proxy.upstream.UpstreamProtocol;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Messages of gRPC are counted, in pieces of every size.
@SuppressWarnings("StringConcatToTextBlock") // bytes on a wire, where CRLF is to be seen
class MessagesTest {
    private static SimProxy proxy() {
        return SimProxy.http(config ->
                new HttpConnectionManagerConfig(
                        config.statPrefix(),
                        config.routes(),
                        List.of(MessagesType.SPEC, config.filters().getFirst()),
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
    private static String message(String text) {
        return "\0\0\0\0" + (char) text.length() + text;
    }

    private static String head(String type, int length) {
        return "POST /echo.Echo/Say HTTP/1.1\r\nHost: echo\r\nContent-Type: "
                + type
                + "\r\nContent-Length: "
                + length
                + "\r\n\r\n";
    }

    /// What is logged of a call of two messages that is answered with three.
    private static List<String> logged(String type, int split) {
        String asked = message("hello") + message("");
        String answer = message("a") + message("") + message("long enough");
        try (var sim = proxy()) {
            SimUpstream echo = sim.upstream(new UpstreamProtocol.Http2(Http2Options.USUAL));
            SimPeer client = sim.client().send(head(type, asked.length()));
            Http2Client server = Http2Client.serving(echo.last());
            server.send(FrameText.settings(), FrameText.settingsAck());
            int half = 1 + split % (asked.length() - 1);
            client.send(asked.substring(0, half));
            client.send(asked.substring(half));
            server.send(
                    server.text.headers(1, false, ":status: 200", "content-type: " + type),
                    FrameText.data(1, answer.substring(0, split), false),
                    FrameText.data(1, answer.substring(split), false),
                    server.text.headers(1, true, "grpc-status: 0"));
            assertThat(client.take()).startsWith("HTTP/1.1 200 OK\r\n");
            return List.copyOf(sim.log().lines());
        }
    }

    @Test
    void messagesOfCallsAreCountedWhereverTheyAreSplit() {
        for (int split = 1; split < 26; split++) {
            assertThat(logged("application/grpc+proto", split))
                    .as("split at " + split)
                    .singleElement()
                    .asString()
                    .endsWith(" messages 2/3");
        }
    }

    @Test
    void othersHaveNoMessages() {
        for (String type : List.of("application/octet-stream", "application/grpc-web")) {
            assertThat(logged(type, 7)).singleElement().asString().doesNotContain("messages");
        }
    }
}
