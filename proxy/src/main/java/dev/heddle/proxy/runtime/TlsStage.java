package dev.heddle.proxy.runtime;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// TLS between a socket and what is written to and heard from it.
///
/// ```
///   HANDSHAKE ──done──▶ OPEN ──close_notify came, or close()──▶ OVER
///       └──failed──▶ OVER (the alert is sent first)
/// ```
@Confined("worker")
final class TlsStage {
    /// A record's header: type, version, length (RFC 8446, section 5.1).
    private static final int HEADER_BYTES = 5;

    private static final int RECORD_BYTES = 1 << 14;

    /// What a record needs beside its bytes, at most, and what a handshake's flight seldom exceeds.
    private static final int OVERHEAD_BYTES = 256;

    /// Of a buffer to decrypt into.
    private static final int LEAST_BYTES = 2048;

    /// Most tickets fit.
    private static final int TICKET_BYTES = 2048;

    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

    private enum State {
        HANDSHAKE,
        OPEN,
        OVER
    }

    /// The wire that this is a part of.
    interface Side {
        /// Has bytes sent, which belong to the side from now on.
        void onEncrypted(ByteBuf bytes);

        /// Tells of bytes, which belong to the side from now on.
        void onPlain(ByteBuf bytes);

        /// The handshake is done.
        void onHandshake();

        /// The handshake has failed, or what came after it is no TLS.
        void onTlsFailed(Throwable cause);

        /// The other side says that nothing more comes.
        void onGoodbye();
    }

    private final SSLEngine engine;
    private final ByteBufAllocator allocator;
    private final Side side;
    private final Outbox plain = new Outbox();
    private State state = State.HANDSHAKE;

    /// What came and is not decrypted yet: the beginning of a record.
    private ByteBuf encrypted = Unpooled.EMPTY_BUFFER;

    private boolean isUnwrapping;
    private boolean isGoodbyeSaid;
    private boolean isReleased;

    TlsStage(SSLEngine engine, ByteBufAllocator allocator, Side side) {
        this.engine = engine;
        this.allocator = allocator;
        this.side = side;
    }

    SSLEngine engine() {
        return engine;
    }

    boolean isHandshakeDone() {
        return state != State.HANDSHAKE;
    }

    /// What waits to be encrypted.
    Outbox plain() {
        return plain;
    }

    /// Begins the handshake as a client.
    void begin() {
        try {
            engine.beginHandshake();
            advance(engine.getHandshakeStatus());
        } catch (SSLException e) {
            fail(e);
        }
    }

    /// Takes bytes from the socket.
    void receive(ByteBuf bytes) {
        if (state == State.OVER) {
            bytes.release();
            return;
        }
        add(bytes);
        if (isUnwrapping) {
            return;
        }
        isUnwrapping = true;
        try {
            unwrap();
        } catch (SSLException e) {
            fail(e);
        } finally {
            isUnwrapping = false;
        }
    }

    private void add(ByteBuf bytes) {
        if (!encrypted.isReadable() && bytes.isDirect() && bytes.nioBufferCount() == 1) {
            encrypted.release();
            encrypted = bytes;
            return;
        }
        // Somebody may have kept several pieces until it was their turn.
        int length = encrypted.readableBytes() + bytes.readableBytes();
        // Large enough for a record that has begun, so that its pieces are moved once.
        ByteBuf both = allocator.directBuffer(Math.max(length, recordBytes()));
        both.writeBytes(encrypted).writeBytes(bytes);
        encrypted.release();
        bytes.release();
        encrypted = both;
    }

    /// Of the first record, as far as its header is there.
    private int recordBytes() {
        return encrypted.readableBytes() < HEADER_BYTES
                ? HEADER_BYTES
                : HEADER_BYTES + encrypted.getUnsignedShort(encrypted.readerIndex() + 3);
    }

