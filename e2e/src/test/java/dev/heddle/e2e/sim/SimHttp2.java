package dev.heddle.e2e.sim;

import dev.heddle.e2e.EchoReply;
import dev.heddle.proxy.http2.ErrorCode;
import dev.heddle.proxy.http2.FieldWriter;
import dev.heddle.proxy.http2.Http2Connection;
import dev.heddle.proxy.http2.Http2Head;
import dev.heddle.proxy.http2.Http2Listener;
import dev.heddle.proxy.http2.Http2Loop;
import dev.heddle.proxy.http2.Http2Settings;
import dev.heddle.proxy.http2.Http2Stream;
import dev.heddle.proxy.http2.Http2StreamHandler;
import dev.heddle.proxy.http2.StreamEnd;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.verify.sim.VirtualLoop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A backend's side of an HTTP/2 connection inside a simulation: answers each request with what it
/// saw, as [SimBackend] is told to.
final class SimHttp2 implements Http2Listener {
    private final VirtualLoop loop;
    private final SimBackend backend;
    private final Wire wire;
    private final Http2Connection connection;

    SimHttp2(VirtualLoop loop, SimBackend backend, Http2Loop shared, Wire wire) {
        this.loop = loop;
        this.backend = backend;
        this.wire = wire;
        this.connection =
                new Http2Connection(
                        Http2Connection.Side.SERVER, wire, shared, Http2Settings.USUAL, this);
        connection.start();
    }

    WireHandler handler() {
        return connection;
    }

    @Override
    public void onRequest(Http2Stream stream, Http2Head head, boolean isEnd) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        head.forEach(
                (name, value) -> headers.computeIfAbsent(name, _ -> new ArrayList<>()).add(value));
        var answer =
                new Answer(
                        stream,
                        headers,
                        head.method().equals("HEAD")
                                ? ""
                                : EchoReply.body(
                                        head.method(), head.path(), head.authority(), headers));
        stream.setHandler(answer);
        if (isEnd) {
            answer.requested();
        }
    }

    private final class Answer implements Http2StreamHandler {
        private final Http2Stream stream;
        private final Map<String, List<String>> headers;
        private final String body;
        private boolean isOver;

        Answer(Http2Stream stream, Map<String, List<String>> headers, String body) {
            this.stream = stream;
            this.headers = headers;
            this.body = body;
        }

        private void requested() {
            switch (backend.asked()) {
                case SimBackend.Manner.HangsUp() -> wire.close();
                case SimBackend.Manner.Answers(int status, Duration after) ->
                        loop.schedule(after, () -> answer(status));
            }
        }

        private void answer(int status) {
            if (!isOver) {
                stream.sendHead(fields -> writeHead(fields, status), body.isEmpty());
                if (!body.isEmpty()) {
                    stream.sendData(Unpooled.copiedBuffer(body, StandardCharsets.ISO_8859_1), true);
                }
            }
        }

        private void writeHead(FieldWriter fields, int status) {
            fields.status(EchoReply.status(backend.destination(), status, headers));
            fields.add(EchoReply.DESTINATION, backend.destination());
            fields.add(EchoReply.PROTOCOL, "HTTP/2");
            fields.add("content-length", Integer.toString(body.length()));
        }

        @Override
        public void onHead(Http2Head head, boolean isEnd) {
            throw new AssertionError("a response to a server");
        }

        @Override
        public void onData(ByteBuf data, boolean isEnd) {
            int length = data.readableBytes();
            data.release();
            stream.consumed(length);
            if (isEnd) {
                requested();
            }
        }

        @Override
        public void onTrailers(Http2Head trailers) {
            requested();
        }

        @Override
        public void onWritable() {}

        @Override
        public void onClosed(StreamEnd end, ErrorCode code) {
            isOver = true;
        }
    }

    @Override
    public void onRefused(int streamId, String details) {
        throw new AssertionError(details);
    }

    @Override
    public void onSettings() {}

    @Override
    public void onGoAway(ErrorCode code) {}

    @Override
    public void onPong(long opaque) {}

    @Override
    public void onClosed(ErrorCode code, String details) {}
}
