package dev.heddle.proxy.export;

import java.nio.ByteBuffer;
import java.util.List;

/// Messages as gRPC sends them (`PROTOCOL-HTTP2.md`, "Length-Prefixed-Message").
public final class GrpcFrames {
    private static final int PREFIX_BYTES = 5;

    private GrpcFrames() {}

    /// One message, not compressed.
    static byte[] frame(byte[] message) {
        byte[] framed = new byte[PREFIX_BYTES + message.length];
        for (int i = 0; i < Integer.BYTES; i++) {
            framed[1 + i] = (byte) (message.length >>> (Integer.SIZE - Byte.SIZE * (i + 1)));
        }
        System.arraycopy(message, 0, framed, PREFIX_BYTES, message.length);
        return framed;
    }

    /// Several messages of one call.
    public static byte[] frames(List<byte[]> messages) {
        int size = messages.stream().mapToInt(it -> PREFIX_BYTES + it.length).sum();
        ByteBuffer all = ByteBuffer.allocate(size);
        messages.forEach(it -> all.put(frame(it)));
        return all.array();
    }
}
