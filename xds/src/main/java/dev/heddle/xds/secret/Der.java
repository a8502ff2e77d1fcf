package dev.heddle.xds.secret;

import java.io.ByteArrayOutputStream;

/// The little of DER (X.690) that keys and requests need, so that no library is loaded for it.
public final class Der {
    private static final int SEQUENCE = 0x30;
    private static final int LONGEST = 0xffff;

    private Der() {}

    /// Elements one after the other in one.
    public static byte[] sequence(byte[]... parts) {
        var body = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            body.writeBytes(part);
        }
        return element(SEQUENCE, body.toByteArray());
    }

    /// One element.
    ///
    /// @param body of up to 65,535 bytes
    public static byte[] element(int tag, byte[] body) {
        if (body.length > LONGEST) {
            throw new IllegalArgumentException(
                    "body: %d bytes (expected: at most %d)".formatted(body.length, LONGEST));
        }
        var out = new ByteArrayOutputStream();
        out.write(tag);
        if (body.length < 0x80) {
            out.write(body.length);
        } else if (body.length < 0x100) {
            out.write(0x81);
            out.write(body.length);
        } else {
            out.write(0x82);
            out.write(body.length >> 8);
            out.write(body.length);
        }
        out.writeBytes(body);
        return out.toByteArray();
    }
}
