package dev.heddle.proxy.runtime;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;

/// A socket that accepts connections for one worker.
public final class ListenSocket {
    private final Worker worker;
    private final Channel channel;
    private final AcceptPause pause;

    ListenSocket(Worker worker, Channel channel, AcceptPause pause) {
        this.worker = worker;
        this.channel = channel;
        this.pause = pause;
    }

    /// With the port that the system chose, if it was asked to.
    public InetSocketAddress address() {
        return worker.transport().fromChannel(channel.localAddress());
    }

    /// Leaves new connections in the system's queue (false), or goes on taking them (true).
    public void setAccepting(boolean on) {
        pause.setAccepting(channel, on);
    }

    /// Stops accepting. Accepted connections live on.
    public void close() {
        var _ = channel.close();
    }
}
