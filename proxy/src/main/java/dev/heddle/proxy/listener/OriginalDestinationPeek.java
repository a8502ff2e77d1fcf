package dev.heddle.proxy.listener;

import io.netty.buffer.ByteBuf;

/// Asks the system where a connection was made to before it was redirected here. Needs no bytes.
final class OriginalDestinationPeek implements Peek {
    @Override
    public Outcome look(ByteBuf bytes, Arrival arrival) {
        arrival.wire().originalDestination().ifPresent(arrival::onOriginalDestination);
        return Outcome.DONE;
    }
}
