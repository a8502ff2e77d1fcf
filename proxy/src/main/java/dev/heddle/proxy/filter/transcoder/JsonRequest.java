package dev.heddle.proxy.filter.transcoder;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.http.BodySink;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.runtime.Confined;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/// A body of JSON on its way to become messages. Of a stream each leaves when it is complete.
///
/// What is held of a message, and of one that is not a stream the whole of it, is limited. Envoy's
/// limit is of what it has not read yet, which is all only where a body comes in one piece.
@Confined("worker")
final class JsonRequest implements BodySink {
    private final Exchange exchange;
    private final BodySink upstream;
    private final RequestMessages messages;
    private final boolean isStream;
    private final long mostBytes;
    private long received;
    private boolean isRefused;

    JsonRequest(Exchange exchange, BodySink upstream, Transcoder.Call call, long mostBytes) {
        this.exchange = exchange;
        this.upstream = upstream;
        this.isStream = call.method().isClientStreaming();
        this.messages = new RequestMessages(call.plan(), isStream);
        this.mostBytes = mostBytes;
    }

    @Override
    public void body(ByteBuf bytes) {
        byte[] piece = new byte[bytes.readableBytes()];
        bytes.readBytes(piece);
        bytes.release();
        if (isRefused) {
            return;
        }
        received = (isStream ? messages.held() : received) + piece.length;
        if (received > mostBytes) {
            isRefused = true;
            TranscoderFilter.refuseLarge(exchange);
            return;
        }
        translate(piece);
    }

    private void translate(byte[] piece) {
        try {
            messages.read(piece);
            send();
        } catch (BadMessage e) {
            refuse(e);
        }
    }

    private void refuse(BadMessage e) {
        isRefused = true;
        TranscoderFilter.refuse(exchange, e);
    }

    private void send() {
        for (byte[] next = messages.next(); next != null; next = messages.next()) {
            upstream.body(Unpooled.wrappedBuffer(next));
        }
    }

    /// Says whether all could be translated.
    private boolean isEnded() {
        if (isRefused) {
            return false;
        }
        try {
            messages.end();
        } catch (BadMessage e) {
            refuse(e);
            return false;
        }
        send();
        return true;
    }

    @Override
    public void end() {
        if (isEnded()) {
            upstream.end();
        }
    }

    @Override
    public void trailers(Headers trailers) {
        if (isEnded()) {
            upstream.trailers(trailers);
        }
    }

    @Override
    public boolean isWritable() {
        return upstream.isWritable();
    }
}
