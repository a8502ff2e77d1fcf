package dev.heddle.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.runtime.Client;
import dev.heddle.proxy.runtime.Client.Extension;
import dev.heddle.proxy.upstream.ProxyHeader.Passed;
import dev.heddle.proxy.upstream.ProxyHeader.Version;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProxyHeaderTest {
    private static final String START = "0d0a0d0a000d0a515549540a";

    private static Client client(String remote, String local, Extension... extensions) {
        return new Client(address(remote, 50_000), address(local, 80), null, List.of(extensions));
    }

    private static InetSocketAddress address(String ip, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(ip), port);
    }

    private static Extension extension(int type, String text) {
        return new Extension(type, ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String line(Client client) {
        var header = new ProxyHeader(Version.V1, Passed.NONE, List.of());
        return StandardCharsets.US_ASCII.decode(header.bytes(client)).toString();
    }

    private static String binary(Passed passed, List<Extension> added, Client client) {
        ByteBuffer bytes = new ProxyHeader(Version.V2, passed, added).bytes(client);
        var all = new byte[bytes.remaining()];
        bytes.get(all);
        return HexFormat.of().formatHex(all);
    }

    @Test
    void versionOneIsALine() {
        assertThat(line(client("10.0.0.1", "10.0.0.2")))
                .isEqualTo("PROXY TCP4 10.0.0.1 10.0.0.2 50000 80\r\n");
        assertThat(line(client("fd00::1", "fd00::2")))
                .isEqualTo("PROXY TCP6 fd00::1 fd00::2 50000 80\r\n");
        assertThat(line(client("10.0.0.1", "fd00::2")))
                .isEqualTo("PROXY TCP6 ::ffff:10.0.0.1 fd00::2 50000 80\r\n");
        var own = new ProxyHeader(Version.V1, Passed.NONE, List.of());
        assertThat(StandardCharsets.US_ASCII.decode(own.bytes(null)).toString())
                .isEqualTo("PROXY UNKNOWN\r\n");
    }

    @Test
    void versionTwoIsBinary() {
        assertThat(binary(Passed.NONE, List.of(), client("10.0.0.1", "10.0.0.2")))
                .isEqualTo(START + "2111000c" + "0a000001" + "0a000002" + "c350" + "0050");
        assertThat(binary(Passed.NONE, List.of(), client("10.0.0.1", "fd00::2")))
                .isEqualTo(
                        START
                                + "21210024"
                                + "00000000000000000000ffff0a000001"
                                + "fd000000000000000000000000000002"
                                + "c350"
                                + "0050");
        var own = new ProxyHeader(Version.V2, Passed.NONE, List.of()).bytes(null);
        assertThat(own.remaining()).isEqualTo(16);
        assertThat(own.get(12)).isEqualTo((byte) 0x20);
    }

    @Test
    void extensionsArePassedOnAsFarAsTheyMayAndNotTwice() {
        Client client =
                client(
                        "10.0.0.1",
                        "10.0.0.2",
                        extension(2, "a"),
                        extension(3, "sum!"),
                        extension(0xe0, "b"));
        String addresses = "0a0000010a000002c3500050";
        assertThat(binary(Passed.NONE, List.of(), client))
                .isEqualTo(START + "2111000c" + addresses);
        assertThat(binary(Passed.ALL, List.of(), client))
                .isEqualTo(START + "21110014" + addresses + "020001" + "61" + "e00001" + "62");
        assertThat(binary(new Passed(false, Set.of(0xe0)), List.of(), client))
                .isEqualTo(START + "21110010" + addresses + "e00001" + "62");
        assertThat(binary(Passed.ALL, List.of(extension(2, "c")), client))
                .isEqualTo(START + "21110014" + addresses + "020001" + "63" + "e00001" + "62");
    }

    @Test
    void aHeaderIsNeverLongerThanItsLengthCanSay() {
        Client client =
                client(
                        "10.0.0.1",
                        "10.0.0.2",
                        extension(0xe0, "x".repeat(40_000)),
                        extension(0xe1, "y".repeat(40_000)));
        ByteBuffer bytes = new ProxyHeader(Version.V2, Passed.ALL, List.of()).bytes(client);
        assertThat(bytes.remaining()).isEqualTo(16 + 12 + 3 + 40_000);
    }
}
