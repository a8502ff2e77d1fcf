package dev.heddle.proxy.runtime;

import dev.heddle.proxy.runtime.linux.EpollCalls;
import dev.heddle.proxy.runtime.linux.Errno;
import dev.heddle.proxy.runtime.linux.PipeCalls;
import dev.heddle.proxy.runtime.linux.SocketCalls;
import dev.heddle.proxy.tls.TlsFailure;
import dev.heddle.proxy.tls.TlsServer;
import dev.heddle.proxy.tls.TlsSession;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A [Wire] over a socket of an [EpollLoop].
///
/// ```
///   CONNECTING ──up──▶ OPEN ──end()──▶ ends when all is sent ──close(), or both ended──▶ gone
///       └──failed──▶ gone      └──close()──▶ closes when all is sent ──▶ gone
///                              └──reset(), error, the other side ends──▶ gone
/// ```
///
/// This file is long because what a socket was told, what it was asked for and what is left to do
/// is one state, and each method looks at most of it.
///
/// It is told of changes only, so it remembers what it was told: that there may be bytes to take
/// ([#isReadable]), and that the kernel takes no more ([#isFull]).
@Confined("worker")
final class SocketWire implements WorkerWire, Polled, TlsStage.Side {
    static final int EVENTS = EpollCalls.IN | EpollCalls.OUT | EpollCalls.END | EpollCalls.EDGES;

    private static final Logger LOG = LoggerFactory.getLogger(SocketWire.class);

    /// Taken at once, as long as little comes: a request, or an answer, of the usual size.
    private static final int SMALL_READ = 2048;

    /// Taken at once where more comes. It fits the processor's cache, and leaves before the next
    /// piece is taken.
    private static final int LARGE_READ = 1 << 16;

    /// So much is taken in one go before others have their turn.
    private static final int TURN_BYTES = 4 * LARGE_READ;

    /// So much is sent at once, while the processor's cache still has it, and not at the end of the
    /// turn, when the bytes of other connections have taken its place.
    private static final int EARLY_BYTES = 1 << 16;

    private static final int WRITE_LIMIT = 1 << 16;

    private final Worker worker;
    private final EpollLoop loop;
    private final int socket;
    private final InetSocketAddress remote;
    private final Outbox outbox = new Outbox();
    private @Nullable WireHandler handler;
    private @Nullable ConnectAttempt attempt;
    private @Nullable InetSocketAddress local;
    private @Nullable InetSocketAddress presentedRemote;
    private @Nullable InetSocketAddress presentedLocal;
    private @Nullable Secured secured;
    private @Nullable TlsSession session;

    /// By which bytes leave from here to another socket without being heard.
    private @Nullable Splice outgoing;

    /// By which bytes come from another socket without having been written.
    private @Nullable Splice incoming;

    /// Runs while a close waits for the other side to take what is left.
    private @Nullable Deadline closing;

    private int writeLimit = WRITE_LIMIT;
    private int unflushed;
    private int readSize = SMALL_READ;

    private boolean isReading = true;
    private boolean isReadable;
    private boolean isAgain;

    /// Whether the end is known to come behind what can be taken now.
    private boolean isEndNear;

    private boolean isEndHeard;
    private boolean isFull;
    private boolean isWritable = true;
    private boolean isEarly;
    private boolean isWritableDue;
    private boolean isHalfCloseAllowed;
    private boolean isDirty;
    private boolean isClosing;
    private boolean isEndDue;
    private boolean isCloseDue;
    private boolean isGone;
    private boolean isGoneTold;

    /// Which counts this wire as long as it has its socket; null for none.
    private @Nullable ExactBalance balance;

    /// TLS on this wire.
    ///
    /// @param ends who waits for the handshake
    private record Secured(TlsStage stage, Function<SSLEngine, TlsSession> reader, Ends ends) {}

