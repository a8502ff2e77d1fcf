package dev.heddle.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.runtime.IdleWire;
import dev.heddle.proxy.runtime.Transport;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.runtime.Worker;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.local.LocalIoHandler;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/// Feeds bytes to a codec in pieces and writes down what it makes of them, one line for each event,
/// a body as one line however it was cut.
final class Probe {
    private final MockTicker ticker = Ticker.newMockTicker();
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    private final Worker worker =
            new Worker(
                    0,
                    new ManualIoEventLoop(
                            null, Thread.currentThread(), LocalIoHandler.newFactory(), ticker),
                    Transport.LOCAL,
                    ticker,
                    () -> Instant.EPOCH,
                    new SplittableRandom(1),
                    allocator);
    private final StringBuilder events = new StringBuilder();
    private final StringBuilder body = new StringBuilder();
    private final IdleWire wire = new IdleWire();

    private Probe() {}

    /// What a server makes of these bytes, and after `closed` of the end of the connection.
    ///
    /// @param cuts positions where the bytes are cut
    static String requests(String bytes, int... cuts) {
        return requests(UnaryOperator.identity(), bytes, cuts);
    }

    static String requests(UnaryOperator<Http1Settings> change, String bytes, int... cuts) {
        var probe = new Probe();
        var server = probe.new Server(change.apply(Http1Settings.ENVOY));
        probe.feed(server.codec, bytes, cuts);
        return probe.result();
    }

    /// What a client makes of these bytes, and after `closed` of the end of the connection.
    static String responses(String method, String bytes, int... cuts) {
        var probe = new Probe();
        var client = probe.new Client();
        var head = new ResponseHead();
        client.codec.start(RequestHead.of(method, "http", "echo", "/"), true, head, client);
        probe.feed(client.codec, bytes, cuts);
        head.clear();
        return probe.result();
    }

    private void feed(WireHandler codec, String bytes, int... cuts) {
        int from = 0;
        for (int cut : cuts) {
            piece(codec, bytes, from, cut);
            from = cut;
        }
        piece(codec, bytes, from, bytes.length());
        wire.close();
        event("closed");
        codec.onClosed();
    }

    private void piece(WireHandler codec, String bytes, int from, int to) {
        if (from < to && wire.isOpen()) {
            codec.onBytes(
                    allocator
                            .directBuffer(to - from)
                            .writeBytes(
                                    bytes.substring(from, to)
                                            .getBytes(StandardCharsets.ISO_8859_1)));
        }
    }

    private String result() {
        flushBody();
        assertThat(allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory())
                .as("bytes of buffers left")
                .isZero();
        return events.toString();
    }

    private void body(ByteBuf bytes) {
        body.append(bytes.toString(StandardCharsets.ISO_8859_1));
        bytes.release();
    }

    private void flushBody() {
        if (!body.isEmpty()) {
            events.append("body ").append(body).append('\n');
            body.setLength(0);
        }
    }

    private void event(String text) {
        flushBody();
        events.append(text).append('\n');
    }

    private static String text(Headers headers) {
        var text = new StringBuilder();
        headers.forEach((name, value) -> text.append(' ').append(name).append('=').append(value));
        return text.toString();
    }

    private final class Server implements RequestHandler {
        private final Http1Downstream codec;

        Server(Http1Settings settings) {
            codec = new Http1Downstream(worker, wire, settings, this);
        }

        @Override
        public void onRequestBegun() {}

        @Override
        public void onRequest(RequestHead head, boolean ends) {
            event(
                    head.method()
                            + " "
                            + head.path()
                            + " "
                            + head.authority()
                            + text(head.headers()));
            if (ends) {
                answer();
            }
        }

        @Override
        public void onRequestBody(ByteBuf bytes) {
            body(bytes);
        }

        @Override
        public void onRequestTrailers(Headers trailers) {
            throw new AssertionError("trailers: they are not wanted");
        }

        @Override
        public void onRequestReset(String details, ResponseFlag why) {
            throw new AssertionError(details);
        }

        @Override
        public void onRequestEnd() {
            answer();
        }

        @Override
        public void onRequestError(CodecError error) {
            event("error " + error);
            codec.head(ResponseHead.of(error.reply().status()), true);
            codec.next();
        }

        @Override
        public void onResponseWritable() {}

        @Override
        public void onDisconnected() {}

        private void answer() {
            event("end");
            codec.head(ResponseHead.of(200), true);
            codec.next();
        }
    }

    private final class Client implements ResponseHandler, UpstreamConnection.Owner {
        private final Http1Upstream codec =
                new Http1Upstream(
                        worker, wire, Limits.ENVOY, false, Http1Dialect.NameCase.LOWER, this);

        @Override
        public void onInformational(ResponseHead informational) {
            event(informational.status() + text(informational.headers()));
        }

        @Override
        public void onResponse(ResponseHead response, boolean ends) {
            event(response.status() + text(response.headers()));
            if (ends) {
                event("end");
            }
        }

        @Override
        public void onResponseBody(ByteBuf bytes) {
            body(bytes);
        }

        @Override
        public void onResponseTrailers(Headers trailers) {
            throw new AssertionError("trailers: they are not wanted");
        }

        @Override
        public void onResponseEnd() {
            event("end");
        }

        @Override
        public void onResponseFailure(UpstreamFailure failure) {
            event("failure " + failure.getClass().getSimpleName());
        }

        @Override
        public void onRequestWritable() {}

        @Override
        public void onRoom() {}

        @Override
        public void onGone(boolean isBroken) {}
    }
}
