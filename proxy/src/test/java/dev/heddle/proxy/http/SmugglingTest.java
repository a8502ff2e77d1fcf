package dev.heddle.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Two readers of one stream must never disagree where a request ends: whatever could make them is
/// refused, at whatever place the bytes are cut.
@SuppressWarnings("StringConcatToTextBlock") // bytes on a wire, where CRLF is to be seen
class SmugglingTest {
    private static final String HOST = "Host: a\r\n";

    /// Bytes, what is made of them, and why.
    record Case(String why, String bytes, String events) {
        @Override
        public String toString() {
            return why;
        }

        String all() {
            return events + "closed\n";
        }
    }

    private static String post(String headers) {
        return "POST / HTTP/1.1\r\n" + HOST + headers + "\r\n";
    }

    private static Case refused(String why, String bytes, CodecError error) {
        return new Case(why, bytes, "error " + error + "\n");
    }

    private static Case refused(String why, String bytes) {
        return refused(why, bytes, CodecError.MALFORMED);
    }

    private static Case cut(String why, String head, String bytes) {
        return new Case(why, head + bytes, "error " + CodecError.INVALID_CHUNK + "\n");
    }

    static Stream<Case> framing() {
        var both = CodecError.LENGTH_AND_CHUNKED;
        var length = CodecError.INVALID_LENGTH;
        var cases = new ArrayList<Case>();
        cases.add(
                refused(
                        "CL.TE",
                        post("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\nG",
                        both));
        cases.add(
                refused(
                        "TE.CL",
                        post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n")
                                + "5c\r\nGPOST / HTTP/1.1\r\n\r\n0\r\n\r\n",
                        both));
        cases.add(
                refused(
                        "TE in HTTP/1.0",
                        "POST / HTTP/1.0\r\n"
                                + HOST
                                + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                        CodecError.LOW_VERSION));
        for (String value :
                List.of("5\r\nContent-Length: 6", "5\r\nContent-Length: 5", "5, 5", ",5", "+5")) {
            cases.add(
                    refused(
                            "CL " + value,
                            post("Content-Length: " + value + "\r\n") + "hello",
                            length));
        }
        for (String value :
                List.of(
                        "-1",
                        "0x10",
                        "1_0",
                        "5 5",
                        "",
                        "1e1",
                        "9223372036854775808",
                        "1".repeat(400))) {
            cases.add(
                    refused(
                            "CL " + value,
                            post("Content-Length: " + value + "\r\n") + "hello",
                            length));
        }
        for (String value : List.of("xchunked", "chunked, identity", "identity, chunked", "gzip")) {
            cases.add(
                    refused(
                            "TE " + value,
                            post("Transfer-Encoding: " + value + "\r\n") + "0\r\n\r\n",
                            CodecError.INVALID_TRANSFER_ENCODING));
        }
        for (String value : List.of("\"chunked\"", "chunked;", "chunked,", "ch\u00a0unked", "")) {
            cases.add(
                    refused(
                            "TE " + value,
                            post("Transfer-Encoding: " + value + "\r\n") + "0\r\n\r\n"));
        }
        cases.add(
                refused(
                        "two TE",
                        post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
                        CodecError.INVALID_TRANSFER_ENCODING));
        cases.add(
                refused(
                        "TE behind a vertical tab",
                        post("Transfer-Encoding: \u000bchunked\r\n"),
                        CodecError.INVALID_CHARACTERS));
        return cases.stream();
    }

    static Stream<Case> lines() {
        var control = CodecError.INVALID_CHARACTERS;
        return Stream.of(
                refused("LF alone", "GET / HTTP/1.1\nHost: a\n\n"),
                refused("LF alone in a field", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n"),
                refused("CR CR LF", "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", control),
                refused("CR alone in a value", post("X: a\rY: b\r\n"), control),
                refused("folded line", post("X: a\r\n b\r\n")),
                refused("folded with a tab", post("X: a\r\n\tb\r\n"), control),
                refused("space before the colon", post("X : a\r\n")),
                refused("space before the first name", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
                refused("no colon", post("X\r\n")),
                refused("no name", post(": a\r\n")),
                refused("colon alone", post(":\r\n")),
                refused("NUL in a value", post("X: a\0b\r\n"), control),
                refused("DEL in a value", post("X: a\u007fb\r\n"), control),
                refused("NUL in a name", post("X\0: a\r\n"), control),
                refused("NUL before the request", "\0GET / HTTP/1.1\r\n"),
                refused("controls before the request", "\1\2GET / HTTP/1.1\r\n"),
                refused("TLS", "\u0016\u0003\u0001\u0002\0"),
                refused("two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
                new Case(
                        "one empty line first",
                        "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
                        "GET / a\nend\n"),
                refused("two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
                refused("tab", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", control),
                refused("two digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n"),
                refused("HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", CodecError.LOW_VERSION),
                refused("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
                refused("lower-case version", "GET / http/1.1\r\nHost: a\r\n\r\n"),
                refused("HTTP/0.9", "GET /\r\n", CodecError.LOW_VERSION),
                refused("HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", CodecError.LOW_VERSION),
                refused("long method", "M".repeat(65) + " / HTTP/1.1\r\nHost: a\r\n\r\n"),
                refused("methods have a case", "get / HTTP/1.1\r\nHost: a\r\n\r\n"),
                refused("unknown method", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n"));
    }

    static Stream<Case> targets() {
        var url = CodecError.INVALID_URL;
        var host = CodecError.INVALID_HOST;
        var cases = new ArrayList<Case>();
        cases.add(
                new Case(
                        "absolute form",
                        "GET http://b:8/x?y HTTP/1.1\r\nHost: a\r\n\r\n",
                        "GET /x?y b:8\nend\n"));
        cases.add(
                new Case(
                        "absolute form without a path",
                        "GET HTTP://b?y HTTP/1.1\r\nHost: a\r\n\r\n",
                        "GET /?y b\nend\n"));
        cases.add(refused("user", "GET http://u@h/ HTTP/1.1\r\nHost: a\r\n\r\n", url));
        cases.add(refused("empty authority", "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", url));
        cases.add(
                refused(
                        "another scheme",
                        "GET ftp://h/ HTTP/1.1\r\nHost: a\r\n\r\n",
                        CodecError.INVALID_SCHEME));
        cases.add(refused("authority form", "GET h:80 HTTP/1.1\r\nHost: a\r\n\r\n"));
        cases.add(refused("relative", "GET h/ HTTP/1.1\r\nHost: a\r\n\r\n"));
        cases.add(refused("star without OPTIONS", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", url));
        cases.add(new Case("star", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * a\nend\n"));
        cases.add(
                new Case(
                        "two slashes",
                        "GET //evil/ HTTP/1.1\r\nHost: a\r\n\r\n",
                        "GET //evil/ a\nend\n"));
        // Whoever serves the request refuses it.
        cases.add(new Case("no host", "GET / HTTP/1.1\r\n\r\n", "GET / \nend\n"));
        cases.add(new Case("empty host", "GET / HTTP/1.1\r\nHost: \r\n\r\n", "GET / \nend\n"));
        cases.add(refused("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"));
        for (String bad :
                List.of(
                        "a,b",
                        "a:99999",
                        "a:",
                        "a b",
                        "a/b",
                        "u@b",
                        "[::1",
                        "[zz]",
                        ":80",
                        "a".repeat(300))) {
            cases.add(refused("host " + bad, "GET / HTTP/1.1\r\nHost: " + bad + "\r\n\r\n", host));
        }
        cases.add(
                new Case(
                        "an IPv6 host",
                        "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
                        "GET / [::1]:80\nend\n"));
        cases.add(refused("expect", post("Expect: y\r\n"), CodecError.EXPECTATION));
        for (String token : List.of("Authorization", "X-Forwarded-For", "Host", "content-length")) {
            cases.add(
                    refused(
                            "connection names " + token,
                            post("Connection: close, " + token + "\r\n"),
                            CodecError.CONNECTION_HEADER));
        }
        return cases.stream();
    }

    static Stream<Case> chunks() {
        String chunked = post("Transfer-Encoding: chunked\r\n");
        String head = "POST / a transfer-encoding=chunked\n";
        var cases = new ArrayList<Case>();
        for (String size :
                List.of(
                        "0x5",
                        "+5",
                        "-0",
                        " 5",
                        "5 ",
                        "5_0",
                        "",
                        "FFFFFFFFFFFFFFFFF",
                        "5\n",
                        "g")) {
            cases.add(
                    cutChunk(
                            "size '" + size + "'", chunked, head, size + "\r\nhello\r\n0\r\n\r\n"));
        }
        cases.add(cutChunk("an extension without a name", chunked, head, "5;\r\nhello\r\n"));
        cases.add(cutChunk("an open quote", chunked, head, "5;a=\"b\r\nhello\r\n0\r\n\r\n"));
        cases.add(cutChunk("LF in an extension", chunked, head, "5;a\nb\r\nhello\r\n0\r\n\r\n"));
        cases.add(cutChunk("CR in an extension", chunked, head, "5;a\rb\r\nhello\r\n0\r\n\r\n"));
        cases.add(
                cutChunk(
                        "a long extension",
                        chunked,
                        head,
                        "5;" + "x".repeat(5000) + "\r\nhello\r\n"));
        cases.add(
                new Case(
                        "no end of a chunk",
                        chunked + "5\r\nHELLOxx0\r\n\r\n",
                        head + "body HELLO\nerror INVALID_CHUNK\n"));
        cases.add(
                new Case(
                        "LF as the end of a chunk",
                        chunked + "5\r\nHELLO\n0\r\n\r\n",
                        head + "body HELLO\nerror INVALID_CHUNK\n"));
        cases.add(
                new Case(
                        "a quoted request in an extension",
                        chunked + "1;a=\"b\"\r\nx\r\n0\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
                        head + "body x\nend\nGET /2 a\nend\n"));
        cases.add(
                new Case(
                        "trailers that mean to frame",
                        chunked
                                + "0\r\nContent-Length: 5\r\nTransfer-Encoding: x\r\n\r\n"
                                + "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
                        head + "end\nGET /2 a\nend\n"));
        cases.add(
                new Case(
                        "a bad trailer", chunked + "0\r\nX y\r\n\r\n", head + "error MALFORMED\n"));
        cases.add(
                new Case(
                        "many trailers",
                        chunked + "0\r\n" + "X: y\r\n".repeat(200) + "\r\n",
                        head + "error TOO_MANY_HEADERS\n"));
        return cases.stream();
    }

    private static Case cutChunk(String why, String request, String head, String chunks) {
        Case bad = cut(why, request, chunks);
        return new Case(why, bad.bytes(), head + bad.events());
    }

    static Stream<Case> served() {
        String get = "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n";
        return Stream.of(
                new Case(
                        "a length with zeros",
                        post("Content-Length: 010\r\n") + "0123456789" + get,
                        "POST / a content-length=10\nbody 0123456789\nend\nGET /2 a\nend\n"),
                new Case(
                        "chunks",
                        post("TRANSFER-ENCODING:chunked\t\r\n")
                                + "3\r\nabc\r\nA;x\r\n0123456789\r\n00\r\n\r\n"
                                + get,
                        "POST / a transfer-encoding=chunked\n"
                                + "body abc0123456789\n"
                                + "end\n"
                                + "GET /2 a\n"
                                + "end\n"),
                new Case(
                        "a body of GET is no request",
                        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 36\r\n\r\n"
                                + "GET /evil HTTP/1.1\r\nHost: evil\r\n\r\n\r\n"
                                + get,
                        "GET / a content-length=36\n"
                                + "body GET /evil HTTP/1.1\r\nHost: evil\r\n\r\n\r\n\n"
                                + "end\nGET /2 a\nend\n"),
                new Case(
                        "names of any case",
                        "GET / HTTP/1.1\r\nHOST: a\r\nX-I: \u00e9 \r\n\r\n",
                        "GET / a x-i=\u00e9\nend\n"),
                new Case("pipelined", get + get + get, "GET /2 a\nend\n".repeat(3)));
    }

    static Stream<Case> limits() {
        var large = CodecError.HEAD_TOO_LARGE;
        return Stream.of(
                refused("61 KiB", post("X: " + "y".repeat(61 * 1024) + "\r\n"), large),
                refused("61 KiB without an end", post("X: " + "y".repeat(61 * 1024)), large),
                refused("a long name", post("y".repeat(61 * 1024)), large),
                refused("a long target", "GET /" + "y".repeat(61 * 1024), large),
                refused("101 headers", post("X: y\r\n".repeat(100)), CodecError.TOO_MANY_HEADERS));
    }

    @ParameterizedTest
    @MethodSource({"framing", "lines", "targets", "chunks", "served"})
    void everyCutOfTheBytesMeansTheSame(Case row) {
        String bytes = row.bytes();
        assertThat(Probe.requests(bytes)).isEqualTo(row.all());
        for (int at = 1; at < Math.min(bytes.length(), 1000); at++) {
            assertThat(Probe.requests(bytes, at)).as("cut at %d", at).isEqualTo(row.all());
        }
        assertThat(Probe.requests(bytes, IntStream.range(1, bytes.length()).toArray()))
                .as("byte by byte")
                .isEqualTo(row.all());
    }

    @ParameterizedTest
    @MethodSource("limits")
    void heads(Case row) {
        assertThat(Probe.requests(row.bytes())).isEqualTo(row.all());
        int[] cuts = IntStream.range(1, row.bytes().length()).toArray();
        assertThat(Probe.requests(row.bytes(), cuts)).isEqualTo(row.all());
    }

    /// All 256 bytes at the four places of a field: only a token may be a name.
    @Test
    void onlyTokensAreNames() {
        for (int c = 0; c < 256; c++) {
            for (String line : List.of("%cX: y", "X%cX: y", "X%c: y", "%c: y")) {
                String events = Probe.requests(post(String.format(line, (char) c) + "\r\n"));
                boolean allowed = c == ':' ? line.startsWith("X") : Ascii.isToken(c);
                assertThat(events.startsWith("POST / a"))
                        .as("byte 0x%x in '%s': %s", c, line, events)
                        .isEqualTo(allowed);
            }
        }
    }

    /// A field with an invalid byte never becomes part of a request.
    @Test
    void controlsAreNoValues() {
        for (int c = 0; c < 256; c++) {
            String events = Probe.requests(post("X: a" + (char) c + "b\r\n"));
            assertThat(events.startsWith("POST / a"))
                    .as("byte 0x%x: %s", c, events)
                    .isEqualTo(c == '\t' || (c >= 0x20 && c != 0x7f));
        }
    }

    @Test
    void oldClientsAreServedWhereTheyAreAllowed() {
        String events =
                Probe.requests(
                        settings ->
                                new Http1Settings(
                                        settings.limits(),
                                        true,
                                        java.util.Optional.of("old"),
                                        true,
                                        settings.upgrades(),
                                        settings.delayedClose(),
                                        settings.trailers(),
                                        settings.dialect()),
                        "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
                                + "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n");
        assertThat(events).isEqualTo("GET / old\nend\nerror MALFORMED\nclosed\n");
    }
}
