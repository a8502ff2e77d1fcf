package dev.heddle.proxy.sim;

import dev.heddle.proxy.http2.FrameText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// One end of a connection that a test holds: sends text, remembers what came.
public final class SimPeer extends ChannelInboundHandlerAdapter {
    private final Channel channel;
    private final SimProxy sim;
    private final StringBuilder received = new StringBuilder();
    private boolean isClosed;

    SimPeer(Channel channel, SimProxy sim) {
        this.channel = channel;
        this.sim = sim;
        var _ = channel.closeFuture().addListener(_ -> isClosed = true);
    }

    /// Sends bytes (as ISO 8859-1) and lets everything happen that follows.
    public SimPeer send(String text) {
        var _ =
                channel.writeAndFlush(
                        channel.alloc()
                                .directBuffer(text.length())
                                .writeBytes(text.getBytes(StandardCharsets.ISO_8859_1)));
        sim.settle();
        return this;
    }

    /// Sends frames of HTTP/2 and lets everything happen that follows.
    public SimPeer send(ByteBuf... frames) {
        for (ByteBuf frame : frames) {
            var _ = channel.write(frame);
        }
        channel.flush();
        sim.settle();
        return this;
    }

    /// What came since the last call, a line for each frame of HTTP/2.
    ///
    /// @param reader the same one for all that comes, as heads refer to earlier ones
    public List<String> frames(FrameText reader) {
        return reader.read(Unpooled.wrappedBuffer(take().getBytes(StandardCharsets.ISO_8859_1)));
    }

    /// What came so far.
    public String received() {
        return received.toString();
    }

    /// What came since the last call.
    public String take() {
        String text = received.toString();
        received.setLength(0);
        return text;
    }

    public boolean isClosed() {
        return isClosed;
    }

    public void close() {
        var _ = channel.close();
        sim.settle();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        received.append(bytes.toString(StandardCharsets.ISO_8859_1));
        bytes.release();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var _ = channel.close();
    }
}
