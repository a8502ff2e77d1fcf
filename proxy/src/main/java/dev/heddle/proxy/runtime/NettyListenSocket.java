package dev.heddle.proxy.runtime;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;

/// Netty's channel that accepts.
record NettyListenSocket(Worker worker, Channel channel, AcceptPause pause)
        implements ListenSocket {
    @Override
    public InetSocketAddress address() {
        return worker.transport().fromChannel(channel.localAddress());
    }

    @Override
    public void setAccepting(boolean on) {
        pause.setAccepting(channel, on);
    }

    @Override
    public void close() {
        var _ = channel.close();
    }
}
