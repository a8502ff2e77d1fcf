package dev.heddle.proxy.http2;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Writes down what a connection tells, one line for each call, and keeps the streams.
final class Recorder implements Http2Listener {
    final List<String> lines = new ArrayList<>();
    final Map<Integer, Http2Stream> streams = new HashMap<>();

    /// Whether received data counts as consumed at once.
    boolean consumes = true;

    /// Whether complete requests are answered with an empty 200.
    boolean answers;

    List<String> take() {
        var taken = List.copyOf(lines);
        lines.clear();
        return taken;
    }

    Http2Stream stream(int id) {
        Http2Stream stream = streams.get(id);
        if (stream == null) {
            throw new IllegalArgumentException("stream " + id + " (expected: " + streams + ")");
        }
        return stream;
    }

    Http2StreamHandler handler(int id) {
        return new Handler(id);
    }

    @Override
    public void onRequest(Http2Stream stream, Http2Head head, boolean isEnd) {
        var handler = new Handler(stream.id());
        stream.setHandler(handler);
        streams.put(stream.id(), stream);
        lines.add(
                "request %d %s %s://%s%s %s%s"
                        .formatted(
                                stream.id(),
                                head.method(),
                                head.scheme(),
                                head.authority(),
                                head.path(),
                                fields(head),
                                isEnd ? " end" : ""));
        if (isEnd) {
            handler.answer();
        }
    }

    private static List<String> fields(Http2Head head) {
        List<String> fields = new ArrayList<>();
        head.forEach((name, value) -> fields.add(name + ": " + value));
        return fields;
    }

    @Override
    public void onRefused(int streamId, String details) {
        lines.add("refused " + streamId + " " + details);
    }

    @Override
    public void onSettings() {}

    @Override
    public void onGoAway(ErrorCode code) {
        lines.add("goaway " + code);
    }

    @Override
    public void onPong(long opaque) {
        lines.add("pong " + opaque);
    }

    @Override
    public void onClosed(ErrorCode code, String details) {
        lines.add("closed " + code + " " + details);
    }

    private final class Handler implements Http2StreamHandler {
        private final int id;

        Handler(int id) {
            this.id = id;
        }

        private void answer() {
            if (answers) {
                stream(id).sendHead(fields -> fields.status(200), true);
            }
        }

        @Override
        public void onHead(Http2Head head, boolean isEnd) {
            lines.add("head " + id + " " + head.status() + " " + fields(head) + end(isEnd));
        }

        @Override
        public void onData(ByteBuf data, boolean isEnd) {
            lines.add("data " + id + " " + data.toString(StandardCharsets.ISO_8859_1) + end(isEnd));
            int length = data.readableBytes();
            data.release();
            if (consumes) {
                stream(id).consumed(length);
            }
            if (isEnd) {
                answer();
            }
        }

        @Override
        public void onTrailers(Http2Head trailers) {
            lines.add("trailers " + id + " " + fields(trailers));
            answer();
        }

        @Override
        public void onWritable() {
            lines.add("writable " + id);
        }

        @Override
        public void onClosed(StreamEnd end, ErrorCode code) {
            lines.add("closed " + id + " " + end + " " + code);
        }

        private static String end(boolean isEnd) {
            return isEnd ? " end" : "";
        }
    }
}
