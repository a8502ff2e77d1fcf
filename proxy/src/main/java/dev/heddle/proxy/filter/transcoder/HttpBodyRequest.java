package dev.heddle.proxy.filter.transcoder;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.http.BodySink;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.runtime.Confined;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/// A body of any type on its way to become a `google.api.HttpBody`; of a stream each piece is one,
/// of which the first tells the type and what path and query say.
@Confined("worker")
final class HttpBodyRequest implements BodySink {
    /// More is not in one message: servers refuse those of more than 4 MiB.
    private static final int MOST_STREAMED = 1 << 20;

    private final Exchange exchange;
    private final BodySink upstream;
    private final Transcoder.Call call;
    private final String contentType;
    private final long mostBytes;
    private final ByteBuf held = Unpooled.buffer();
    private boolean isBegun;
    private boolean isRefused;

    HttpBodyRequest(
            Exchange exchange,
            BodySink upstream,
            Transcoder.Call call,
            String contentType,
            long mostBytes) {
        this.exchange = exchange;
        this.upstream = upstream;
        this.call = call;
        this.contentType = contentType;
        this.mostBytes = mostBytes;
    }

    @Override
    public void body(ByteBuf bytes) {
        int length = bytes.readableBytes();
        if (isRefused || length == 0) {
            bytes.release();
            return;
        }
        if (!call.method().isClientStreaming() && held.readableBytes() + length > mostBytes) {
            bytes.release();
            isRefused = true;
            TranscoderFilter.refuseLarge(exchange);
            return;
        }
        held.writeBytes(bytes);
        bytes.release();
        while (call.method().isClientStreaming() && held.isReadable()) {
            send(Math.min(held.readableBytes(), MOST_STREAMED));
        }
        held.discardReadBytes();
    }

    private void send(int length) {
        byte[] data = new byte[length];
        held.readBytes(data);
        try {
            byte[] message =
                    HttpBodies.message(
                            isBegun ? new byte[0] : RequestMessages.bare(call.plan()),
                            call.method().requestBody(),
                            isBegun ? "" : contentType,
                            data,
                            call.unknown());
            isBegun = true;
            upstream.body(Unpooled.wrappedBuffer(message));
        } catch (BadMessage e) {
            throw new IllegalStateException("it could be built when the request came", e);
        }
    }

    private void finish() {
        if (held.isReadable() || !isBegun) {
            send(held.readableBytes());
        }
    }

    @Override
    public void end() {
        if (!isRefused) {
            finish();
            upstream.end();
        }
    }

    @Override
    public void trailers(Headers trailers) {
        if (!isRefused) {
            finish();
            upstream.trailers(trailers);
        }
    }

    @Override
    public boolean isWritable() {
        return upstream.isWritable();
    }
}