    /// Decrypts what is there. BoringSSL may hold more than it has said: after a task of the
    /// handshake, behind the handshake's last record, and when there was no room.
    private void unwrap() throws SSLException {
        ByteBuf out = null;
        boolean isMorePossible = false;
        try {
            while (state != State.OVER && (isMorePossible || isRecordThere())) {
                isMorePossible = false;
                if (out == null) {
                    out = allocator.directBuffer(Math.max(LEAST_BYTES, encrypted.readableBytes()));
                }
                boolean isHandshake = state == State.HANDSHAKE;
                SSLEngineResult result = unwrapInto(out);
                switch (result.getStatus()) {
                    case BUFFER_OVERFLOW -> {
                        passOn(out);
                        out =
                                allocator.directBuffer(
                                        engine.getSession().getApplicationBufferSize());
                        isMorePossible = true;
                    }
                    case BUFFER_UNDERFLOW -> {
                        // With the last record of the handshake, BoringSSL tells only now that it
                        // was the last one; who waits to be spoken to sends no more.
                        HandshakeStatus status = result.getHandshakeStatus();
                        if (status == HandshakeStatus.NOT_HANDSHAKING || !advance(status)) {
                            return;
                        }
                        isMorePossible = true;
                    }
                    case CLOSED -> {
                        out = passOn(out);
                        end();
                    }
                    case OK -> {
                        boolean isMoved = result.bytesConsumed() + result.bytesProduced() > 0;
                        isMorePossible =
                                isMoved
                                        && (isHandshake
                                                || result.bytesProduced() == 0
                                                || !out.isWritable());
                        if (result.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
                            // First, as who hears of what was decrypted behind the handshake is
                            // only known when that is done.
                            isMorePossible |= advance(result.getHandshakeStatus());
                        } else if (isHandshake) {
                            done();
                        }
                        if (out != null && !out.isWritable()) {
                            out = passOn(out);
                        }
                        if (!isMoved && !isMorePossible) {
                            return;
                        }
                    }
                }
            }
        } finally {
            passOn(out);
            if (!encrypted.isReadable()) {
                encrypted.release();
                encrypted = Unpooled.EMPTY_BUFFER;
            }
        }
    }

    /// Whether a whole record is there. The first one must look like one.
    private boolean isRecordThere() throws SSLException {
        if (encrypted.readableBytes() < HEADER_BYTES) {
            return false;
        }
        int at = encrypted.readerIndex();
        int type = encrypted.getUnsignedByte(at);
        if (type < 20 || type > 24 || encrypted.getUnsignedByte(at + 1) != 3) {
            throw new NotSslRecordException("not an SSL/TLS record");
        }
        return encrypted.readableBytes() >= recordBytes();
    }

    private SSLEngineResult unwrapInto(ByteBuf out) throws SSLException {
        // One record and no more: the engine would take the beginning of the next one, too, and
        // what is left of that does not look like one.
        int length = isRecordThere() ? recordBytes() : 0;
        ByteBuffer from = encrypted.internalNioBuffer(encrypted.readerIndex(), length);
        ByteBuffer to = out.internalNioBuffer(out.writerIndex(), out.writableBytes());
        SSLEngineResult result = engine.unwrap(from, to);
        encrypted.skipBytes(result.bytesConsumed());
        out.writerIndex(out.writerIndex() + result.bytesProduced());
        return result;
    }

    /// Hands decrypted bytes on.
    ///
    /// @return null, for what they were in
    private @Nullable ByteBuf passOn(@Nullable ByteBuf out) {
        if (out != null) {
            if (out.isReadable() && state != State.OVER) {
                side.onPlain(out);
            } else {
                out.release();
            }
        }
        return null;
    }

