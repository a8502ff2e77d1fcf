package dev.heddle.proxy.runtime;

import dev.heddle.proxy.tls.TlsFailure;
import dev.heddle.proxy.tls.TlsServer;
import dev.heddle.proxy.tls.TlsSession;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A [Wire] over a Netty channel: the only handler in its pipeline beside TLS.
@Confined("worker")
final class NettyWire extends ChannelInboundHandlerAdapter implements WorkerWire {
    private static final Logger LOG = LoggerFactory.getLogger(NettyWire.class);

    /// Up to this size a piece is copied behind the one before it.
    private static final int COPIED_BYTES = 2048;

    /// Up to this size a piece is held for others to follow it.
    private static final int HELD_BYTES = 4096;

    /// So much is sent at once, while the processor's cache still has it, and not at the end of the
    /// turn, when the bytes of other connections have taken its place.
    private static final int EARLY_BYTES = 1 << 16;

    private final Worker worker;
    private final Channel channel;
    private @Nullable WireHandler handler;
    private @Nullable InetSocketAddress presentedRemote;
    private @Nullable InetSocketAddress presentedLocal;

    /// What was written last, if it is small: what is written next is put behind it, which costs
    /// less than one more piece in the system call. Given to the channel by the end of the turn.
    private @Nullable ByteBuf tail;

    private @Nullable Handshake handshake;
    private @Nullable TlsSession session;
    private boolean isHalfCloseAllowed;
    private boolean isDirty;

    /// Bytes that were written since the last flush.
    private int unflushed;

    private boolean isEarly;
    private boolean isWritableDue;
    private boolean isClosing;
    private boolean isGone;
    private @Nullable Deadline closing;
    private long unsentBefore;

    NettyWire(Worker worker, Channel channel) {
        this.worker = worker;
        this.channel = channel;
    }

    @Override
    public void attach(WireHandler value) {
        handler = value;
    }

    /// A handshake that goes on.
    private record Handshake(
            SslHandler handler, Function<SslHandler, TlsSession> reader, Ends ends) {}

    @Override
    public void secure(TlsServer tls, SecureOutcome outcome) {
        secure(tls.handler(worker.allocator()), tls::session, WorkerWire.ends(this, outcome));
    }

    /// Puts a handler of TLS between the channel and this wire.
    void secure(SslHandler handler, Function<SslHandler, TlsSession> reader, Ends ends) {
        handshake = new Handshake(handler, reader, ends);
        channel.pipeline().addFirst(handler);
    }

    @Override
    public @Nullable TlsSession tls() {
        return session;
    }

    @Override
    public void write(ByteBuf bytes) {
        if (isClosing || isGone) {
            bytes.release();
            return;
        }
        int length = bytes.readableBytes();
        unflushed += length;
        ByteBuf last = tail;
        if (last != null) {
            if (length <= COPIED_BYTES && length <= last.writableBytes()) {
                last.writeBytes(bytes);
                bytes.release();
                return;
            }
            passTail();
        }
        if (bytes.refCnt() == 1 && bytes.capacity() <= HELD_BYTES && !bytes.isReadOnly()) {
            tail = bytes;
        } else {
            var _ = channel.write(bytes, channel.voidPromise());
        }
    }

    private void passTail() {
        ByteBuf last = tail;
        if (last != null) {
            tail = null;
            var _ = channel.write(last, channel.voidPromise());
        }
    }

    private void dropTail() {
        ByteBuf last = tail;
        if (last != null) {
            tail = null;
            last.release();
        }
    }

    @Override
    public void flush() {
        if (isGone) {
            return;
        }
        if (unflushed >= EARLY_BYTES) {
            unflushed = 0;
            isEarly = true;
            passTail();
            channel.flush();
            isEarly = false;
        } else {
            flushLater();
        }
    }

    private void flushLater() {
        if (!isDirty) {
            isDirty = true;
            worker.atTurnEnd(this);
        }
    }

    @Override
    public void endTurn() {
        isDirty = false;
        if (isGone) {
            return;
        }
        unflushed = 0;
        passTail();
        channel.flush();
        if (isWritableDue) {
            isWritableDue = false;
            tellWritable();
        }
    }

