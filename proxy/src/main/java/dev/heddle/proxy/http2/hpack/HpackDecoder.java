package dev.heddle.proxy.http2.hpack;

import dev.heddle.proxy.runtime.Confined;

/// Decodes the header blocks of one direction of a connection.
///
/// A block decodes to many times its size: one byte can refer to an entry of 4 KiB. So the limits
/// count what comes out, every field and its text, before it is written anywhere; past them a block
/// is only followed for the sake of the dynamic table, at a cost that its own bytes bound.
@Confined("worker")
public final class HpackDecoder {
    /// How a block ended.
    public enum Outcome {
        DONE,
        /// More than the limits allow; the fields told so far are not all. The connection is sound.
        TOO_LARGE,
        /// Both sides no longer agree on the table: the connection is lost (COMPRESSION_ERROR).
        BROKEN
    }

    /// Texts and indices are far below this, so a number that is larger is an attack on the sum.
    private static final int MAX_NUMBER = 1 << 24;

    private final HeaderLimits limits;
    private final DynamicTable table;

    /// What we allow the other side at present.
    private int allowedSize;

    /// The least that was allowed since the other side last said its size: it has to answer that.
    private int leastAllowed = Integer.MAX_VALUE;

    private byte[] in = {};
    private int at;
    private int end;
    private boolean isBroken;

    private byte[] text = {};
    private int textAt;
    private int listBytes;
    private int fields;
    private boolean isTooLarge;

    /// The field at hand.
    private FieldKind kind = FieldKind.PLAIN;

    private int hash;
    private int nameLength;

    /// @param tableSize SETTINGS_HEADER_TABLE_SIZE as long as the other side has not acknowledged
    ///   another one: 4096
    public HpackDecoder(int tableSize, HeaderLimits limits) {
        this.limits = limits;
        table = new DynamicTable(tableSize);
        allowedSize = tableSize;
    }

    /// The other side has acknowledged our SETTINGS_HEADER_TABLE_SIZE. If that is less than it
    /// uses, its next block must begin by saying so.
    public void allow(int tableSize) {
        allowedSize = tableSize;
        if (tableSize < table.maxSize()) {
            leastAllowed = Math.min(leastAllowed, tableSize);
        }
    }

    /// Decodes a complete block into the text of the scratch, up to [#textEnd].
    public Outcome decode(byte[] block, int from, int to, Scratch scratch, FieldSink sink) {
        in = block;
        at = from;
        end = to;
        isBroken = false;
        isTooLarge = false;
        textAt = 0;
        listBytes = 0;
        fields = 0;
        readSizeUpdates();
        while (at < end && !isBroken) {
            int first = in[at];
            if (first < 0) {
                indexed(scratch, sink);
            } else if ((first & 0x40) != 0) {
                literal(6, true, scratch, sink);
            } else if ((first & 0x20) != 0) {
                // The size changes at the beginning of a block only (section 4.2).
                isBroken = true;
            } else {
                literal(4, false, scratch, sink);
            }
        }
        if (isBroken) {
            return Outcome.BROKEN;
        }
        return isTooLarge ? Outcome.TOO_LARGE : Outcome.DONE;
    }

    /// Where the text of the last block ends.
    public int textEnd() {
        return textAt;
    }

    private void readSizeUpdates() {
        while (at < end && (in[at] & 0xe0) == 0x20 && !isBroken) {
            int size = number(5);
            if (size > allowedSize) {
                isBroken = true;
            } else if (!isBroken) {
                table.resize(size);
                if (size <= leastAllowed) {
                    leastAllowed = Integer.MAX_VALUE;
                }
            }
        }
        if (leastAllowed != Integer.MAX_VALUE) {
            isBroken = true;
        }
    }

    /// A number of section 5.1, beginning in the low bits of the next byte.
    private int number(int prefixBits) {
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

    private void indexed(Scratch scratch, FieldSink sink) {
        int index = number(7);
        if (isBroken || index == 0 || index > StaticTable.SIZE + table.count()) {
            isBroken = true;
            return;
        }
        int age = index - StaticTable.SIZE;
        int valueLength = age > 0 ? table.valueLength(age) : StaticTable.value(index).length;
        int length = age > 0 ? table.nameLength(age) : StaticTable.name(index).length;
        if (!isAllowed(length + valueLength)) {
            return;
        }
        takeName(index, scratch, valueLength);
        int valueAt = textAt + nameLength + 2;
        if (age > 0) {
            int from = table.nameAt(age) + nameLength;
            System.arraycopy(table.bytes(), from, text, valueAt, valueLength);
        } else {
            System.arraycopy(StaticTable.value(index), 0, text, valueAt, valueLength);
        }
        tell(valueAt, valueLength, sink);
    }

    private void literal(int prefixBits, boolean isAdded, Scratch scratch, FieldSink sink) {
        int index = number(prefixBits);
        if (isBroken || index > StaticTable.SIZE + table.count()) {
            isBroken = true;
            return;
        }
        if (index > 0) {
            takeName(index, scratch, 0);
        } else {
            readName(scratch);
        }
        int valueAt = textAt + nameLength + 2;
        int valueEnd = isBroken ? -1 : string(valueAt, scratch);
        if (valueEnd < 0) {
            isBroken = true;
            return;
        }
        int valueLength = valueEnd - valueAt;
        if (!FieldKind.isValue(text, valueAt, valueLength)) {
            kind = FieldKind.MALFORMED;
        }
        if (isAdded) {
            table.add(text, textAt, nameLength, valueAt, valueLength, hash, kind, 0);
        }
        if (isAllowed(nameLength + valueLength)) {
            tell(valueAt, valueLength, sink);
        }
    }

    /// Counts a field of that size; whether it is within the limits.
    private boolean isAllowed(int bytes) {
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

    private void tell(int valueAt, int valueLength, FieldSink sink) {
        text[textAt + nameLength] = ':';
        text[textAt + nameLength + 1] = ' ';
        text[valueAt + valueLength] = '\r';
        text[valueAt + valueLength + 1] = '\n';
        int nameAt = textAt;
        textAt = valueAt + valueLength + 2;
        sink.field(kind, hash, nameAt, nameLength, valueAt, valueLength);
    }

    /// Copies the name of a table's field, with room for a value.
    private void takeName(int index, Scratch scratch, int valueLength) {
        int age = index - StaticTable.SIZE;
        if (age > 0) {
            nameLength = table.nameLength(age);
            hash = table.hash(age);
            kind = table.kind(age);
            makeRoom(scratch, nameLength + valueLength);
            System.arraycopy(table.bytes(), table.nameAt(age), text, textAt, nameLength);
        } else {
            byte[] name = StaticTable.name(index);
            nameLength = name.length;
            hash = StaticTable.hash(index);
            kind = StaticTable.kind(index);
            makeRoom(scratch, nameLength + valueLength);
            System.arraycopy(name, 0, text, textAt, nameLength);
        }
    }

    private void readName(Scratch scratch) {
        int nameEnd = string(textAt, scratch);
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
    /// @return the position behind its text, or a negative number
    private int string(int to, Scratch scratch) {
        if (at >= end) {
            return -1;
        }
        boolean isHuffman = in[at] < 0;
        int length = number(7);
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

    private void makeRoom(Scratch scratch, int bytes) {
        makeRoomAt(scratch, textAt + bytes);
    }

    private void makeRoomAt(Scratch scratch, int position) {
        // With the colon, the space and the line's end.
        text = scratch.text(position + 4);
    }
}
