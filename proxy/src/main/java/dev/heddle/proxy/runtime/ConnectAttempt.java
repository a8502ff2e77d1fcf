package dev.heddle.proxy.runtime;

import io.netty.channel.ChannelFuture;

/// A connection that is being made.
@Confined("worker")
public final class ConnectAttempt {
    private final Worker worker;
    private final ChannelFuture connecting;
    private final ConnectOutcome outcome;
    private boolean isGivenUp;

    ConnectAttempt(Worker worker, ChannelFuture connecting, ConnectOutcome outcome) {
        this.worker = worker;
        this.connecting = connecting;
        this.outcome = outcome;
    }

    /// Gives up: nobody is told anything any more.
    public void giveUp() {
        isGivenUp = true;
        var _ = connecting.channel().close();
    }

    void onDone(ChannelFuture done) {
        worker.onEvent();
        if (isGivenUp) {
            var _ = done.channel().close();
            return;
        }
        if (!done.isSuccess()) {
            outcome.onConnectFailed(done.cause());
            return;
        }
        var wire = done.channel().pipeline().get(NettyWire.class);
        wire.attach(outcome.onConnected(wire));
    }
}
