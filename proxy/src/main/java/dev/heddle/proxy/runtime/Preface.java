package dev.heddle.proxy.runtime;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.ByteBuffer;

/// Sends some bytes as soon as a connection is up, before everything else that goes over it, a
/// handshake of TLS included; then it is gone.
final class Preface extends ChannelInboundHandlerAdapter {
    private final ByteBuffer bytes;

    Preface(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        var _ =
                context.writeAndFlush(
                        Unpooled.wrappedBuffer(bytes.duplicate()), context.voidPromise());
        context.fireChannelActive();
        context.pipeline().remove(this);
    }
}
