package dev.heddle.proxy.faults;

import static dev.heddle.proxy.faults.Attack.refused;
import static dev.heddle.proxy.faults.Attack.served;

import dev.heddle.proxy.config.HttpConnectionManagerConfig;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Http1;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Underscores;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Requests that two readers could read differently, or that should cost more than they do, at a
/// whole proxy: sent in one piece, in two pieces cut at every place, and byte by byte.
@SuppressWarnings("StringConcatToTextBlock") // bytes on a wire, where CRLF is to be seen
class RequestFaultsTest {
    private static final String HOST = "Host: a\r\n";
    private static final String CHUNKED = "Transfer-Encoding: chunked\r\n";

    private static String get(String headers) {
        return "GET /a HTTP/1.1\r\n" + HOST + headers + "\r\n";
    }

    private static String post(String headers) {
        return "POST /a HTTP/1.1\r\n" + HOST + headers + "\r\n";
    }

    private static String chunked(String body) {
        return post(CHUNKED) + body;
    }

    static Stream<Attack> framing() {
        var all = new ArrayList<Attack>();
        String smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
        all.add(refused("A01", post("Content-Length: 6\r\n" + CHUNKED) + "0\r\n\r\nG", 400));
        all.add(refused("A01", post("Content-Length: 0\r\n" + CHUNKED) + smuggled, 400));
        all.add(
                refused(
                        "A02",
                        post(CHUNKED + "Content-Length: 4\r\n") + "5c\r\nGPOST / HTTP/1.1\r\n",
                        400));
        for (String value :
                List.of(
                        "\"chunked\"",
                        "\u000bchunked",
                        "chunked\u0001",
                        "chun ked",
                        ",chunked",
                        "chunked,",
                        "chunked;q=1",
                        "chunked\u00a0",
                        "\u0085chunked",
                        "")) {
            all.add(refused("A04", post("Transfer-Encoding: " + value + "\r\n") + smuggled, 400));
        }
        for (String value :
                List.of(
                        "xchunked",
                        "chunked, identity",
                        "identity, chunked",
                        "identity",
                        "gzip, chunked",
                        "chunked, chunked",
                        "chunke",
                        "cow")) {
            all.add(refused("A04", post("Transfer-Encoding: " + value + "\r\n") + smuggled, 501));
        }
        all.add(refused("A04", post(CHUNKED + CHUNKED) + smuggled, 501));
        all.add(refused("A04", post("Transfer-Encoding : chunked\r\n") + smuggled, 400));
        all.add(refused("A04", post(" Transfer-Encoding: chunked\r\n") + smuggled, 400));
        all.add(refused("A04", post("Transfer-Encoding:\r\n chunked\r\n") + smuggled, 400));
        all.add(served("A04", post("TRANSFER-ENCODING: CHUNKED\r\n") + "0\r\n\r\n", "POST /a"));
        for (String value : List.of("5\r\nContent-Length: 6", "5\r\nContent-Length: 5", "5, 5")) {
            all.add(refused("A05", post("Content-Length: " + value + "\r\n") + "hello", 400));
        }
        for (String value :
                List.of(
                        "+5",
                        "-1",
                        "0x10",
                        "1_0",
                        "5 5",
                        "",
                        "1e1",
                        ",5",
                        "9223372036854775808",
                        "1".repeat(400),
                        "\u0665")) {
            all.add(refused("A06", post("Content-Length: " + value + "\r\n") + "hello", 400));
        }
        all.add(served("A06", post("Content-Length: 010\r\n") + "0123456789", "POST /a"));
        return all.stream();
    }

