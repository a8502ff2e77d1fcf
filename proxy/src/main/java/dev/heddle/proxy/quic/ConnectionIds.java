package dev.heddle.proxy.quic;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicConnectionIdGenerator;
import java.nio.ByteBuffer;
import java.security.SecureRandom;

/// The ids that a worker gives its connections: random, but for the first byte, which is the
/// worker's. So a client that its network gave another address, whose datagrams the kernel then
/// hands to another worker, is known there for somebody else's.
public final class ConnectionIds implements QuicConnectionIdGenerator {
    private static final int LENGTH = Quic.MAX_CONN_ID_LEN;

    private final byte worker;
    private final SecureRandom random = new SecureRandom();

    /// @param worker its index, below 256
    public ConnectionIds(int worker) {
        this.worker = (byte) worker;
    }

    /// Whose connection a datagram is of, as its header says it.
    ///
    /// @return the index of a worker, or -1 where anybody may take it: it begins a connection, or
    ///   is none of ours
    public static int worker(ByteBuf datagram) {
        int at = datagram.readerIndex();
        boolean isShort = datagram.readableBytes() > LENGTH && datagram.getByte(at) >= 0;
        return isShort ? datagram.getUnsignedByte(at + 1) : -1;
    }

    @Override
    public ByteBuffer newId(int length) {
        var id = new byte[length];
        random.nextBytes(id);
        id[0] = worker;
        return ByteBuffer.wrap(id);
    }

    @Override
    public ByteBuffer newId(ByteBuffer input, int length) {
        return newId(length);
    }

    @Override
    public int maxConnectionIdLength() {
        return LENGTH;
    }

    @Override
    public boolean isIdempotent() {
        return false;
    }
}
