package dev.heddle.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.ListenerFilterConfig.Kind;
import dev.heddle.proxy.config.ListenerFilterConfig.Version;
import dev.heddle.proxy.sim.SimLog;
import dev.heddle.proxy.upstream.ProxyHeader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which PROXY headers are taken, and what they say.
class ProxyHeaderPeekTest {
    private static final String START = "0d0a0d0a000d0a515549540a";
    private static final String V4 = "cb007107c000020113880050";

    private static Function<SimLog, Peek> filter(boolean isOptional, Version... disallowed) {
        return log ->
                new ProxyHeaderPeek(
                        new Kind.Proxy(isOptional, Set.of(disallowed), "", ProxyHeader.Passed.NONE),
                        log);
    }

    private static byte[] text(String text) {
        return text.replace("~", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static void assertTaken(Looking looking, int bytes, String remote, String local) {
        assertThat(looking.outcome()).isEqualTo(new Peek.Outcome.Done(bytes));
        assertThat(said(looking.arrival().wire().remote())).isEqualTo(remote);
        assertThat(said(looking.arrival().wire().local())).isEqualTo(local);
    }

    private static String said(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + " " + address.getPort();
    }

    @ParameterizedTest
    @CsvSource({
        "PROXY TCP4 203.0.113.7 192.0.2.1 5000 80~, 203.0.113.7 5000, 192.0.2.1 80",
        "PROXY TCP4 0.0.0.0 255.255.255.255 0 65535~, 0.0.0.0 0, 255.255.255.255 65535",
        "PROXY TCP6 2001:db8::7 ::1 5000 80~, 2001:db8:0:0:0:0:0:7 5000, 0:0:0:0:0:0:0:1 80",
        "PROXY UNKNOWN~, 203.0.113.9 50000, 192.0.2.1 443",
        "PROXY UNKNOWN ffff:: ::1 1 what ever~, 203.0.113.9 50000, 192.0.2.1 443",
    })
    void aLineSaysWhoTheClientIsWhereverItIsSplit(String line, String remote, String local) {
        byte[] header = text(line);
        byte[] all = text(line + "GET / HTTP/1.1~");
        for (int first = 0; first <= all.length; first++) {
            assertTaken(Looking.at(filter(false), all, first), header.length, remote, local);
        }
        assertTaken(Looking.bytewise(filter(false), all), header.length, remote, local);
    }

    @ParameterizedTest
    @CsvSource({
        "21 11 000c " + V4 + ", 203.0.113.7 5000, 192.0.2.1 80",
        "21 12 000c " + V4 + ", 203.0.113.7 5000, 192.0.2.1 80",
        "21 11 0013 " + V4 + " 04 0004 01020304, 203.0.113.7 5000, 192.0.2.1 80",
        "21 11 000f " + V4 + " 05 0000, 203.0.113.7 5000, 192.0.2.1 80",
        "21 21 0024 20010db8000000000000000000000007 00000000000000000000000000000001 1388 0050, "
                + "2001:db8:0:0:0:0:0:7 5000, 0:0:0:0:0:0:0:1 80",
        "20 00 0000, 203.0.113.9 50000, 192.0.2.1 443",
        "20 11 000c " + V4 + ", 203.0.113.9 50000, 192.0.2.1 443",
        "20 ff 0003 aabbcc, 203.0.113.9 50000, 192.0.2.1 443",
    })
    void binarySaysItAsWell(String rest, String remote, String local) {
        byte[] header = hex(START + rest);
        byte[] all = Arrays.copyOf(header, header.length + 20);
        for (int first = 0; first <= all.length; first++) {
            assertTaken(Looking.at(filter(false), all, first), header.length, remote, local);
        }
        assertTaken(Looking.bytewise(filter(false), all), header.length, remote, local);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PROXY TCP4 203.0.113.7 192.0.2.1 5000 80\n",
                "PROXY TCP4 203.0.113.7 192.0.2.1 5000 ~",
                "PROXY TCP4 203.0.113.7 192.0.2.1 5000~",
                "PROXY TCP4 203.0.113.7 192.0.2.1 5000 80 ~",
                "PROXY  TCP4 203.0.113.7 192.0.2.1 5000 80~",
                "PROXY TCP4 203.0.113.7 192.0.2.1 5000 65536~",
                "PROXY TCP4 203.0.113.7 192.0.2.1 05000 80~",
                "PROXY TCP4 203.0.113.7 192.0.2.1 -1 80~",
                "PROXY TCP4 203.0.113.7 192.0.2.1 +1 80~",
                "PROXY TCP4 203.0.113.256 192.0.2.1 5000 80~",
                "PROXY TCP4 203.0.113 192.0.2.1 5000 80~",
                "PROXY TCP4 203.0.113.07 192.0.2.1 5000 80~",
                "PROXY TCP4 0xcb.0.113.7 192.0.2.1 5000 80~",
                "PROXY TCP4 2001:db8::7 ::1 5000 80~",
                "PROXY TCP6 203.0.113.7 192.0.2.1 5000 80~",
                "PROXY TCP6 2001:db8::7%lo ::1 5000 80~",
                "PROXY TCP6 [2001:db8::7] ::1 5000 80~",
                "PROXY TCP6 2001:db8::7::1 ::1 5000 80~",
                "PROXY UDP4 203.0.113.7 192.0.2.1 5000 80~",
                "PROXY tcp4 203.0.113.7 192.0.2.1 5000 80~",
                "PROXY localhost localhost 1 2 3 4~",
                "PROXY ~",
            })
    void aLineThatIsNotRightBreaksTheConnection(String line) {
        for (boolean isOptional : new boolean[] {true, false}) {
            Looking looking = Looking.bytewise(filter(isOptional), text(line));
            assertThat(looking.outcome()).isInstanceOf(Peek.Outcome.Broken.class);
            assertThat(looking.arrival().wire().remote()).isEqualTo(StillWire.CLIENT);
            assertThat(looking.log().listenerLines()).containsExactly("proxy 1 error");
        }
    }

    @Test
    void aLineThatDoesNotEndIsGivenUpAt107Bytes() {
        byte[] endless = text("PROXY UNKNOWN " + "x".repeat(200));
        assertThat(Looking.at(filter(false), endless, 106).looks()).isEqualTo(2);
        Looking looking = Looking.at(filter(false), endless, 107);
        assertThat(looking.looks()).isEqualTo(1);
        assertThat(looking.outcome()).isInstanceOf(Peek.Outcome.Broken.class);
        byte[] longest = text("PROXY UNKNOWN " + "x".repeat(91) + "~");
        assertThat(longest).hasSize(107);
        assertThat(Looking.whole(filter(false), longest).outcome())
                .isEqualTo(new Peek.Outcome.Done(107));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "31 11 000c " + V4,
                "ff 11 000c " + V4,
                "11 11 000c " + V4,
                "22 11 000c " + V4,
                "21 00 000c " + V4,
                "21 10 000c " + V4,
                "21 13 000c " + V4,
                "21 31 00d8 " + V4,
                "21 11 000b " + V4,
                "21 21 0023 " + V4,
                "21 11 000d " + V4 + " 01",
                "21 11 000e " + V4 + " 0100",
                "21 11 000f " + V4 + " 010001",
                "21 11 0010 " + V4 + " 01ffff00",
            })
    void binaryThatIsNotRightBreaksTheConnection(String rest) {
        Looking looking = Looking.bytewise(filter(true), hex(START + rest));
        assertThat(looking.outcome()).isInstanceOf(Peek.Outcome.Broken.class);
        assertThat(looking.arrival().wire().remote()).isEqualTo(StillWire.CLIENT);
        assertThat(looking.log().listenerLines()).containsExactly("proxy 2 error");
    }

