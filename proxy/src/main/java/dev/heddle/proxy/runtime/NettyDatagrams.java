package dev.heddle.proxy.runtime;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Datagrams of a channel of Netty's.
@Confined("worker")
final class NettyDatagrams extends SimpleChannelInboundHandler<DatagramPacket>
        implements Datagrams {
    /// Held until the channel has its peer; those that come then are lost.
    private static final int MOST_HELD = 64;

    private final Worker worker;
    private final DatagramHandler handler;
    private final ArrayDeque<DatagramPacket> held = new ArrayDeque<>();
    private @Nullable Channel channel;
    private boolean isClosed;

    NettyDatagrams(Worker worker, DatagramHandler handler) {
        this.worker = worker;
        this.handler = handler;
    }

    /// It is bound, and has its peer if it shall have one.
    void open(Channel opened) {
        channel = opened;
        if (isClosed) {
            close();
            return;
        }
        for (DatagramPacket next = held.poll(); next != null; next = held.poll()) {
            var _ = opened.writeAndFlush(next);
        }
    }

    /// It could not be.
    void failed() {
        isClosed = true;
        drop();
        handler.onError();
    }

    @Override
    public InetSocketAddress address() {
        return channel != null && channel.localAddress() instanceof InetSocketAddress bound
                ? bound
                : EpollSockets.NOWHERE;
    }

    @Override
    public boolean send(ByteBuf bytes, InetSocketAddress to) {
        var packet = new DatagramPacket(bytes, to);
        if (isClosed || (channel == null && held.size() >= MOST_HELD)) {
            packet.release();
            return false;
        }
        if (channel == null) {
            held.add(packet);
        } else {
            var _ = channel.writeAndFlush(packet);
        }
        return true;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
        worker.onEvent();
        if (!isClosed) {
            handler.onDatagram(packet.content().retain(), packet.sender());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        worker.onEvent();
        if (cause instanceof RuntimeException || cause instanceof Error) {
            worker.bug(cause);
        } else if (!isClosed) {
            handler.onError();
        }
    }

    @Override
    public void close() {
        isClosed = true;
        drop();
        if (channel != null) {
            var _ = channel.close();
        }
    }

    private void drop() {
        held.forEach(DatagramPacket::release);
        held.clear();
    }
}