    @Override
    public boolean isUnsent() {
        return isDirty;
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public void setWriteLimit(int bytes) {
        channel.config()
                .setWriteBufferWaterMark(new WriteBufferWaterMark(Math.max(1, bytes / 2), bytes));
    }

    @Override
    public void setReading(boolean on) {
        if (channel.config().isAutoRead() != on) {
            channel.config().setAutoRead(on);
        }
    }

    @Override
    public void allowHalfClose() {
        isHalfCloseAllowed = true;
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    }

    @Override
    public void end() {
        if (isClosing || isGone) {
            return;
        }
        // The library answers an end with its own end, so with TLS one direction cannot outlive the
        // other.
        if (session == null && channel instanceof DuplexChannel duplex) {
            isClosing = true;
            passTail();
            var _ =
                    channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
                            .addListener(_ -> shutdownOutput(duplex));
        } else {
            close();
        }
    }

    private static void shutdownOutput(DuplexChannel duplex) {
        var _ = duplex.shutdownOutput();
    }

    @Override
    public void close() {
        if (isGone) {
            return;
        }
        isClosing = true;
        passTail();
        var sent = channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
        var _ = sent.addListener(ChannelFutureListener.CLOSE);
        if (!sent.isDone() && closing == null && !isGone) {
            closing = worker.deadline(this::onClosingLate);
            unsentBefore = unsent();
            closing.set(CLOSING_NANOS);
        }
    }

    /// Whoever takes nothing of what is still to be sent does not hold the connection for ever.
    private void onClosingLate() {
        long left = unsent();
        Deadline again = closing;
        if (left < unsentBefore && again != null) {
            unsentBefore = left;
            again.set(CLOSING_NANOS);
        } else {
            reset();
        }
    }

    private long unsent() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes() - buffer.currentProgress();
    }

    @Override
    public void reset() {
        if (isGone) {
            return;
        }
        isClosing = true;
        dropTail();
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        ChannelHandlerContext first = channel.pipeline().firstContext();
        if (session != null && first != null) {
            // Past TLS, which would say goodbye first.
            var _ = first.close();
        } else {
            var _ = channel.close();
        }
    }

    @Override
    public boolean isOpen() {
        return !isGone && !isClosing && channel.isActive();
    }

    @Override
    public void handOver(WireHandler next, ByteBuf bytes) {
        if (isGone) {
            bytes.release();
            next.onClosed();
            return;
        }
        handler = next;
        if (bytes.isReadable()) {
            // From the head, so that what was put in front of this handler meanwhile sees them.
            channel.pipeline().fireChannelRead(bytes);
        } else {
            bytes.release();
        }
    }

    @Override
    public void present(InetSocketAddress remote, InetSocketAddress local) {
        presentedRemote = remote;
        presentedLocal = local;
    }

    @Override
    public InetSocketAddress remote() {
        return presentedRemote == null ? directRemote() : presentedRemote;
    }

    @Override
    public InetSocketAddress local() {
        return presentedLocal == null
                ? worker.transport().fromChannel(channel.localAddress())
                : presentedLocal;
    }

    @Override
    public @Nullable InetSocketAddress restored() {
        InetSocketAddress said = presentedLocal;
        return said == null || said.equals(worker.transport().fromChannel(channel.localAddress()))
                ? null
                : said;
    }

    @Override
    public InetSocketAddress directRemote() {
        return worker.transport().fromChannel(channel.remoteAddress());
    }

    @Override
    public Optional<InetSocketAddress> originalDestination() {
        return OriginalDestination.of(channel);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        worker.onEvent();
        WireHandler hears = handler;
        if (hears == null || isGone) {
            bytes.release();
            return;
        }
        hears.onBytes(bytes);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (isEarly) {
            // Whoever is just writing does not expect to be told in the middle of it.
            isWritableDue = true;
            flushLater();
        } else {
            worker.onEvent();
            tellWritable();
        }
    }

    private void tellWritable() {
        if (handler != null && channel.isWritable() && !isGone) {
            handler.onWritable();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        worker.onEvent();
        switch (event) {
            case SslHandshakeCompletionEvent done -> onHandshake(done);
            case SslCloseCompletionEvent end when end.isSuccess() -> onGoodbye();
            case ChannelInputShutdownEvent _ when handler != null && !isGone -> handler.onEnd();
            default -> {
                // Of no use to a codec.
            }
        }
    }

    private void onHandshake(SslHandshakeCompletionEvent done) {
        Handshake ended = handshake;
        handshake = null;
        if (ended == null || isGone || isClosing) {
            return;
        }
        if (done.isSuccess()) {
            session = ended.reader().apply(ended.handler());
            handler = ended.ends().onSecured();
        } else {
            ended.ends().onNotSecured(TlsFailure.of(done.cause()));
        }
    }

    /// The other side says over TLS that nothing more comes, and takes nothing more.
    private void onGoodbye() {
        if (isGone || isClosing) {
            return;
        }
        if (isHalfCloseAllowed && handler != null) {
            handler.onEnd();
        }
        close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (isGone) {
            return;
        }
        isGone = true;
        if (closing != null) {
            closing.discard();
        }
        dropTail();
        worker.onEvent();
        Handshake cut = handshake;
        handshake = null;
        if (cut != null && !isClosing) {
            cut.ends().onNotSecured(TlsFailure.GONE);
        }
        if (handler != null) {
            handler.onClosed();
        }
    }

    /// Errors of the network close the connection, which is all that the handler needs to know;
    /// anything else is our own mistake and is kept with its stack.
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException || cause.getCause() instanceof SSLException) {
            LOG.debug("{} - {}: {}", local(), remote(), cause.toString());
        } else {
            worker.bug(cause);
        }
        var _ = context.close();
    }
}
