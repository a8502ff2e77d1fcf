package dev.heddle.proxy.filter.messages;

import dev.heddle.proxy.http.BodySink;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.runtime.Confined;
import io.netty.buffer.ByteBuf;
import java.util.Objects;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// A body of gRPC whose messages are counted on its way. Used for one body after another, so that
/// none costs an object.
@Confined("worker")
final class CountedBody implements BodySink {
    private final MessageCounter counter = new MessageCounter();
    private final IntConsumer onMessages;
    private @Nullable BodySink next;

    /// @param onMessages told how many more there are
    CountedBody(IntConsumer onMessages) {
        this.onMessages = onMessages;
    }

    /// Begins with a body.
    CountedBody over(BodySink to) {
        counter.clear();
        next = to;
        return this;
    }

    private BodySink next() {
        return Objects.requireNonNull(next);
    }

    @Override
    public void body(ByteBuf bytes) {
        onMessages.accept(counter.look(bytes));
        next().body(bytes);
    }

    @Override
    public void end() {
        next().end();
    }

    @Override
    public void trailers(Headers trailers) {
        next().trailers(trailers);
    }

    @Override
    public boolean isWritable() {
        return next().isWritable();
    }
}
