package dev.heddle.proxy.export;

/// Messages as gRPC sends them (`PROTOCOL-HTTP2.md`, "Length-Prefixed-Message").
final class GrpcFrames {
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
}