    static Stream<Attack> chunks() {
        var all = new ArrayList<Attack>();
        for (String body :
                List.of(
                        "0x5\r\n",
                        "+5\r\n",
                        "-0\r\n",
                        " 5\r\n",
                        "5 \r\n",
                        "5_0\r\n",
                        "\r\n",
                        "FFFFFFFFFFFFFFFFF\r\n",
                        "g\r\n")) {
            all.add(refused("A07", chunked(body + "hello\r\n0\r\n\r\n"), 400));
        }
        all.add(refused("A08", chunked("5;a\nb\r\nhello\r\n0\r\n\r\n"), 400));
        all.add(refused("A08", chunked("5;a\rb\r\nhello\r\n0\r\n\r\n"), 400));
        all.add(refused("A08", chunked("5;a=\"\r\n0\r\n\r\nGET /x"), 400));
        all.add(served("A08", chunked("5;a=b;c=\"d;e\"\r\nhello\r\n0\r\n\r\n"), "POST /a"));
        all.add(refused("A09", chunked("5\r\nHELLOxx0\r\n\r\n"), 400));
        all.add(refused("A09", chunked("5\r\nHELLO\n0\r\n\r\n"), 400));
        all.add(refused("A09", chunked("5\nHELLO\r\n0\r\n\r\n"), 400));
        all.add(refused("A09", chunked("5\r\nHELLO\r\n0\r\nGET /x HTTP/1.1\r\n\r\n"), 400));
        all.add(
                served(
                        "A24",
                        chunked("0\r\nContent-Length: 7\r\nHost: b\r\nAuthorization: c\r\n\r\n"),
                        "POST /a"));
        all.add(refused("A24", chunked("0\r\n:path: /b\r\n\r\n"), 400));
        all.add(refused("A24", chunked("0\r\nX : a\r\n\r\n"), 400));
        return all.stream();
    }

    static Stream<Attack> lines() {
        var all = new ArrayList<Attack>();
        all.add(refused("A10", get("").replace("\r\n", "\n"), 400));
        all.add(refused("A10", "GET /a HTTP/1.1\r" + HOST + "\r\n", 400));
        all.add(refused("A10", "GET /a HTTP/1.1\r\r\n" + HOST + "\r\n", 400));
        all.add(refused("A10", get("X: a\r\n b\r\n"), 400));
        all.add(refused("A10", get("X: a\r\n\tb\r\n"), 400));
        for (String line :
                List.of("X : a", " X: a", "X", ": a", ":", "X\u00e9: a", "X Y: a", "X/Y: a")) {
            all.add(refused("A11", get(line + "\r\n"), 400));
        }
        for (char control : new char[] {0, 1, '\u000b', '\u000c', 0x1f, 0x7f}) {
            all.add(refused("A12", get("X: a" + control + "b\r\n"), 400));
            all.add(refused("A12", get("X" + control + ": a\r\n"), 400));
            all.add(refused("A12", "GET /a" + control + " HTTP/1.1\r\n" + HOST + "\r\n", 400));
            all.add(refused("A12", "G" + control + "T /a HTTP/1.1\r\n" + HOST + "\r\n", 400));
        }
        all.add(refused("A13", "\0" + get(""), 400));
        all.add(refused("A13", "\1\2" + get(""), 400));
        all.add(refused("A13", "\r\n\r\n\r\n" + get(""), 400));
        all.add(served("A13", "\r\n" + get(""), "GET /a"));
        for (String line :
                List.of(
                        "GET  /a HTTP/1.1",
                        "GET\t/a HTTP/1.1",
                        "GET /a  HTTP/1.1",
                        "GET /a HTTP/1.10",
                        "GET /a http/1.1",
                        "GET /a HTTP/1.1 ",
                        "get /a HTTP/1.1",
                        "BREW /a HTTP/1.1",
                        "GET /a HTTP/1.x")) {
            all.add(refused("A14", line + "\r\n" + HOST + "\r\n", 400));
        }
        for (String version : List.of("HTTP/2.0", "HTTP/1.0", "HTTP/0.9", "HTTP/1.2")) {
            all.add(refused("A14", "GET /a " + version + "\r\n" + HOST + "\r\n", 426));
        }
        all.add(refused("A14", "GET /a\r\n\r\n", 426));
        all.add(refused("A14", "A".repeat(65) + " /a HTTP/1.1\r\n" + HOST + "\r\n", 400));
        return all.stream();
    }

