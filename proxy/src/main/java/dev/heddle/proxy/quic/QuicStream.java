package dev.heddle.proxy.quic;

import dev.heddle.proxy.runtime.Confined;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamResetException;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GenericFutureListener;
import org.jspecify.annotations.Nullable;

/// One stream of a connection.
@Confined("worker")
public final class QuicStream extends ChannelInboundHandlerAdapter {
    private final QuicStreamChannel channel;
    private final QuicConnection connection;
    private final GenericFutureListener<Future<? super Void>> onWritten = this::onWritten;
    private final GenericFutureListener<Future<? super Void>> onEndWritten = this::onEndWritten;
    private @Nullable QuicStreamHandler handler;
    private boolean isEndReceived;
    private boolean isEndSent;
    private boolean isStopped;
    private boolean isReset;
    private boolean isClosed;

    QuicStream(QuicStreamChannel channel, QuicConnection connection) {
        this.channel = channel;
        this.connection = connection;
    }

    /// As it counts in the connection; below 2^62.
    public long id() {
        return channel.streamId();
    }

    /// Whether both sides may send on it.
    public boolean isBidirectional() {
        return channel.type() == QuicStreamType.BIDIRECTIONAL;
    }

    /// Says who hears what happens on it.
    public void setHandler(QuicStreamHandler value) {
        handler = value;
    }

    /// Sends bytes, which now belong to the stream, as windows allow: ask [#isWritable] before the
    /// next ones.
    ///
    /// @param isEnd whether nothing follows
    public void write(ByteBuf bytes, boolean isEnd) {
        if (isClosed || isReset || isEndSent) {
            bytes.release();
            return;
        }
        isEndSent = isEnd;
        var _ =
                channel.write(isEnd ? new DefaultQuicStreamFrame(bytes, true) : bytes)
                        .addListener(isEnd ? onEndWritten : onWritten);
    }

    /// Whether little enough waits to be sent. When it turns true again the handler hears of it.
    public boolean isWritable() {
        return channel.isWritable();
    }

    /// Whether the client has sent all it has.
    public boolean isEndReceived() {
        return isEndReceived;
    }

    /// Has the client stop at the end of its window (false), or go on (true).
    public void setReading(boolean on) {
        if (!isClosed && channel.config().isAutoRead() != on) {
            channel.config().setAutoRead(on);
            if (on) {
                channel.read();
            }
        }
    }

    /// Ends it in both directions, now. The handler hears [QuicStreamHandler#onClosed] later.
    ///
    /// @param code of the application
    public void reset(long code) {
        if (!isClosed && !isReset) {
            isReset = true;
            var _ = channel.shutdown((int) code, channel.newPromise());
            abandon();
        }
    }

    /// Tells the client that nobody reads the rest. The stream is gone when all that was written
    /// has left.
    ///
    /// @param code of the application
    public void stopReading(long code) {
        if (!isClosed && !isReset && !isStopped && !isEndReceived) {
            isStopped = true;
            var _ = channel.shutdownInput((int) code, channel.newPromise());
        }
    }

    /// Gives up a stream that has not ended in both directions. Netty keeps a note of such a one
    /// for as long as its connection lives.
    private void abandon() {
        var _ = channel.close();
        connection.onAbandoned();
    }

    private void onEndWritten(Future<? super Void> written) {
        onWritten(written);
        if (!written.isSuccess() || isClosed || isReset) {
            return;
        }
        if (handler != null) {
            handler.onEndSent();
        }
        if (isStopped) {
            abandon();
        }
    }

    private void onWritten(Future<? super Void> written) {
        if (!written.isSuccess() && !isClosed && !isReset && handler != null) {
            // The client wants no more of it.
            isReset = true;
            abandon();
            handler.onReset(-1);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        connection.onEvent();
        var frame = (QuicStreamFrame) message;
        isEndReceived |= frame.hasFin();
        if (handler == null || isReset || isStopped) {
            frame.release();
        } else {
            handler.onBytes(frame.content(), frame.hasFin());
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        connection.onEvent();
        if (handler != null && !isReset && channel.isWritable()) {
            handler.onWritable();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        connection.onEvent();
        if (isReset || isClosed) {
            return;
        }
        isReset = true;
        if (!(cause instanceof QuicStreamResetException)) {
            connection.bug(cause);
        }
        long code =
                cause instanceof QuicStreamResetException reset
                        ? reset.applicationProtocolCode()
                        : -1;
        var _ = channel.shutdown(0, channel.newPromise());
        abandon();
        if (handler != null) {
            handler.onReset(code);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        connection.onEvent();
        if (!isClosed) {
            isClosed = true;
            if (handler != null) {
                handler.onClosed();
            }
        }
    }
}
