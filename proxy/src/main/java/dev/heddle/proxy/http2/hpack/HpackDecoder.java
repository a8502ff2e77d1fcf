package dev.heddle.proxy.http2.hpack;

import dev.heddle.proxy.runtime.Confined;

/// Decodes the header blocks of one direction of a connection.
///
/// A block decodes to many times its size: one byte can refer to an entry of 4 KiB. So the limits
/// count what comes out, every field and its text, before it is written anywhere; past them a block
/// is only followed for the sake of the dynamic table, at a cost that its own bytes bound.
@Confined("worker")
public final class HpackDecoder extends BlockDecoder {
    private final DynamicTable table;

    /// What we allow the other side at present.
    private int allowedSize;

    /// The least that was allowed since the other side last said its size: it has to answer that.
    private int leastAllowed = Integer.MAX_VALUE;

    /// @param tableSize SETTINGS_HEADER_TABLE_SIZE as long as the other side has not acknowledged
    ///   another one: 4096
    public HpackDecoder(int tableSize, HeaderLimits limits) {
        super(limits);
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
        begin(block, from, to);
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
        return outcome();
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
            readName(7, scratch);
        }
        int valueLength = readValue(scratch);
        if (valueLength < 0) {
            return;
        }
        int valueAt = textAt + nameLength + 2;
        if (isAdded) {
            table.add(text, textAt, nameLength, valueAt, valueLength, hash, kind, 0);
        }
        if (isAllowed(nameLength + valueLength)) {
            tell(valueAt, valueLength, sink);
        }
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
            takeName(
                    StaticTable.name(index),
                    StaticTable.hash(index),
                    StaticTable.kind(index),
                    valueLength,
                    scratch);
        }
    }
}
