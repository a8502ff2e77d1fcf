package dev.heddle.telemetry;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A text that is made piece by piece, as the bytes of its UTF-8. Used again for the next text, so
/// that writing one allocates nothing.
///
/// A text of characters up to 0xff, as headers are, is copied without being looked at where it is
/// ASCII, as it nearly always is.
@Confined("whoever made it")
public final class ByteText {
    /// Longer ones than this are not kept for the next text.
    private static final int MAX_KEPT = 1 << 16;

    private byte[] bytes = new byte[512];
    private int length;

    /// Forgets the text, ready for the next one.
    public void clear() {
        length = 0;
        if (bytes.length > MAX_KEPT) {
            bytes = new byte[512];
        }
    }

    /// In bytes.
    public int length() {
        return length;
    }

    /// What the text lies in, from 0 to [#length]; for reading, and only until it is changed.
    public byte[] bytes() {
        return bytes;
    }

    /// Appends a text.
    @SuppressWarnings("deprecation") // copies the low bytes of characters, and allocates nothing
    public ByteText append(String text) {
        int count = text.length();
        ensure(count);
        text.getBytes(0, count, bytes, length);
        for (int i = 0; i < count; i++) {
            if (text.charAt(i) > 0x7f) {
                byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
                return append(encoded, 0, encoded.length);
            }
        }
        length += count;
        return this;
    }

    /// Appends bytes that are UTF-8.
    public ByteText append(byte[] from, int at, int count) {
        ensure(count);
        System.arraycopy(from, at, bytes, length, count);
        length += count;
        return this;
    }

    /// Appends a character below 0x80, or the character of a header's byte.
    public ByteText append(byte latin) {
        ensure(2);
        int c = latin & 0xff;
        if (c > 0x7f) {
            bytes[length++] = (byte) (0xc0 | (c >> 6));
            c = 0x80 | (c & 0x3f);
        }
        bytes[length++] = (byte) c;
        return this;
    }

    /// Makes room for that many bytes behind the text, at [#length]. Whoever puts some there says
    /// so with [#tookLatin].
    public byte[] room(int count) {
        ensure(count);
        return bytes;
    }

    /// Takes what was put behind the text for characters of one byte each, as headers have them.
    public void tookLatin(int count) {
        for (int i = length; i < length + count; i++) {
            if (bytes[i] < 0) {
                byte[] latin = Arrays.copyOfRange(bytes, length, length + count);
                for (byte one : latin) {
                    append(one);
                }
                return;
            }
        }
        length += count;
    }

    /// Appends a number.
    public ByteText append(long number) {
        if (number < 0) {
            return append(Long.toString(number));
        }
        int digits = 1;
        for (long rest = number; rest > 9; rest /= 10) {
            digits++;
        }
        return digits(number, digits);
    }

    /// Appends the last so many digits of a number, with zeros in front.
    ByteText digits(long number, int count) {
        ensure(count);
        digitsAt(length, number, count);
        length += count;
        return this;
    }

    /// Writes them over what is at a place.
    void digitsAt(int place, long number, int count) {
        long rest = number;
        for (int i = place + count - 1; i >= place; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    /// The number that the text is; negative where it is none, or has more than 18 digits.
    long number() {
        long number = length == 0 || length > 18 ? -1 : 0;
        for (int i = 0; i < length && number >= 0; i++) {
            int digit = bytes[i] - '0';
            number = digit < 0 || digit > 9 ? -1 : number * 10 + digit;
        }
        return number;
    }

    /// Forgets what is behind that many characters, counted from a place in the text.
    void cut(int from, int characters) {
        int left = characters;
        for (int at = from; at < length; at++) {
            if ((bytes[at] & 0xc0) != 0x80) {
                if (left == 0) {
                    length = at;
                    return;
                }
                left--;
            }
        }
    }

    /// Forgets what is more than so many bytes behind a place, without taking a character apart.
    public void truncate(int from, int most) {
        int end = from + most;
        if (end < length) {
            while (end > from && (bytes[end] & 0xc0) == 0x80) {
                end--;
            }
            length = end;
        }
    }

    /// Leaves of what is behind a place so many bytes, which are at another place behind it.
    void keep(int from, int at, int count) {
        System.arraycopy(bytes, at, bytes, from, count);
        length = from + count;
    }

    /// Forgets what is behind a place.
    void back(int to) {
        length = to;
    }

    /// The text from a place on.
    String from(int at) {
        return new String(bytes, at, length - at, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return from(0);
    }

    private void ensure(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
