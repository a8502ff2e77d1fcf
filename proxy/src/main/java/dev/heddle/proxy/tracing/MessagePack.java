package dev.heddle.proxy.tracing;

import dev.heddle.proxy.runtime.Confined;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Writes values as MessagePack has them (its specification, version of 2017), as far as Datadog's
/// agents want any.
@Confined("caller")
final class MessagePack {
    private static final int MOST_OF_16_BITS = 0xffff;

    private final ByteArrayOutputStream out;

    /// @param bytes that are likely
    MessagePack(int bytes) {
        out = new ByteArrayOutputStream(bytes);
    }

    /// A list of so many values, which follow.
    MessagePack list(int size) {
        return header(size, 0x90, 15, 0xdc);
    }

    /// So many pairs of a name and a value, which follow.
    MessagePack map(int size) {
        return header(size, 0x80, 15, 0xde);
    }

    /// @param few marks up to `most` of them with their number, `many` comes before a larger one
    private MessagePack header(int size, int few, int most, int many) {
        if (size <= most) {
            out.write(few | size);
        } else if (size <= MOST_OF_16_BITS) {
            out.write(many);
            big(size, 2);
        } else {
            out.write(many + 1);
            big(size, 4);
        }
        return this;
    }

    MessagePack text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int size = bytes.length;
        if (size <= 31) {
            out.write(0xa0 | size);
        } else if (size <= 0xff) {
            out.write(0xd9);
            out.write(size);
        } else if (size <= MOST_OF_16_BITS) {
            out.write(0xda);
            big(size, 2);
        } else {
            out.write(0xdb);
            big(size, 4);
        }
        out.writeBytes(bytes);
        return this;
    }

    /// A number of 64 bits without a sign.
    MessagePack unsigned(long number) {
        if (number >= 0 && number < 0x80) {
            out.write((int) number);
        } else {
            out.write(0xcf);
            big(number, 8);
        }
        return this;
    }

    MessagePack number(double number) {
        out.write(0xcb);
        big(Double.doubleToRawLongBits(number), 8);
        return this;
    }

    private void big(long number, int bytes) {
        for (int i = bytes - 1; i >= 0; i--) {
            out.write((int) (number >>> (Byte.SIZE * i)));
        }
    }

    byte[] toBytes() {
        return out.toByteArray();
    }
}
