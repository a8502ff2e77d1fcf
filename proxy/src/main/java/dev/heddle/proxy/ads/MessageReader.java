package dev.heddle.proxy.ads;

import dev.heddle.proxy.runtime.Confined;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Finds messages in the bytes of a gRPC stream: each has a byte that says whether it is
/// compressed, four with its length, and its content.
///
/// What is held grows with what has come, not with what a peer says will come.
@Confined("stream")
final class MessageReader {
    /// Bytes before each message.
    static final int PREFIX = 5;

    private static final int FIRST_PIECE = 1 << 16;

    private final int maxBytes;
    private long prefix;
    private int prefixed;
    private byte[] message = new byte[0];
    private int length;
    private int filled;

    /// @param maxBytes what no message may exceed
    MessageReader(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /// Takes bytes until a message is complete or there are none left.
    ///
    /// @return the message; null while it is not complete
    /// @throws MalformedException when no message begins there that could be read
    byte @Nullable [] read(ByteBuf bytes) throws MalformedException {
        while (prefixed < PREFIX) {
            if (!bytes.isReadable()) {
                return null;
            }
            prefix = prefix << 8 | bytes.readUnsignedByte();
            prefixed++;
            if (prefixed == PREFIX) {
                begin();
            }
        }
        int some = Math.min(length - filled, bytes.readableBytes());
        if (filled + some > message.length) {
            long larger = Math.max(filled + some, Math.min(length, 2L * message.length));
            message = Arrays.copyOf(message, (int) larger);
        }
        bytes.readBytes(message, filled, some);
        filled += some;
        return filled == length ? take() : null;
    }

    private void begin() throws MalformedException {
        long flags = prefix >>> 32;
        long announced = prefix & 0xffff_ffffL;
        if (flags != 0) {
            throw new MalformedException(
                    "a message with flags "
                            + flags
                            + " (expected: 0, since nothing else is asked)");
        }
        if (announced > maxBytes) {
            throw new MalformedException(
                    "a message of " + announced + " bytes (expected: at most " + maxBytes + ")");
        }
        length = (int) announced;
        filled = 0;
        message = new byte[Math.min(length, FIRST_PIECE)];
    }

    private byte[] take() {
        byte[] whole = message;
        message = new byte[0];
        prefixed = 0;
        prefix = 0;
        return whole;
    }

    /// What the peer sends is no gRPC.
    static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1;

        MalformedException(String message) {
            super(message);
        }
    }
}
