package dev.heddle.proxy.connection;

import dev.heddle.proxy.http.BodySource;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.http.ResponseSink;
import io.netty.buffer.ByteBuf;

/// Both ends of a request that is over before it began: there is nothing to read or to answer.
enum NoResponse implements ResponseSink, BodySource {
    NONE;

    @Override
    public void setReading(boolean on) {}

    @Override
    public void informational(ResponseHead head) {}

    @Override
    public void head(ResponseHead head, boolean ends) {}

    @Override
    public void body(ByteBuf bytes) {
        bytes.release();
    }

    @Override
    public void end() {}

    @Override
    public void trailers(Headers trailers) {}

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public void closeAfterResponse() {}

    @Override
    public void abort() {}
}
