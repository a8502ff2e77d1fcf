package dev.heddle.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Http2ConnectionTest {
    @Test
    void aServerBeginsWithItsSettingsAndItsWindow() {
        var engine = new EngineUnderTest(Http2Connection.Side.SERVER, Http2Settings.USUAL);
        engine.connection.start();
        assertThat(engine.sent()).containsExactly("SETTINGS", "WINDOW_UPDATE 0 983041");
        engine.receive(FrameText.preface(), FrameText.settings());
        assertThat(engine.sent()).containsExactly("SETTINGS ack");
        assertThat(engine.connection.isAcknowledged()).isFalse();
        engine.receive(FrameText.settingsAck());
        assertThat(engine.connection.isAcknowledged()).isTrue();
    }

    @Test
    void aRequestWithBodyAndTrailersIsToldAndAnswered() {
        var engine = EngineUnderTest.server();
        engine.receive(
                engine.peer.post(1, "x-a: b"),
                FrameText.data(1, "body", false),
                engine.peer.headers(1, true, "x-t: u"));
        assertThat(engine.heard())
                .containsExactly(
                        "request 1 POST http://a/ [x-a: b]", "data 1 body", "trailers 1 [x-t: u]");
        Http2Stream stream = engine.told.stream(1);
        stream.sendHead(fields -> fields.status(200), false);
        stream.sendData(text("answer"), false);
        stream.sendTrailers(fields -> fields.add("grpc-status", "0"));
        assertThat(engine.sent())
                .containsExactly(
                        "HEADERS 1 [:status: 200]",
                        "DATA 1 answer",
                        "HEADERS 1 [grpc-status: 0] end");
        assertThat(engine.heard()).containsExactly("closed 1 COMPLETE NO_ERROR");
        assertThat(engine.connection.streams()).isZero();
    }

    @Test
    void aTurnIsOneFlushHoweverMuchIsWritten() {
        var engine = EngineUnderTest.server();
        engine.told.answers = true;
        int before = engine.wire.flushes;
        engine.receive(Unpooled.wrappedBuffer(engine.peer.get(1), engine.peer.get(3)));
        assertThat(engine.wire.flushes - before).isEqualTo(1);
        assertThat(engine.sent())
                .containsExactly("HEADERS 1 [:status: 200] end", "HEADERS 3 [:status: 200] end");
    }

    @Test
    void bytesMayArriveOneByOne() {
        var engine = EngineUnderTest.server();
        ByteBuf all =
                Unpooled.wrappedBuffer(
                        engine.peer.post(1),
                        FrameText.frame(
                                Frames.DATA,
                                Frames.PADDED,
                                1,
                                (byte) 2,
                                (byte) 'x',
                                (byte) 0,
                                (byte) 0),
                        FrameText.frame(0x42, 0, 1, (byte) 1, (byte) 2),
                        FrameText.data(1, "", true));
        while (all.isReadable()) {
            engine.receive(all.readBytes(1));
        }
        all.release();
        assertThat(engine.heard())
                .containsExactly("request 1 POST http://a/ []", "data 1 x", "data 1  end");
    }

    @Test
    void crumbsOfCookieBecomeOneField() {
        var engine = EngineUnderTest.server();
        engine.receive(engine.peer.post(1, "cookie: a=1", "x: y", "cookie: b=2"));
        assertThat(engine.heard())
                .containsExactly("request 1 POST http://a/ [cookie: a=1; b=2, x: y]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "host: b",
                "connection: close",
                "transfer-encoding: chunked",
                "te: gzip",
                "upgrade: h2c",
                "x: a\rb",
                "x: a\nb",
                "x: a\u0000b",
                "x:  a",
                "x: a ",
                "X: a",
                "x y: a",
                ":path: /b",
                ":status: 200",
                ":unknown: x",
                "content-length: 1x",
                "content-length: -1",
                "content-length: "
            })
    void aRequestThatAnHttp1HopCouldMisreadIsReset(String line) {
        var engine = EngineUnderTest.server();
        engine.receive(engine.peer.post(1, line));
        assertThat(engine.sent()).containsExactly("RST_STREAM 1 PROTOCOL_ERROR");
        assertThat(engine.heard()).singleElement().asString().startsWith("refused 1 http2.");
        engine.receive(engine.peer.get(3));
        assertThat(engine.heard()).containsExactly("request 3 GET http://a/ [] end");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ":path: a",
                ":path: ",
                ":path: /a b",
                ":path: /#f",
                ":method: GET /x",
                ":scheme: ",
                ":authority: u@h",
                ":authority: a b"
            })
    void aPseudoHeaderFieldThatIsNoneIsReset(String line) {
        var engine = EngineUnderTest.server();
        var lines =
                new ArrayList<>(
                        List.of(":method: GET", ":scheme: http", ":path: /", ":authority: a"));
        String name = line.substring(0, line.indexOf(": ", 1));
        lines.removeIf(other -> other.startsWith(name + ": "));
        lines.add(line);
        engine.receive(engine.peer.headers(1, true, lines.toArray(String[]::new)));
        assertThat(engine.sent()).containsExactly("RST_STREAM 1 PROTOCOL_ERROR");
    }

    @Test
    void aBodyThatIsNotAsLongAsItSaysIsNotForwardedFurther() {
        var engine = EngineUnderTest.server();
        engine.receive(
                engine.peer.post(1, "content-length: 3"),
                FrameText.data(1, "ab", false),
                FrameText.data(1, "cd", true));
        assertThat(engine.heard())
                .containsExactly(
                        "request 1 POST http://a/ [content-length: 3]",
                        "data 1 ab",
                        "closed 1 PROTOCOL_ERROR PROTOCOL_ERROR");
        engine.receive(engine.peer.post(3, "content-length: 3"), FrameText.data(3, "ab", true));
        assertThat(engine.heard()).last().isEqualTo("closed 3 PROTOCOL_ERROR PROTOCOL_ERROR");
    }

    @Test
    void aHeadThatIsTooLargeIsAnswered431AndTheConnectionLives() {
        var engine = EngineUnderTest.server();
        String[] many = new String[101];
        for (int i = 0; i < many.length; i++) {
            many[i] = "x-" + i + ": y";
        }
        engine.receive(engine.peer.post(1, many));
        assertThat(engine.sent())
                .containsExactly("HEADERS 1 [:status: 431] end", "RST_STREAM 1 NO_ERROR");
        engine.receive(engine.peer.get(3));
        assertThat(engine.heard())
                .containsExactly(
                        "refused 1 http2.too_many_headers", "request 3 GET http://a/ [] end");
    }

    @Test
    void dataWaitsForWindowsAndStreamsTakeTurns() {
        var engine = EngineUnderTest.server();
        engine.receive(engine.peer.get(1), engine.peer.get(3), engine.peer.get(5));
        engine.sent();
        engine.told.stream(1).sendData(text("x".repeat(60_000)), false);
        engine.told.stream(3).sendData(text("y".repeat(40_000)), true);
        engine.told.stream(5).sendData(text("z".repeat(40_000)), true);
        assertThat(sizes(engine))
                .containsExactly("1:16384", "1:16384", "1:16384", "1:10848", "3:5535");
        engine.receive(FrameText.windowUpdate(0, 70_000));
        assertThat(sizes(engine))
                .containsExactly("3:16384", "5:16384", "3:16384", "5:16384", "3:1697", "5:2767");
    }

    private static List<String> sizes(EngineUnderTest engine) {
        return engine.sent().stream()
                .map(line -> line.split(" ", -1))
                .map(words -> words[1] + ":" + words[2].length())
                .toList();
    }

    @Test
    void trailersStayBehindDataThatWaits() {
        var engine = EngineUnderTest.server();
        engine.receive(FrameText.settings(Frames.INITIAL_WINDOW_SIZE, 4), engine.peer.get(1));
        engine.sent();
        Http2Stream stream = engine.told.stream(1);
        stream.sendHead(fields -> fields.status(200), false);
        stream.sendData(text("abcdef"), false);
        stream.sendTrailers(fields -> fields.add("t", "u"));
        assertThat(engine.sent()).containsExactly("HEADERS 1 [:status: 200]", "DATA 1 abcd");
        engine.receive(FrameText.windowUpdate(1, 4));
        assertThat(engine.sent()).containsExactly("DATA 1 ef", "HEADERS 1 [t: u] end");
    }

    @Test
    void aWindowThatThePeerMakesNegativeIsObeyed() {
        var engine = EngineUnderTest.server();
        engine.receive(FrameText.settings(Frames.INITIAL_WINDOW_SIZE, 4), engine.peer.get(1));
        engine.told.stream(1).sendData(text("abcdef"), true);
        engine.receive(FrameText.settings(Frames.INITIAL_WINDOW_SIZE, 1));
        engine.sent();
        engine.receive(FrameText.windowUpdate(1, 3));
        assertThat(engine.sent()).isEmpty();
        engine.receive(FrameText.windowUpdate(1, 1));
        assertThat(engine.sent()).containsExactly("DATA 1 e");
        engine.receive(FrameText.settings(Frames.INITIAL_WINDOW_SIZE, 2));
        assertThat(engine.sent()).containsExactly("SETTINGS ack", "DATA 1 f end");
    }

    @Test
    void aSenderIsToldWhenToStopAndWhenToGoOn() {
        var engine = EngineUnderTest.server();
        engine.receive(FrameText.settings(Frames.INITIAL_WINDOW_SIZE, 0), engine.peer.get(1));
        engine.heard();
        Http2Stream stream = engine.told.stream(1);
        stream.sendData(text("x".repeat(50_000)), false);
        assertThat(stream.isWritable()).isTrue();
        stream.sendData(text("x".repeat(50_000)), false);
        assertThat(stream.isWritable()).isFalse();
        engine.receive(FrameText.windowUpdate(1, 60_000));
        assertThat(engine.heard()).isEmpty();
        engine.receive(FrameText.windowUpdate(1, 20_000), FrameText.windowUpdate(0, 20_000));
        assertThat(engine.heard()).containsExactly("writable 1");
    }

    @Test
    void onlyWhatIsConsumedIsGivenBackToThePeer() {
        var engine = EngineUnderTest.server();
        engine.told.consumes = false;
        engine.receive(engine.peer.post(1));
        int got = 0;
        while (got < 256 * 1024) {
            engine.receive(FrameText.data(1, "x".repeat(16_384), false));
            got += 16_384;
        }
        assertThat(engine.sent()).isEmpty();
        engine.told.stream(1).consumed(200 * 1024);
        assertThat(engine.sent()).containsExactly("WINDOW_UPDATE 1 204800");
        engine.receive(FrameText.data(1, "x".repeat(16_384), false));
        assertThat(engine.connection.streams()).isEqualTo(1);
        engine.told.stream(1).reset(ErrorCode.CANCEL);
        assertThat(engine.sent()).containsExactly("RST_STREAM 1 CANCEL");
    }

    @Test
    void dataBeyondTheWindowEndsTheStream() {
        var settings = withWindow(65_535);
        var engine = EngineUnderTest.server(settings);
        engine.told.consumes = false;
        engine.receive(engine.peer.post(1));
        for (int i = 0; i < 4; i++) {
            engine.receive(FrameText.data(1, "x".repeat(16_384), false));
        }
        assertThat(engine.sent()).containsExactly("RST_STREAM 1 FLOW_CONTROL_ERROR");
    }

    private static Http2Settings withWindow(int window) {
        Http2Settings usual = Http2Settings.USUAL;
        return new Http2Settings(
                usual.maxStreams(),
                window,
                usual.connectionWindow(),
                usual.tableSize(),
                usual.headers(),
                usual.connectProtocol(),
                usual.streamBuffer(),
                usual.floods());
    }

    @Test
    void aDrainTakesWhatIsOnItsWayAndThenNothingMore() {
        var engine = EngineUnderTest.server();
        engine.receive(engine.peer.get(1));
        engine.connection.drain();
        List<String> sent = engine.sent();
        assertThat(sent).first().isEqualTo("GOAWAY 2147483647 NO_ERROR");
        long opaque = Long.parseLong(sent.get(1).substring("PING ".length()));
        engine.receive(engine.peer.get(3));
        ByteBuf pong = FrameText.ping(opaque);
        pong.setByte(4, Frames.ACK);
        engine.receive(pong);
        assertThat(engine.sent()).containsExactly("GOAWAY 3 NO_ERROR");
        engine.heard();
        engine.receive(engine.peer.get(5));
        assertThat(engine.heard()).isEmpty();
        engine.told.stream(1).sendHead(fields -> fields.status(200), true);
        assertThat(engine.wire.isClosed()).isFalse();
        engine.told.stream(3).sendHead(fields -> fields.status(200), true);
        engine.sent();
        assertThat(engine.wire.isClosed()).isTrue();
    }

    @Test
    void aClientLearnsWhichRequestsWereNotProcessed() {
        var engine = EngineUnderTest.client();
        open(engine, false);
        open(engine, true);
        engine.receive(FrameText.goAway(1));
        assertThat(engine.heard())
                .containsExactly("closed 3 NOT_PROCESSED NO_ERROR", "goaway NO_ERROR");
        assertThat(engine.connection.canOpen()).isFalse();
        engine.receive(engine.peer.headers(1, true, ":status: 200"));
        assertThat(engine.heard()).containsExactly("head 1 200 [] end");
    }

    private static Http2Stream open(EngineUnderTest engine, boolean isEnd) {
        int id = engine.connection.streams() * 2 + 1;
        Http2Stream stream =
                engine.connection.open(
                        fields -> {
                            fields.add(":method", "GET");
                            fields.add(":scheme", "http");
                            fields.add(":authority", "a");
                            fields.add(":path", "/");
                        },
                        isEnd,
                        false,
                        engine.told.handler(id));
        engine.told.streams.put(id, stream);
        return stream;
    }

    @Test
    void aClientHearsInterimResponsesAndOneThatCutsTheUploadShort() {
        var engine = EngineUnderTest.client();
        open(engine, false);
        assertThat(engine.sent())
                .containsExactly(
                        "HEADERS 1 [:method: GET, :scheme: http, :authority: a, :path: /]");
        engine.receive(
                engine.peer.headers(1, false, ":status: 100"),
                engine.peer.headers(1, false, ":status: 413", "content-length: 2"),
                FrameText.data(1, "no", true),
                FrameText.number(Frames.RST_STREAM, 1, 0));
        assertThat(engine.heard())
                .containsExactly(
                        "head 1 100 []",
                        "head 1 413 [content-length: 2]",
                        "data 1 no end",
                        "closed 1 COMPLETE NO_ERROR");
    }

    @Test
    void aServerThatPushesOrOpensStreamsLosesTheConnection() {
        var engine = EngineUnderTest.client();
        engine.receive(FrameText.frame(Frames.PUSH_PROMISE, 4, 1, (byte) 0));
        assertThat(engine.sent()).containsExactly("GOAWAY 0 PROTOCOL_ERROR");
        engine = EngineUnderTest.client();
        engine.receive(engine.peer.headers(2, true, ":status: 200"));
        assertThat(engine.sent()).containsExactly("GOAWAY 0 PROTOCOL_ERROR");
    }

    @Test
    void aClientThatOpensTooManyStreamsIsRefusedAndNotCut() {
        var engine = EngineUnderTest.server();
        for (int id = 1; id <= 203; id += 2) {
            engine.receive(engine.peer.get(id));
        }
        assertThat(engine.sent())
                .containsExactly("RST_STREAM 201 REFUSED_STREAM", "RST_STREAM 203 REFUSED_STREAM");
        assertThat(engine.connection.streams()).isEqualTo(100);
    }

    @Test
    void whenTheConnectionGoesEveryStreamHearsIt() {
        var engine = EngineUnderTest.server();
        engine.receive(engine.peer.get(1), engine.peer.get(3));
        engine.heard();
        engine.told.stream(1).sendData(text("x"), false);
        engine.connection.onClosed();
        engine.connection.onClosed();
        assertThat(engine.heard())
                .containsExactlyInAnyOrder(
                        "closed 1 CONNECTION_LOST NO_ERROR",
                        "closed 3 CONNECTION_LOST NO_ERROR",
                        "closed NO_ERROR ");
    }

    static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }
}
