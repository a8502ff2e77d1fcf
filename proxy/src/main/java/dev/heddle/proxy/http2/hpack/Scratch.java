package dev.heddle.proxy.http2.hpack;

import dev.heddle.proxy.runtime.Confined;
import java.util.Arrays;

/// The work space in which all connections of a worker decode and encode heads, one at a time.
/// Grows to the largest head that is allowed and keeps that size.
@Confined("worker")
public final class Scratch {
    private static final int INITIAL = 4096;

    /// A header block as it came, once it is complete.
    private byte[] block = new byte[INITIAL];

    /// Decoded fields, or the text of fields to be encoded.
    private byte[] text = new byte[INITIAL];

    /// A header block as it goes.
    private byte[] encoded = new byte[INITIAL];

    /// Room for a received header block of that size.
    public byte[] block(int length) {
        if (block.length < length) {
            block = new byte[roomFor(length)];
        }
        return block;
    }

    /// Decoded text, as long as nothing else is decoded.
    public byte[] text() {
        return text;
    }

    /// The text with room up to a position; what is there is kept.
    public byte[] text(int length) {
        if (text.length < length) {
            text = Arrays.copyOf(text, roomFor(length));
        }
        return text;
    }

    byte[] encoded() {
        return encoded;
    }

    byte[] encoded(int length) {
        if (encoded.length < length) {
            encoded = Arrays.copyOf(encoded, roomFor(length));
        }
        return encoded;
    }

    private static int roomFor(int length) {
        return Math.max(INITIAL, Integer.highestOneBit(Math.max(1, length - 1)) << 1);
    }
}
