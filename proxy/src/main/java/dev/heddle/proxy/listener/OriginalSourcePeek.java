package dev.heddle.proxy.listener;

import dev.heddle.proxy.config.ListenerFilterConfig.Kind;
import io.netty.buffer.ByteBuf;

/// Has connections to hosts come from the client's own address. Needs no bytes.
record OriginalSourcePeek(Kind.OriginalSource wanted) implements Peek {
    @Override
    public Outcome look(ByteBuf bytes, Arrival arrival) {
        arrival.onOriginalSource(wanted.mark(), wanted.bindsPort());
        return Outcome.DONE;
    }
}
