package dev.heddle.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which first bytes are HTTP's.
class HttpPeekTest {

    private static byte[] bytes(String text) {
        return text.replace("~", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @CsvSource({
        "GET / HTTP/1.1~, http/1.1",
        "GET / HTTP/1.0~, http/1.0",
        "OPTIONS * HTTP/1.1~Host: a~~, http/1.1",
        "M-SEARCH * HTTP/1.1~, http/1.1",
        "POST http://a/b?c=d HTTP/1.1~, http/1.1",
        "PRI * HTTP/2.0~~SM~~, h2c",
        "PRI / HTTP/1.1~, http/1.1",
    })
    void aRequestLineIsSeenWhereverItIsSplit(String text, String protocol) {
        byte[] all = bytes(text);
        for (int first = 0; first <= all.length; first++) {
            assertSeen(Looking.at(HttpPeek::new, all, first), protocol);
        }
        assertSeen(Looking.bytewise(HttpPeek::new, all), protocol);
    }

    private static void assertSeen(Looking looking, String protocol) {
        assertThat(looking.outcome()).isEqualTo(Peek.Outcome.DONE);
        assertThat(looking.arrival().facts().applicationProtocols()).containsExactly(protocol);
        assertThat(looking.arrival().facts().transport()).isEqualTo("raw_buffer");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "get / HTTP/1.1~",
                " GET / HTTP/1.1~",
                "GET  / HTTP/1.1~",
                "GET / HTTP/2.0~",
                "GET / HTTP/1.2~",
                "GET / HTTP/1.1 ~",
                "GET / FTP/1.1~",
                "GET /\t HTTP/1.1~",
                "SSH-2.0-OpenSSH~",
                "PRI * HTTP/2.0~~XX~~",
                "ABCDEFGHIJKLMNOPQRSTUVWXYZ / HTTP/1.1~",
                "\0\1\2",
            })
    void anythingElseIsNot(String text) {
        Looking looking = Looking.bytewise(HttpPeek::new, bytes(text));
        assertThat(looking.outcome()).isEqualTo(Peek.Outcome.DONE);
        assertThat(looking.arrival().facts().applicationProtocols()).isEmpty();
    }

    @Test
    void aRequestLineThatDoesNotEndIsGivenUp() {
        byte[] all = bytes("GET /" + "x".repeat(70_000));
        Looking looking = Looking.at(HttpPeek::new, all, 60_000);
        assertThat(looking.outcome()).isEqualTo(Peek.Outcome.DONE);
        assertThat(looking.looks()).isEqualTo(2);
        assertThat(looking.arrival().facts().applicationProtocols()).isEmpty();
    }

    @Test
    void whatIsTlsIsNotLookedAt() {
        var arrival = new Arrival(new StillWire());
        arrival.onTls("a.com", java.util.List.of("h2"));
        var peek = new HttpPeek(new dev.heddle.proxy.sim.SimLog());
        assertThat(peek.look(io.netty.buffer.Unpooled.EMPTY_BUFFER, arrival))
                .isEqualTo(Peek.Outcome.DONE);
        assertThat(arrival.facts().applicationProtocols()).containsExactly("h2");
    }
}