    /// Does what the engine asks for, until it waits for the other side.
    ///
    /// @return whether there was something to do
    private boolean advance(HandshakeStatus asked) throws SSLException {
        HandshakeStatus status = asked;
        boolean isMoved = false;
        while (state != State.OVER) {
            switch (status) {
                case NEED_TASK -> {
                    for (Runnable task = engine.getDelegatedTask();
                            task != null;
                            task = engine.getDelegatedTask()) {
                        task.run();
                    }
                    status = engine.getHandshakeStatus();
                }
                case NEED_WRAP -> {
                    SSLEngineResult result = wrap(NOTHING, OVERHEAD_BYTES);
                    status = result.getHandshakeStatus();
                    if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
                        return isMoved;
                    }
                }
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    return isMoved;
                }
                case FINISHED, NOT_HANDSHAKING -> {
                    if (state == State.HANDSHAKE) {
                        done();
                    }
                    return isMoved;
                }
            }
            isMoved = true;
        }
        return isMoved;
    }

    private void done() throws SSLException {
        state = State.OPEN;
        if (engine instanceof ReferenceCountedOpenSslEngine) {
            // Tickets for later sessions are ready, though this engine does not ask to send them.
            while (wrap(NOTHING, TICKET_BYTES).bytesProduced() > 0) {
                // Until it has no more.
            }
        }
        side.onHandshake();
        encrypt();
    }

    /// Encrypts what was written, as soon as that can be.
    void encrypt() {
        if (state != State.OPEN) {
            return;
        }
        try {
            for (ByteBuf piece = plain.take(); piece != null; piece = plain.take()) {
                try {
                    encrypt(piece);
                } finally {
                    piece.release();
                }
            }
        } catch (SSLException e) {
            fail(e);
        }
    }

    private void encrypt(ByteBuf piece) throws SSLException {
        while (piece.isReadable() && state == State.OPEN) {
            int length = piece.readableBytes();
            int records = (length + RECORD_BYTES - 1) / RECORD_BYTES;
            ByteBuffer from = piece.internalNioBuffer(piece.readerIndex(), length);
            SSLEngineResult result = wrap(from, length + records * OVERHEAD_BYTES);
            piece.skipBytes(result.bytesConsumed());
            if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
                throw new SSLException("the session is over");
            }
            if (result.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
                advance(result.getHandshakeStatus());
            }
        }
    }

    /// Has the engine say something.
    private SSLEngineResult wrap(ByteBuffer from, int most) throws SSLException {
        ByteBuf out = allocator.directBuffer(most);
        try {
            while (true) {
                ByteBuffer to = out.internalNioBuffer(0, out.capacity());
                SSLEngineResult result = engine.wrap(from, to);
                if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
                    int needed = engine.getSession().getPacketBufferSize();
                    int larger = Math.max(2 * out.capacity(), needed);
                    out.release();
                    out = allocator.directBuffer(larger);
                    continue;
                }
                if (result.bytesProduced() > 0) {
                    out.writerIndex(result.bytesProduced());
                    side.onEncrypted(out.retain());
                }
                return result;
            }
        } finally {
            out.release();
        }
    }

    /// Says that nothing more comes from here, in the last bytes that this has sent.
    void sayGoodbye() {
        if (isGoodbyeSaid || isReleased) {
            return;
        }
        isGoodbyeSaid = true;
        encrypt();
        try {
            engine.closeOutbound();
            sayRest();
        } catch (SSLException _) {
            // Then it hears nothing.
        }
        state = State.OVER;
    }

    private void sayRest() throws SSLException {
        SSLEngineResult result;
        do {
            result = wrap(NOTHING, OVERHEAD_BYTES);
        } while (result.bytesProduced() > 0
                && result.getStatus() != SSLEngineResult.Status.CLOSED
                && result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP);
    }

    private void end() {
        if (state != State.OVER) {
            side.onGoodbye();
        }
    }

    private void fail(SSLException cause) {
        if (state == State.OVER) {
            return;
        }
        try {
            // The alert.
            sayRest();
        } catch (SSLException _) {
            // The first one says more.
        }
        isGoodbyeSaid = true;
        state = State.OVER;
        side.onTlsFailed(cause);
    }

    /// Lets go of everything, once the connection is gone.
    void release() {
        if (isReleased) {
            return;
        }
        isReleased = true;
        state = State.OVER;
        plain.clear();
        encrypted.release();
        encrypted = Unpooled.EMPTY_BUFFER;
        engine.closeOutbound();
        ReferenceCountUtil.release(engine);
    }
}
