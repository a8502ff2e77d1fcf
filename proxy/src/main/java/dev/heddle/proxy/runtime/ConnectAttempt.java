package dev.heddle.proxy.runtime;

import dev.heddle.proxy.tls.TlsFailure;
import io.netty.channel.ChannelFuture;
import org.jspecify.annotations.Nullable;

/// A connection that is being made, over TLS with its handshake.
///
/// ```
///   CONNECTING ──connected, no TLS──▶ told
///       │  └──connected──▶ HANDSHAKE ──done or failed──▶ told
///       └──failed──▶ told            giveUp() at any time: nobody is told
/// ```
@Confined("worker")
public final class ConnectAttempt implements Connecting {
    private final Worker worker;
    private final ConnectOutcome outcome;
    private @Nullable ChannelFuture connecting;
    private boolean isOver;

    ConnectAttempt(Worker worker, ConnectOutcome outcome) {
        this.worker = worker;
        this.outcome = outcome;
    }

    void begin(ChannelFuture started, boolean secured) {
        connecting = started;
        var _ = started.addListener((ChannelFuture done) -> onDone(done, secured));
    }

    @Override
    public void giveUp() {
        isOver = true;
        if (connecting != null) {
            var _ = connecting.channel().close();
        }
    }

    /// Gives up, unless the attempt has ended in either way.
    void giveUpUnlessOver() {
        if (!isOver) {
            giveUp();
        }
    }

    private void onDone(ChannelFuture done, boolean secured) {
        worker.onEvent();
        if (isOver) {
            var _ = done.channel().close();
            return;
        }
        if (!done.isSuccess()) {
            isOver = true;
            outcome.onConnectFailed(done.cause());
            return;
        }
        if (!secured) {
            isOver = true;
            var wire = done.channel().pipeline().get(NettyWire.class);
            wire.attach(outcome.onConnected(wire));
        }
    }

    /// Waits for the handshake over a wire.
    NettyWire.Ends over(NettyWire wire) {
        return new NettyWire.Ends() {
            @Override
            public WireHandler onSecured() {
                if (isOver) {
                    wire.reset();
                    return NoHandler.NONE;
                }
                isOver = true;
                return outcome.onConnected(wire);
            }

            @Override
            public void onNotSecured(TlsFailure failure) {
                fail(failure);
            }
        };
    }

    void fail(TlsFailure failure) {
        if (!isOver) {
            isOver = true;
            outcome.onConnectFailed(new HandshakeException(failure));
        }
    }
}