    @Test
    void theLongestBinaryHeaderIsTakenWhole() {
        byte[] all = Arrays.copyOf(hex(START + "21 11 ffff " + V4 + " 04 fff0"), 16 + 65_535);
        Looking looking = Looking.at(filter(false), all, 16 + 65_534);
        assertTaken(looking, 16 + 65_535, "203.0.113.7 5000", "192.0.2.1 80");
        assertThat(looking.looks()).isEqualTo(2);
    }

    @Test
    void withoutAHeaderAConnectionIsBrokenUnlessItMayComeWithout() {
        byte[] request = text("GET / HTTP/1.1~");
        Looking strict = Looking.bytewise(filter(false), request);
        assertThat(strict.outcome()).isEqualTo(new Peek.Outcome.Broken("no PROXY header"));
        assertThat(strict.looks()).isEqualTo(1);
        assertThat(strict.log().listenerLines()).containsExactly("proxy 0 disallowed");
        Looking lenient = Looking.bytewise(filter(true), request);
        assertThat(lenient.outcome()).isEqualTo(Peek.Outcome.DONE);
        assertThat(lenient.log().listenerLines()).containsExactly("proxy 0 allowed");
        // P, as PUT begins, could still be PROXY.
        assertThat(Looking.bytewise(filter(true), text("PUT / HTTP/1.1~")).looks()).isEqualTo(2);
    }

    @Test
    void aVersionThatIsDisallowedBreaksTheConnection() {
        Looking first =
                Looking.whole(
                        filter(true, Version.V1),
                        text("PROXY TCP4 203.0.113.7 192.0.2.1 5000 80~"));
        assertThat(first.outcome()).isInstanceOf(Peek.Outcome.Broken.class);
        assertThat(first.log().listenerLines()).containsExactly("proxy 1 disallowed");
        Looking second = Looking.whole(filter(true, Version.V2), hex(START + "21 11 000c " + V4));
        assertThat(second.outcome()).isInstanceOf(Peek.Outcome.Broken.class);
        assertThat(second.log().listenerLines()).containsExactly("proxy 2 disallowed");
    }
}