    /// @param attempt by which the connection is being made; null where it is there
    SocketWire(
            Worker worker,
            EpollLoop loop,
            int socket,
            InetSocketAddress remote,
            @Nullable ConnectAttempt attempt) {
        this.worker = worker;
        this.loop = loop;
        this.socket = socket;
        this.remote = remote;
        this.attempt = attempt;
    }

    @Override
    public void attach(WireHandler value) {
        handler = value;
    }

    /// Who is told when it is gone.
    void balance(@Nullable ExactBalance counting) {
        balance = counting;
    }

    @Override
    public void secure(TlsServer tls, SecureOutcome outcome) {
        secure(tls.engine(worker.allocator()), tls::session, WorkerWire.ends(this, outcome));
    }

    /// Has bytes sent as soon as the connection is up, before everything else, a handshake of TLS
    /// included.
    void begin(ByteBuffer preface) {
        int length = preface.remaining();
        outbox.add(worker.allocator().directBuffer(length).writeBytes(preface.duplicate()));
    }

    /// Puts TLS between the socket and this wire.
    void secure(SSLEngine engine, Function<SSLEngine, TlsSession> reader, Ends ends) {
        secured = new Secured(new TlsStage(engine, worker.allocator(), this), reader, ends);
    }

    @Override
    public @Nullable TlsSession tls() {
        return session;
    }

    // Out.

    @Override
    public void write(ByteBuf bytes) {
        if (isClosing || isGone) {
            bytes.release();
            return;
        }
        unflushed += bytes.readableBytes();
        ByteBuf direct = inOnePlace(bytes);
        (secured == null ? outbox : secured.stage().plain()).add(direct);
        if (isWritable && waiting() > writeLimit) {
            isWritable = false;
        }
    }

    /// The kernel and TLS take memory off the heap, in one piece.
    private ByteBuf inOnePlace(ByteBuf bytes) {
        if (bytes.hasMemoryAddress() || (bytes.isDirect() && bytes.nioBufferCount() == 1)) {
            return bytes;
        }
        ByteBuf copy = worker.allocator().directBuffer(bytes.readableBytes()).writeBytes(bytes);
        bytes.release();
        return copy;
    }

    private long waiting() {
        return outbox.bytes() + (secured == null ? 0 : secured.stage().plain().bytes());
    }

    @Override
    public void flush() {
        if (isGone) {
            return;
        }
        if (unflushed >= EARLY_BYTES) {
            isEarly = true;
            send();
            isEarly = false;
        } else {
            putOff();
        }
    }

    /// Has [#endTurn] called.
    private void putOff() {
        if (!isDirty) {
            isDirty = true;
            worker.atTurnEnd(this);
        }
    }

