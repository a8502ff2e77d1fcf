package dev.heddle.proxy.filter.transcoder;

import dev.heddle.proxy.http.BodySink;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.xds.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/// An answer's messages on their way to become JSON: a value, or of a stream a list, lines or
/// events, of which each leaves when its message is complete.
@Confined("worker")
final class JsonResponse implements BodySink {
    private static final byte[] EVENT = {'d', 'a', 't', 'a', ':', ' '};

    private final ResponseTranslation translation;
    private final BodySink client;
    private final Frames frames = new Frames();
    private final JsonText out;
    private boolean isFirst = true;
    private boolean isBody;
    private boolean isFailed;

    JsonResponse(ResponseTranslation translation, BodySink client) {
        this.translation = translation;
        this.client = client;
        this.out = translation.transcoder().printer().output();
    }

    private boolean isByEvent() {
        return translation.isStream() && translation.transcoder().printing().isByEvent();
    }

    private boolean isByLine() {
        return translation.isStream()
                && translation.transcoder().printing().isByLine()
                && !isByEvent();
    }

    private boolean isList() {
        return translation.isStream() && !isByEvent() && !isByLine();
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
            read();
        } catch (BadMessage e) {
            fail(e);
            return;
        }
        if (translation.isStream()) {
            send();
        }
    }

    private void read() throws BadMessage {
        // Of what is no stream, a second message is not looked at.
        boolean isAnyWanted = translation.isStream() || isFirst;
        for (Bytes next = isAnyWanted ? frames.next() : null; next != null; ) {
            print(next);
            isFirst = false;
            next = translation.isStream() ? frames.next() : null;
        }
    }

    private void print(Bytes message) throws BadMessage {
        if (isByEvent()) {
            out.bytes(EVENT);
        } else if (isList()) {
            out.raw(isFirst ? '[' : ',');
        }
        translation.transcoder().printer().print(translation.method().output(), message, out);
        if (isByEvent()) {
            out.raw('\n');
            out.raw('\n');
        } else if (isByLine()) {
            out.raw('\n');
        }
    }

    private void fail(BadMessage e) {
        isFailed = true;
        TranscoderFilter.failed(translation.exchange(), e);
    }

    private void send() {
        if (out.size() > 0) {
            client.body(Unpooled.wrappedBuffer(out.take()));
        }
    }

    /// Says whether it could be ended.
    private boolean isEnded(@Nullable Headers trailers) {
        if (isFailed) {
            return false;
        }
        byte[] status = trailers == null || isBody ? null : translation.status(trailers);
        if (status != null) {
            out.bytes(status);
        } else {
            try {
                if (translation.isStream() || isFirst) {
                    frames.end();
                }
            } catch (BadMessage e) {
                fail(e);
                return false;
            }
            if (isList()) {
                out.bytes(isFirst ? new byte[] {'[', ']'} : new byte[] {']'});
            }
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
