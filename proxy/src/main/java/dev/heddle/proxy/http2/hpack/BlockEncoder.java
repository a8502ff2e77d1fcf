package dev.heddle.proxy.http2.hpack;

import dev.heddle.proxy.runtime.Confined;

/// Encodes the header blocks of one direction of a connection, in HPACK or QPACK.
///
/// A block is encoded between [#begin] and the next one, a field at a time, and lies in
/// [#encoded()].
@Confined("worker")
public abstract class BlockEncoder {
    final Scratch scratch;
    int at;

    BlockEncoder(Scratch scratch) {
        this.scratch = scratch;
    }

    /// Begins a block.
    public abstract void begin();

    /// Adds a field.
    ///
    /// @param text holds the name, in lower case, and the value
    /// @param hash of the name, as [String#hashCode] computes it
    public abstract void field(
            byte[] text, int hash, int nameAt, int nameLength, int valueAt, int valueLength);

    /// The block so far: [#length] bytes from 0.
    public byte[] encoded() {
        return scratch.encoded();
    }

    public int length() {
        return at;
    }

    void number(int flags, int prefixBits, int value) {
        byte[] out = scratch.encoded();
        int mask = (1 << prefixBits) - 1;
        if (value < mask) {
            out[at++] = (byte) (flags | value);
            return;
        }
        out[at++] = (byte) (flags | mask);
        int rest = value - mask;
        while (rest > 0x7f) {
            out[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        out[at++] = (byte) rest;
    }

    /// Huffman's code saves a quarter of the bytes and costs both sides more time than anything
    /// else about a field, so only what is said once and remembered is worth it.
    void string(byte[] text, int from, int length, boolean isSaidOnce) {
        int encoded = isSaidOnce ? Huffman.encodedLength(text, from, length) : length;
        if (encoded < length) {
            number(0x80, 7, encoded);
            at = Huffman.encode(text, from, length, scratch.encoded(), at);
        } else {
            number(0, 7, length);
            System.arraycopy(text, from, scratch.encoded(), at, length);
            at += length;
        }
    }
}
