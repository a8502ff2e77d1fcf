package dev.heddle.proxy.http;

import dev.heddle.proxy.http2.FieldWriter;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.telemetry.ByteText;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The header values of one message that this proxy made as bytes or numbers, behind each other. A
/// value is known by where it begins and how long it is.
@Confined("worker")
final class MadeValues {
    private static final byte[] NOTHING = {};

    private byte[] bytes = NOTHING;
    private int length;

    /// Where the next one begins.
    int length() {
        return length;
    }

    void clear() {
        length = 0;
    }

    /// Adds a number that is not negative.
    void add(long number) {
        int digits = 1;
        for (long rest = number; rest > 9; rest /= 10) {
            digits++;
        }
        ensure(digits);
        long rest = number;
        for (int i = length + digits - 1; i >= length; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
    }

    void add(byte[] value) {
        ensure(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
    }

    /// Takes the values of another.
    void become(MadeValues other) {
        bytes = Arrays.copyOf(other.bytes, other.length);
        length = other.length;
    }

    void write(String name, int at, int count, FieldWriter out) {
        out.add(name, bytes, at, count);
    }

    int byteAt(int at) {
        return bytes[at] & 0xff;
    }

    String text(int at, int count) {
        return new String(bytes, at, count, StandardCharsets.ISO_8859_1);
    }

    void write(int at, int count, ByteBuf out) {
        out.writeBytes(bytes, at, count);
    }

    void write(int at, int count, ByteText out) {
        out.append(bytes, at, count);
    }

    private void ensure(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(64, bytes.length * 2 + more));
        }
    }
}
