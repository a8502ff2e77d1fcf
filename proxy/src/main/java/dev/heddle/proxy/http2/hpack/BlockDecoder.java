package dev.heddle.proxy.http2.hpack;

import dev.heddle.proxy.runtime.Confined;

/// What decoding a header block is in HPACK and QPACK alike: numbers, strings, limits, and the text
/// that grows a field at a time.
@Confined("worker")
abstract class BlockDecoder {
    /// Texts and indices are far below this, so a number that is larger is an attack on the sum.
    private static final int MAX_NUMBER = 1 << 24;

    private final HeaderLimits limits;

    byte[] in = {};
    int at;
    int end;
    boolean isBroken;

    byte[] text = {};
    int textAt;
    private int listBytes;
    private int fields;
    private boolean isTooLarge;

    /// The field at hand.
    FieldKind kind = FieldKind.PLAIN;

    int hash;
    int nameLength;

    BlockDecoder(HeaderLimits limits) {
        this.limits = limits;
    }

    void begin(byte[] block, int from, int to) {
        in = block;
        at = from;
        end = to;
        isBroken = false;
        isTooLarge = false;
        textAt = 0;
        listBytes = 0;
        fields = 0;
    }

    Outcome outcome() {
        if (isBroken) {
            return Outcome.BROKEN;
        }
        return isTooLarge ? Outcome.TOO_LARGE : Outcome.DONE;
    }

    /// Where the text of the last block ends.
    public int textEnd() {
        return textAt;
    }

    /// Takes a name that both sides know, with room for a value.
    void takeName(byte[] name, int itsHash, FieldKind itsKind, int valueLength, Scratch scratch) {
        nameLength = name.length;
        hash = itsHash;
        kind = itsKind;
        makeRoom(scratch, nameLength + valueLength);
        System.arraycopy(name, 0, text, textAt, nameLength);
    }

    /// Reads the value behind a name.
    ///
    /// @return its length; negative where the block is broken
    int readValue(Scratch scratch) {
        int valueAt = textAt + nameLength + 2;
        int valueEnd = isBroken ? -1 : string(valueAt, 7, scratch);
        if (valueEnd < 0) {
            isBroken = true;
            return -1;
        }
        if (!FieldKind.isValue(text, valueAt, valueEnd - valueAt)) {
            kind = FieldKind.MALFORMED;
        }
        return valueEnd - valueAt;
    }

    /// A number of section 5.1, beginning in the low bits of the next byte.
    int number(int prefixBits) {
        int mask = (1 << prefixBits) - 1;
        int value = in[at++] & mask;
        if (value < mask) {
            return value;
        }
        int shift = 0;
        while (at < end) {
            int next = in[at++];
            value += (next & 0x7f) << shift;
            if (value > MAX_NUMBER) {
                break;
            }
            if (next >= 0) {
                return value;
            }
            shift += 7;
            if (shift > 21) {
                break;
            }
        }
        isBroken = true;
        return 0;
    }

    /// Counts a field of that size; whether it is within the limits.
    boolean isAllowed(int bytes) {
        fields++;
        listBytes += bytes + DynamicTable.OVERHEAD;
        if (listBytes > limits.bytes() || fields > limits.fields() || isTooLarge) {
            // Once over, always over; and the sums cannot overflow.
            listBytes = limits.bytes();
            fields = limits.fields();
            isTooLarge = true;
        }
        return !isTooLarge;
    }

    void tell(int valueAt, int valueLength, FieldSink sink) {
        text[textAt + nameLength] = ':';
        text[textAt + nameLength + 1] = ' ';
        text[valueAt + valueLength] = '\r';
        text[valueAt + valueLength + 1] = '\n';
        int nameAt = textAt;
        textAt = valueAt + valueLength + 2;
        sink.field(kind, hash, nameAt, nameLength, valueAt, valueLength);
    }

    /// @param prefixBits of its length
    void readName(int prefixBits, Scratch scratch) {
        int nameEnd = string(textAt, prefixBits, scratch);
        if (nameEnd < 0) {
            isBroken = true;
            return;
        }
        nameLength = nameEnd - textAt;
        int h = 0;
        for (int i = textAt; i < nameEnd; i++) {
            h = 31 * h + (text[i] & 0xff);
        }
        hash = h;
        kind = FieldKind.of(text, textAt, nameLength, h);
    }

    /// Reads a string of section 5.2.
    ///
    /// @param prefixBits of its length; the bit above says whether it is in Huffman's code
    /// @return the position behind its text, or a negative number
    int string(int to, int prefixBits, Scratch scratch) {
        if (at >= end) {
            return -1;
        }
        boolean isHuffman = (in[at] & 1 << prefixBits) != 0;
        int length = number(prefixBits);
        if (isBroken || length > end - at) {
            return -1;
        }
        int from = at;
        at += length;
        if (!isHuffman) {
            makeRoomAt(scratch, to + length);
            System.arraycopy(in, from, text, to, length);
            return to + length;
        }
        // The shortest code has five bits.
        makeRoomAt(scratch, to + length * 8 / 5 + 1);
        return Huffman.decode(in, from, at, text, to);
    }

    void makeRoom(Scratch scratch, int bytes) {
        makeRoomAt(scratch, textAt + bytes);
    }

    void makeRoomAt(Scratch scratch, int position) {
        // With the colon, the space and the line's end.
        text = scratch.text(position + 4);
    }
}
