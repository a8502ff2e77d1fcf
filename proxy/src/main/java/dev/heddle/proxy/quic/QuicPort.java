package dev.heddle.proxy.quic;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Datagrams;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// A socket of a worker, as a channel of Netty's: where its QUIC meets the transport that the proxy
/// was started with.
@Confined("worker")
final class QuicPort extends AbstractChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false);

    private final Datagrams socket;
    private final InetSocketAddress local;
    private final DefaultChannelConfig config = new DefaultChannelConfig(this);
    private boolean isOpen = true;

    QuicPort(Datagrams socket) {
        super(null);
        this.socket = socket;
        this.local = socket.address();
        config.setAutoRead(false);
    }

    /// Takes a datagram that came.
    void receive(ByteBuf bytes, InetSocketAddress from) {
        pipeline().fireChannelRead(new DatagramPacket(bytes, local, from));
    }

    /// There are no more for now.
    void received() {
        pipeline().fireChannelReadComplete();
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer out) {
        for (Object next = out.current(); next != null; next = out.current()) {
            if (next instanceof DatagramPacket packet) {
                // One that the kernel has no room for is lost, which QUIC is made for.
                socket.send(packet.content().retain(), packet.recipient());
            }
            out.remove();
        }
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new AbstractUnsafe() {
            @Override
            public void connect(
                    SocketAddress remote, @Nullable SocketAddress bound, ChannelPromise promise) {
                promise.setFailure(new UnsupportedOperationException("a socket for all clients"));
            }
        };
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return true;
    }

    @Override
    protected SocketAddress localAddress0() {
        return local;
    }

    @Override
    protected @Nullable SocketAddress remoteAddress0() {
        return null;
    }

    @Override
    protected void doBind(SocketAddress address) {
        throw new UnsupportedOperationException("bound to " + local);
    }

    @Override
    protected void doDisconnect() {
        doClose();
    }

    @Override
    protected void doClose() {
        isOpen = false;
    }

    @Override
    protected void doBeginRead() {
        // Whatever comes is told.
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return isOpen;
    }

    @Override
    public boolean isActive() {
        return isOpen;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }
}