    @Override
    public void endTurn() {
        isDirty = false;
        if (isGone) {
            tellGone();
            return;
        }
        send();
        if (isWritableDue && !isGone) {
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
        return isWritable;
    }

    @Override
    public void setWriteLimit(int bytes) {
        writeLimit = bytes;
    }

    /// Sends until nothing is left or the kernel takes no more.
    private void send() {
        unflushed = 0;
        if (attempt != null) {
            return;
        }
        if (closing != null && !isFull) {
            closing.set(CLOSING_NANOS);
        }
        if (secured != null) {
            secured.stage().encrypt();
        }
        while (!isFull && !isGone && !outbox.isEmpty()) {
            if (outbox.size() == 1) {
                sendOne();
            } else {
                sendSome();
            }
        }
        if (isGone) {
            return;
        }
        if (!isFull && outbox.isEmpty() && incoming != null) {
            incoming.move();
        }
        if (isGone) {
            return;
        }
        if (isIdle() && (incoming == null || incoming.isEmpty())) {
            onAllSent();
        }
        if (!isWritable && waiting() <= writeLimit / 2) {
            isWritable = true;
            if (isEarly) {
                // Whoever is just writing does not expect to be told in the middle of it.
                isWritableDue = true;
                putOff();
            } else {
                tellWritable();
            }
        }
    }

    private void sendOne() {
        ByteBuf piece = outbox.first();
        if (piece != null) {
            int length = piece.readableBytes();
            onSent(loop.sockets().send(socket, address(piece), length), length);
        }
    }

    private void sendSome() {
        SocketCalls sockets = loop.sockets();
        int count = 0;
        long length = 0;
        for (ByteBuf piece : outbox.pieces()) {
            sockets.setPiece(count++, address(piece), piece.readableBytes());
            length += piece.readableBytes();
            if (count == SocketCalls.PIECES) {
                break;
            }
        }
        onSent(sockets.sendPieces(socket, count), length);
    }

    private void onSent(int count, long asked) {
        if (count >= 0) {
            outbox.sent(count);
            isFull = count < asked;
        } else if (count == -Errno.EAGAIN) {
            isFull = true;
        } else if (count != -Errno.EINTR) {
            lost(-count);
        }
    }

    /// Of the first byte that can be read.
    static long address(ByteBuf bytes) {
        return bytes.hasMemoryAddress()
                ? bytes.memoryAddress() + bytes.readerIndex()
                : MemorySegment.ofBuffer(bytes.nioBuffer()).address();
    }

    @Override
    public boolean spliceTo(Wire to, long bytes, LongConsumer moved) {
        if (!(to instanceof SocketWire other)
                || outgoing != null
                || other.incoming != null
                || isClosing
                || secured != null
                || other.secured != null
                || !other.isOpen()) {
            return false;
        }
        PipeCalls.Pipe pipe = loop.pipe();
        if (pipe == null) {
            return false;
        }
        outgoing = new Splice(loop, pipe, this, other, bytes, moved);
        other.incoming = outgoing;
        return true;
    }

    /// What comes is heard again.
    void onSpliced() {
        outgoing = null;
    }

    /// What is written leaves again.
    void onTaken() {
        incoming = null;
    }

    int socket() {
        return socket;
    }

    /// Whether bytes may be taken, and there may be some.
    boolean isTakable() {
        return isReading && isReadable && !isGone;
    }

    /// Whether nothing waits to be sent.
    boolean isIdle() {
        return !isGone && outbox.isEmpty();
    }

    /// Whether more may be taken for this side, and nothing waits to be sent.
    boolean isTaking() {
        return isIdle() && !isClosing;
    }

    /// The kernel takes no more; that it does again is an event.
    void onFull() {
        isFull = true;
    }

    private void onAllSent() {
        if (isCloseDue) {
            vanish();
        } else if (isEndDue) {
            isEndDue = false;
            loop.sockets().endOutput(socket);
        }
    }

    private void tellWritable() {
        if (handler != null && isWritable) {
            handler.onWritable();
        }
    }

    @Override
    public void end() {
        if (isClosing || isGone) {
            return;
        }
        if (secured != null) {
            // An end is answered with an end, so with TLS one direction cannot outlive the other.
            close();
            return;
        }
        isClosing = true;
        isEndDue = true;
        send();
    }

    @Override
    public void close() {
        if (isGone) {
            return;
        }
        isClosing = true;
        isCloseDue = true;
        if (attempt != null) {
            vanish();
            return;
        }
        if (secured != null) {
            secured.stage().sayGoodbye();
        }
        send();
        limitClosing();
    }

    @Override
    public void reset() {
        if (isGone) {
            return;
        }
        isClosing = true;
        loop.sockets().resetOnClose(socket);
        vanish();
    }

    /// Gives up a connection that nobody heard of.
    void abandon() {
        isClosing = true;
        vanish();
    }

    /// Whoever takes nothing of what is still to be sent does not hold the socket for ever.
    private void limitClosing() {
        if (!isGone && closing == null) {
            closing = worker.deadline(this::reset);
            closing.set(CLOSING_NANOS);
        }
    }

    /// Closes the socket. Whoever hears is told at the end of the turn.
    private void vanish() {
        if (isGone) {
            return;
        }
        isGone = true;
        if (closing != null) {
            closing.discard();
        }
        loop.close(socket);
        if (balance != null) {
            balance.gone(worker);
        }
        outbox.clear();
        if (outgoing != null) {
            outgoing.onSourceGone();
        }
        if (incoming != null) {
            incoming.close();
        }
        if (secured != null) {
            secured.stage().release();
        }
        putOff();
    }

    void lost(int error) {
        LOG.debug("{} - {}: {}", local(), remote, Errno.exception(error, "lost").getMessage());
        vanish();
    }

    private void tellGone() {
        if (isGoneTold) {
            return;
        }
        isGoneTold = true;
        worker.onEvent();
        if (secured != null && session == null && !isClosing) {
            isClosing = true;
            secured.ends().onNotSecured(TlsFailure.GONE);
        }
        if (handler != null) {
            handler.onClosed();
        }
    }

    @Override
    public boolean isOpen() {
        return !isGone && !isClosing && attempt == null;
    }

    // In.

    @Override
    public void onEvents(int events) {
        worker.onEvent();
        if (attempt != null) {
            onConnectEnded(attempt);
        }
        if ((events & EpollCalls.OUT) != 0 && isFull && !isGone) {
            isFull = false;
            send();
        }
        if ((events & EpollCalls.ERROR) != 0 && isEndHeard && !isGone) {
            // Taking bytes would only say again that the end was there.
            lookForEnd();
        } else if ((events & ~EpollCalls.OUT) != 0 && !isGone) {
            isReadable = true;
            isEndNear |= (events & ~(EpollCalls.OUT | EpollCalls.IN)) != 0;
            read();
        }
    }

    @Override
    public void onAgain() {
        isAgain = false;
        if (!isGone) {
            worker.onEvent();
            read();
        }
    }

    @Override
    public void onBroken() {
        vanish();
    }

    void askAgain() {
        if (!isAgain) {
            isAgain = true;
            loop.again(this);
        }
    }

    private void read() {
        int left = TURN_BYTES;
        while (isReadable && !isGone) {
            if (!isReading) {
                if (isEndNear) {
                    lookForEnd();
                }
                return;
            }
            if (outgoing != null) {
                outgoing.move();
                return;
            }
            if (left <= 0) {
                askAgain();
                return;
            }
            left -= readOnce();
        }
    }

    /// @return how much was there
    private int readOnce() {
        int size = readSize;
        ByteBuf bytes = worker.allocator().directBuffer(size);
        int count = loop.sockets().receive(socket, address(bytes), size, 0);
        if (count <= 0) {
            bytes.release();
            onNothing(count);
            return 0;
        }
        bytes.writerIndex(count);
        // Less than there was room for is all that there was; what comes later is told of. Only the
        // end is not, once it was told of.
        isReadable = count == size || isEndNear;
        readSize = count == size ? LARGE_READ : count <= SMALL_READ ? SMALL_READ : size;
        receive(bytes);
        return count;
    }

    private void receive(ByteBuf bytes) {
        if (secured != null) {
            secured.stage().receive(bytes);
        } else {
            onPlain(bytes);
        }
    }

    @Override
    public void onPlain(ByteBuf bytes) {
        WireHandler hears = handler;
        if (hears == null || isGone) {
            bytes.release();
        } else {
            hears.onBytes(bytes);
        }
    }

    /// @param result 0 for the end, else an error
    void onNothing(int result) {
        if (result == -Errno.EAGAIN) {
            isReadable = false;
        } else if (result == 0) {
            isReadable = false;
            onEnd();
        } else if (result != -Errno.EINTR) {
            lost(-result);
        }
    }

    /// While nothing is taken: whether the connection is lost, or has ended with nothing left to
    /// take.
    private void lookForEnd() {
        int error = loop.sockets().error(socket);
        if (error != 0) {
            lost(error);
            return;
        }
        ByteBuf one = worker.allocator().directBuffer(1);
        int count = loop.sockets().receive(socket, address(one), 1, SocketCalls.PEEK);
        one.release();
        if (count <= 0) {
            onNothing(count);
        }
    }

    private void onEnd() {
        if (isEndHeard) {
            return;
        }
        isEndHeard = true;
        if (!isHalfCloseAllowed || handler == null) {
            vanish();
            return;
        }
        handler.onEnd();
        if (secured != null) {
            close();
        }
    }

    @Override
    public void setReading(boolean on) {
        isReading = on;
        if (on && isReadable && !isGone) {
            askAgain();
        }
    }

    @Override
    public void allowHalfClose() {
        isHalfCloseAllowed = true;
    }

    @Override
    public void handOver(WireHandler next, ByteBuf bytes) {
        if (isGoneTold) {
            bytes.release();
            next.onClosed();
            return;
        }
        handler = next;
        if (bytes.isReadable() && !isGone) {
            receive(bytes);
        } else {
            bytes.release();
        }
    }

    // Connecting, and TLS.

    private void onConnectEnded(ConnectAttempt ended) {
        attempt = null;
        int error = loop.sockets().error(socket);
        if (error != 0) {
            abandon();
            IOException cause = Errno.exception(error, "connect to " + SocketCalls.text(remote));
            ended.failed(cause);
        } else if (secured == null) {
            ended.connected(this);
        } else {
            secured.stage().begin();
        }
        if (!outbox.isEmpty()) {
            putOff();
        }
    }

    @Override
    public void onEncrypted(ByteBuf bytes) {
        if (isGone) {
            bytes.release();
            return;
        }
        outbox.add(bytes);
        putOff();
    }

    @Override
    public void onHandshake() {
        Secured by = secured;
        if (by != null && !isGone && !isClosing) {
            session = by.reader().apply(by.stage().engine());
            handler = by.ends().onSecured();
        }
    }

    @Override
    public void onTlsFailed(Throwable cause) {
        if (isGone) {
            return;
        }
        LOG.debug("{} - {}: {}", local(), remote, cause.toString());
        boolean isAwaited = session == null && !isClosing;
        isClosing = true;
        if (isAwaited && secured != null) {
            secured.ends().onNotSecured(TlsFailure.of(cause));
        }
        // The alert is on its way.
        close();
    }

    @Override
    public void onGoodbye() {
        if (isGone || isClosing) {
            return;
        }
        if (isHalfCloseAllowed && handler != null) {
            handler.onEnd();
        }
        close();
    }

    // Who is there.

    @Override
    public void present(InetSocketAddress from, InetSocketAddress to) {
        presentedRemote = from;
        presentedLocal = to;
    }

    @Override
    public InetSocketAddress remote() {
        return presentedRemote == null ? remote : presentedRemote;
    }

    @Override
    public InetSocketAddress local() {
        return presentedLocal == null ? directLocal() : presentedLocal;
    }

    private InetSocketAddress directLocal() {
        if (local == null && !isGone) {
            local = loop.sockets().local(socket);
        }
        return local == null ? EpollSockets.NOWHERE : local;
    }

    @Override
    public @Nullable InetSocketAddress restored() {
        InetSocketAddress said = presentedLocal;
        return said == null || said.equals(directLocal()) ? null : said;
    }

    @Override
    public InetSocketAddress directRemote() {
        return remote;
    }

    @Override
    public Optional<InetSocketAddress> originalDestination() {
        // A client whose IPv4 address is mapped into IPv6 shows as IPv4, and is asked for as that.
        boolean isSix = remote.getAddress() instanceof Inet6Address;
        return isGone
                ? Optional.empty()
                : Optional.ofNullable(loop.sockets().original(socket, isSix));
    }
}
