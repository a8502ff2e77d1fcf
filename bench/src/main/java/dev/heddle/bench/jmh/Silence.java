package dev.heddle.bench.jmh;

import dev.heddle.proxy.http.CodecError;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.RequestHandler;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.http2.hpack.FieldKind;
import dev.heddle.proxy.http2.hpack.FieldSink;
import dev.heddle.proxy.runtime.Confined;
import io.netty.buffer.ByteBuf;

/// Hears what a codec reads and does nothing but count, so that only the codec is measured.
@Confined("one JMH thread")
final class Silence implements RequestHandler, FieldSink {
    private int requests;
    private int fields;

    int requests() {
        return requests;
    }

    int fields() {
        return fields;
    }

    @Override
    public void onRequest(RequestHead head, boolean ends) {
        requests++;
        fields += head.headers().size();
    }

    @Override
    public void field(
            FieldKind kind, int hash, int nameAt, int nameLength, int valueAt, int valueLength) {
        fields++;
    }

    @Override
    public void onRequestBegun() {}

    @Override
    public void onRequestBody(ByteBuf bytes) {
        bytes.release();
    }

    @Override
    public void onRequestEnd() {}

    @Override
    public void onRequestTrailers(Headers trailers) {}

    @Override
    public void onRequestReset(String details, ResponseFlag why) {}

    @Override
    public void onRequestError(CodecError error) {
        throw new IllegalStateException("a request that is sound was refused: " + error);
    }

    @Override
    public void onResponseWritable() {}

    @Override
    public void onDisconnected() {}
}
