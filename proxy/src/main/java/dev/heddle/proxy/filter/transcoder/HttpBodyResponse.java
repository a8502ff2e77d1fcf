package dev.heddle.proxy.filter.transcoder;

import dev.heddle.proxy.http.BodySink;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.xds.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/// An answer's `google.api.HttpBody` on its way to become the body, with its type; of a stream the
/// first tells the type.
@Confined("worker")
final class HttpBodyResponse implements BodySink {
    private final ResponseTranslation translation;
    private final BodySink client;
    private final Frames frames = new Frames();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private boolean isTypeSet;
    private boolean isBody;
    private boolean isFailed;

    HttpBodyResponse(ResponseTranslation translation, BodySink client) {
        this.translation = translation;
        this.client = client;
    }

    @Override
    public void body(ByteBuf bytes) {
        if (isFailed) {
            bytes.release();
            return;
        }
        isBody = true;
        frames.add(bytes);
        bytes.release();
        if (frames.held() + out.size() > translation.mostBytes()) {
            isFailed = true;
            TranscoderFilter.failedLarge(translation.exchange());
            return;
        }
        try {
            for (Bytes next = frames.next(); next != null; next = frames.next()) {
                take(next);
            }
        } catch (BadMessage e) {
            isFailed = true;
            TranscoderFilter.failed(translation.exchange(), e);
            return;
        }
        if (translation.isStream()) {
            send();
        }
    }

    private void take(Bytes message) throws BadMessage {
        boolean isOnly = !translation.isStream() && isTypeSet;
        if (message.isEmpty() || isOnly) {
            return;
        }
        HttpBodies.HttpBody body = HttpBodies.read(message, translation.method().responseBody());
        out.writeBytes(body.data().toByteArray());
        if (!isTypeSet) {
            isTypeSet = true;
            translation
                    .exchange()
                    .heldResponse()
                    .headers()
                    .set(HeaderName.CONTENT_TYPE, body.type());
            if (translation.isStream()) {
                translation.release();
            }
        }
    }

    private void send() {
        if (out.size() > 0) {
            client.body(Unpooled.wrappedBuffer(out.toByteArray()));
            out.reset();
        }
    }

    /// Says whether it could be ended.
    private boolean isEnded(@Nullable Headers trailers) {
        if (isFailed) {
            return false;
        }
        byte[] status = trailers == null || isBody ? null : translation.status(trailers);
        if (status != null) {
            out.writeBytes(status);
        }
        if (translation.isHeld()) {
            translation.release(trailers, out.size(), status != null);
        }
        send();
        return true;
    }

    @Override
    public void end() {
        if (isEnded(null)) {
            client.end();
        }
    }

    @Override
    public void trailers(Headers trailers) {
        if (isEnded(trailers)) {
            client.trailers(trailers);
        }
    }

    @Override
    public boolean isWritable() {
        return client.isWritable();
    }
}
