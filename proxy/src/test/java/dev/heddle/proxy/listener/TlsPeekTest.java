package dev.heddle.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.observe.ListenerStat;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is seen of a client hello, however it comes.
class TlsPeekTest {

    /// What the JDK's client sends first.
    private static byte[] hello(List<SNIServerName> names, String... protocols) throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(true);
        var parameters = engine.getSSLParameters();
        parameters.setServerNames(names);
        parameters.setApplicationProtocols(protocols);
        engine.setSSLParameters(parameters);
        var out = ByteBuffer.allocate(32 * 1024);
        engine.wrap(ByteBuffer.allocate(0), out);
        return Arrays.copyOf(out.array(), out.position());
    }

    private static byte[] hello(String name, String... protocols) throws Exception {
        return hello(List.of(new SNIHostName(name)), protocols);
    }

    private static void assertSeen(Looking looking, String name, String... protocols) {
        assertThat(looking.outcome()).isEqualTo(Peek.Outcome.DONE);
        assertThat(looking.arrival().facts().transport()).isEqualTo("tls");
        assertThat(looking.arrival().facts().serverName()).isEqualTo(name);
        assertThat(looking.arrival().facts().applicationProtocols()).containsExactly(protocols);
    }

    private static void assertPlain(Looking looking) {
        assertThat(looking.outcome()).isEqualTo(Peek.Outcome.DONE);
        assertThat(looking.arrival().facts().transport()).isEqualTo("raw_buffer");
        assertThat(looking.arrival().facts().serverName()).isEmpty();
        assertThat(looking.log().counted(ListenerStat.TLS_NOT_FOUND)).isEqualTo(1);
    }

    @Test
    void aHelloIsSeenWhereverItIsSplit() throws Exception {
        byte[] hello = hello("shop.example.com", "h2", "http/1.1");
        for (int first = 0; first <= hello.length; first++) {
            assertSeen(
                    Looking.at(TlsPeek::new, hello, first), "shop.example.com", "h2", "http/1.1");
        }
        Looking bytewise = Looking.bytewise(TlsPeek::new, hello);
        assertSeen(bytewise, "shop.example.com", "h2", "http/1.1");
        assertThat(bytewise.looks()).isEqualTo(hello.length);
        assertThat(bytewise.log().counted(ListenerStat.SNI_FOUND)).isEqualTo(1);
        assertThat(bytewise.log().counted(ListenerStat.ALPN_FOUND)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 100})
    void aHelloInManyRecordsIsSeen(int size) throws Exception {
        byte[] records = records(hello("shop.example.com", "h2"), size);
        assertSeen(Looking.whole(TlsPeek::new, records), "shop.example.com", "h2");
        assertSeen(Looking.bytewise(TlsPeek::new, records), "shop.example.com", "h2");
    }

    /// The same handshake message in records of a few bytes.
    private static byte[] records(byte[] record, int size) {
        var out = new ByteArrayOutputStream();
        for (int at = 5; at < record.length; at += size) {
            int length = Math.min(size, record.length - at);
            out.write(record, 0, 3);
            out.write(length >> 8);
            out.write(length);
            out.write(record, at, length);
        }
        return out.toByteArray();
    }

    @Test
    void aHelloWithoutNameOrProtocolsIsTlsAllTheSame() throws Exception {
        Looking looking = Looking.whole(TlsPeek::new, hello(List.of()));
        assertSeen(looking, "");
        assertThat(looking.log().counted(ListenerStat.SNI_NOT_FOUND)).isEqualTo(1);
        assertThat(looking.log().counted(ListenerStat.ALPN_NOT_FOUND)).isEqualTo(1);
    }

    @Test
    void aNameIsCompareableWithAnyOther() throws Exception {
        assertSeen(Looking.whole(TlsPeek::new, hello("ShOp.Example.COM")), "shop.example.com");
        byte[] dotted = built(0x0303, sni(0, "shop.example.com."));
        assertSeen(Looking.whole(TlsPeek::new, dotted), "shop.example.com");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\n\r\n",
                "SSH-2.0-OpenSSH_9.2\r\n",
                "\0\0\0\u0008\u0004\u00d2\u0016\57",
                "\u0016",
                "\u0016\u0003\u0001\0\0",
                "\u0016\u0003\u0001\0\u0004\u0002\0\0\0",
                "\u0016\u0002\u0001",
                "\u0015\u0003\u0001\0\u0002\u0002\50",
                "\u0016\u0003\u0001\100\1",
            })
    void anythingElseIsPlain(String first) {
        byte[] bytes = first.getBytes(StandardCharsets.ISO_8859_1);
        Looking looking = Looking.bytewise(TlsPeek::new, bytes);
        if (first.equals("\u0016")) {
            assertThat(looking.outcome()).isEqualTo(Peek.Outcome.MORE);
        } else {
            assertPlain(looking);
        }
    }

    @Test
    void theFirstByteSettlesThatItIsPlain() {
        Looking looking =
                Looking.bytewise(TlsPeek::new, "QUIT\r\n".getBytes(StandardCharsets.US_ASCII));
        assertPlain(looking);
        assertThat(looking.looks()).isEqualTo(1);
    }

    @Test
    void aHelloThatLiesIsPlain() {
        byte[] twoNames = extension(0, vector(2, concat(entry(0, "a.com"), entry(0, "b.com"))));
        for (byte[] extension :
                List.of(
                        twoNames,
                        sni(0, ""),
                        sni(1, "a.com"),
                        sni(0, "a.com\0b.com"),
                        sni(0, "x".repeat(256)),
                        concat(sni(0, "a.com"), sni(0, "a.com")),
                        extension(16, vector(2, new byte[0])),
                        extension(16, vector(2, new byte[] {0})),
                        extension(16, vector(2, new byte[] {5, 'h'})),
                        extension(0, new byte[] {0, 9, 0}),
                        new byte[] {0, 0, 0, 9})) {
            assertPlain(Looking.whole(TlsPeek::new, built(0x0303, extension)));
        }
    }

    @Test
    void aHelloThatIsTooLongIsRefusedBeforeItIsThere() {
        var header = new byte[] {22, 3, 1, 0x40, 0, 1, 1, 0, 0};
        byte[] record = Arrays.copyOf(header, 5 + (1 << 14));
        Looking looking = Looking.whole(TlsPeek::new, record);
        assertThat(looking.outcome()).isInstanceOf(Peek.Outcome.Broken.class);
        assertThat(looking.log().counted(ListenerStat.CLIENT_HELLO_TOO_LARGE)).isEqualTo(1);
    }

    @Test
    void aHelloInVeryManyRecordsIsRefusedAfterAWhile() {
        // 60,000 bytes of hello in records of one byte each take 360,000 bytes.
        var message = new byte[60_000 + 5];
        message[5] = 1;
        message[6] = 0;
        message[7] = (byte) 0xea;
        message[0] = 22;
        message[1] = 3;
        message[2] = 1;
        byte[] records = records(message, 1);
        Looking looking = Looking.at(TlsPeek::new, records, 64 * 1024 + 1);
        assertThat(looking.outcome()).isInstanceOf(Peek.Outcome.Broken.class);
        assertThat(looking.looks()).isEqualTo(1);
    }

    /// A hello with one extension.
    private static byte[] built(int version, byte[] extension) {
        byte[] body =
                concat(
                        new byte[] {(byte) (version >> 8), (byte) version},
                        new byte[32],
                        new byte[] {0, 0, 2, 0x13, 1, 1, 0},
                        vector(2, extension));
        byte[] message = concat(new byte[] {1}, vector(3, body));
        return concat(new byte[] {22, 3, 1}, vector(2, message));
    }

    private static byte[] sni(int type, String name) {
        return extension(0, vector(2, entry(type, name)));
    }

    private static byte[] entry(int type, String name) {
        return concat(
                new byte[] {(byte) type}, vector(2, name.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static byte[] extension(int type, byte[] content) {
        return concat(new byte[] {0, (byte) type}, vector(2, content));
    }

    private static byte[] vector(int lengthBytes, byte[] content) {
        var length = new byte[lengthBytes];
        for (int i = 0; i < lengthBytes; i++) {
            length[i] = (byte) (content.length >> (8 * (lengthBytes - 1 - i)));
        }
        return concat(length, content);
    }

    private static byte[] concat(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