    static Stream<Attack> targets() {
        var all = new ArrayList<Attack>();
        for (String target :
                List.of("http://user@h/", "h/a", "h:80", "*", "ftp://h/a", "http:///a", "/a#b")) {
            all.add(refused("A15", "GET " + target + " HTTP/1.1\r\n" + HOST + "\r\n", 400));
        }
        all.add(served("A15", "GET http://other/b HTTP/1.1\r\n" + HOST + "\r\n", "GET /b"));
        all.add(served("A15", "GET //evil/ HTTP/1.1\r\n" + HOST + "\r\n", "GET //evil/"));
        for (String hosts :
                List.of(
                        "",
                        "Host: a\r\nHost: b\r\n",
                        "Host: a\r\nHost: a\r\n",
                        "Host: a,b\r\n",
                        "Host:\r\n",
                        "Host: a:99999\r\n",
                        "Host: a b\r\n",
                        "Host: a/b\r\n",
                        "Host: a@b\r\n",
                        "Host: a\0\r\n",
                        "Host: " + "a".repeat(300) + "\r\n")) {
            all.add(refused("A16", "GET /a HTTP/1.1\r\n" + hosts + "\r\n", 400));
        }
        all.add(refused("A17", post("Content-Length: 2\r\nExpect: y\r\n") + "hi", 417));
        all.add(
                served(
                        "A17",
                        post("Content-Length: 2\r\nExpect: 100-continue\r\n") + "hi",
                        "POST /a"));
        all.add(served("A17", get("Expect: 100-continue\r\n"), "GET /a"));
        for (String method : List.of("GET", "OPTIONS", "DELETE")) {
            String smuggled = "GET /x HTTP/1.1\r\n\r\n";
            all.add(
                    served(
                            "A18",
                            method
                                    + " /a HTTP/1.1\r\n"
                                    + HOST
                                    + "Content-Length: 19\r\n\r\n"
                                    + smuggled,
                            method + " /a"));
            all.add(
                    served(
                            "A18",
                            method
                                    + " /a HTTP/1.1\r\n"
                                    + HOST
                                    + CHUNKED
                                    + "\r\n13\r\n"
                                    + smuggled
                                    + "\r\n0\r\n\r\n",
                            method + " /a"));
        }
        String h2c =
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n";
        all.add(served("A21", get(h2c), "GET /a"));
        all.add(refused("A20", get("Connection: upgrade\r\nUpgrade: foo\r\n") + get(""), 403));
        all.add(refused("A22", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\nearly", 404));
        all.add(refused("A22", "CONNECT /a HTTP/1.1\r\n" + HOST + "\r\n", 400));
        for (String token :
                List.of(
                        "X-Forwarded-For",
                        "Authorization",
                        "x-jwt-payload",
                        "Host",
                        "content-length",
                        "transfer-encoding",
                        "cookie",
                        "x-envoy-internal")) {
            all.add(refused("A23", get("Connection: close, " + token + "\r\n"), 400));
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource({"framing", "chunks", "lines", "targets"})
    void whateverIsSentIsReadInOneWay(Attack attack) {
        try (var mesh = new Mesh(UnaryOperator.identity())) {
            assertHoldsEverywhere(mesh, attack);
        }
    }

    private static void assertHoldsEverywhere(Mesh mesh, Attack attack) {
        mesh.assertHolds(attack);
        // Long texts differ only in how long they are: their ends are enough.
        int step = Math.max(1, attack.bytes().length() / 120);
        for (int cut = 1; cut < attack.bytes().length(); cut += step) {
            mesh.assertHolds(attack, cut);
        }
        mesh.assertHolds(attack, IntStream.range(1, attack.bytes().length()).toArray());
    }

    @Test
    void noByteThatIsNoTokenIsPartOfAName() {
        try (var mesh = new Mesh(UnaryOperator.identity())) {
            for (int c = 0; c < 256; c++) {
                boolean isToken =
                        (Character.isLetterOrDigit(c) && c < 128)
                                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
                for (String name : List.of("%cX", "X%c", "X%cY", "%c")) {
                    String line = name.formatted((char) c);
                    // A colon ends a name, a line end a line: those are other cases.
                    if (":\r\n".indexOf(c) < 0) {
                        mesh.assertHolds(
                                isToken
                                        ? served("A11", get(line + ": a\r\n"), "GET /a")
                                        : refused("A11", get(line + ": a\r\n"), 400));
                    }
                }
            }
        }
    }

    @Test
    void headsHaveABound() {
        try (var mesh = new Mesh(UnaryOperator.identity())) {
            mesh.assertHolds(refused("A27", get("X: " + "a".repeat(61 * 1024) + "\r\n"), 431));
            mesh.assertHolds(refused("A27", get("X".repeat(61 * 1024) + ": a\r\n"), 431));
            mesh.assertHolds(refused("A27", get("X: 1\r\n".repeat(101)), 431));
            mesh.assertHolds(served("A27", get("X: 1\r\n".repeat(99)), "GET /a"));
            mesh.assertHolds(
                    refused("A27", "GET /" + "a".repeat(64 * 1024) + " HTTP/1.1\r\n\r\n", 431));
            mesh.assertHolds(
                    refused("A24", chunked("0\r\n" + "X: 1\r\n".repeat(101) + "\r\n"), 431));
            mesh.assertHolds(refused("A08", chunked("1;" + "a".repeat(5000) + "\r\n"), 400));
        }
    }

    @Test
    void aBodyInManyTinyChunksPasses() {
        try (var mesh = new Mesh(UnaryOperator.identity())) {
            mesh.assertHolds(
                    served("A28", chunked("1\r\na\r\n".repeat(20_000) + "0\r\n\r\n"), "POST /a"));
        }
    }

    @Test
    void framingDoesNotDependOnTheLanguageOfTheMachine() {
        Locale usual = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("tr-TR"));
        try (var mesh = new Mesh(UnaryOperator.identity())) {
            mesh.assertHolds(
                    served("A29", post("TRANSFER-ENCODING: CHUNKED\r\n") + "0\r\n\r\n", "POST /a"));
            mesh.assertHolds(
                    served("A29", post("CONTENT-LENGTH: 2\r\nX-I: I\r\n") + "hi", "POST /a"));
            mesh.assertHolds(
                    refused("A29", post("CONTENT-LENGTH: 2\r\n" + CHUNKED) + "0\r\n\r\n", 400));
        } finally {
            Locale.setDefault(usual);
        }
    }

    @Test
    void oldClientsHaveNoTransferEncodings() {
        try (var mesh = new Mesh(RequestFaultsTest::withOldClients)) {
            assertHoldsEverywhere(
                    mesh, refused("A03", "POST /a HTTP/1.0\r\n" + CHUNKED + "\r\n0\r\n\r\n", 400));
            assertHoldsEverywhere(
                    mesh,
                    refused(
                            "A03",
                            "POST /a HTTP/1.0\r\nContent-Length: 5\r\n" + CHUNKED + "\r\n0\r\n\r\n",
                            400));
            assertHoldsEverywhere(
                    mesh, new Attack("A03", "GET /a HTTP/1.0\r\n\r\n", "200!", List.of("GET /a")));
        }
    }

    @Test
    void namesWithUnderscoresAreRefusedWhereThatIsAskedFor() {
        try (var mesh = new Mesh(RequestFaultsTest::withoutUnderscores)) {
            assertHoldsEverywhere(mesh, refused("C15", get("X_Role: admin\r\n"), 400));
            assertHoldsEverywhere(mesh, served("C15", get("X-Role: user\r\n"), "GET /a"));
        }
    }

    private static HttpConnectionManagerConfig withOldClients(HttpConnectionManagerConfig usual) {
        return with(usual, usual.limits(), new Http1(true, Optional.of("old"), true, List.of()));
    }

    private static HttpConnectionManagerConfig withoutUnderscores(
            HttpConnectionManagerConfig usual) {
        var limits =
                new HttpConnectionManagerConfig.Limits(
                        usual.limits().requestHeadBytes(),
                        usual.limits().headers(),
                        0,
                        Underscores.REJECT_REQUEST);
        return with(usual, limits, usual.http1());
    }

    private static HttpConnectionManagerConfig with(
            HttpConnectionManagerConfig usual,
            HttpConnectionManagerConfig.Limits limits,
            Http1 http1) {
        return new HttpConnectionManagerConfig(
                usual.statPrefix(),
                usual.routes(),
                usual.filters(),
                usual.accessLogs(),
                usual.identity(),
                usual.paths(),
                usual.timeouts(),
                limits,
                usual.codec(),
                http1,
                usual.http2());
    }
}
