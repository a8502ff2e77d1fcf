package dev.heddle.xds.wire;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// A range of an array that nobody changes.
public final class Bytes {
    /// None.
    public static final Bytes EMPTY = new Bytes(new byte[0], 0, 0);

    final byte[] array;
    final int from;
    final int to;

    Bytes(byte[] array, int from, int to) {
        this.array = array;
        this.from = from;
        this.to = to;
    }

    /// All of an array, which is not copied: the caller leaves it alone from now on.
    public static Bytes of(byte[] array) {
        return new Bytes(array, 0, array.length);
    }

    /// A text in UTF-8.
    public static Bytes utf8(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /// How many there are.
    public int size() {
        return to - from;
    }

    /// Whether there are none.
    public boolean isEmpty() {
        return to == from;
    }

    /// A copy.
    public byte[] toByteArray() {
        return Arrays.copyOfRange(array, from, to);
    }

    /// A view for those who take buffers.
    public ByteBuffer asReadOnlyByteBuffer() {
        return ByteBuffer.wrap(array, from, size()).slice().asReadOnlyBuffer();
    }

    /// As text; what is no UTF-8 becomes replacement characters.
    public String toStringUtf8() {
        return toString(StandardCharsets.UTF_8);
    }

    /// As text; what cannot be read becomes replacement characters.
    public String toString(Charset charset) {
        return new String(array, from, size(), charset);
    }

    /// As text, as protobuf demands it of its strings.
    ///
    /// @throws WireException when it is no UTF-8
    String text() {
        for (int i = from; i < to; i++) {
            if (array[i] < 0) {
                return strict();
            }
        }
        return new String(array, from, size(), StandardCharsets.ISO_8859_1);
    }

    private String strict() {
        try {
            CharBuffer chars =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(array, from, size()));
            return chars.toString();
        } catch (CharacterCodingException _) {
            throw new WireException("a text is no UTF-8");
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Bytes that
                && Arrays.equals(array, from, to, that.array, that.from, that.to);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + array[i];
        }
        return hash;
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(array, from, to);
    }
}
