package dev.heddle.proxy.http2.hpack;

import dev.heddle.proxy.runtime.Confined;

/// Decodes field sections of HTTP/3 (RFC 9204) that refer to no dynamic table, as those do of a
/// peer that was allowed none. So a section never waits for another stream.
@Confined("worker")
public final class QpackDecoder extends BlockDecoder {
    public QpackDecoder(HeaderLimits limits) {
        super(limits);
    }

    /// Decodes a complete section into the text of the scratch, up to [#textEnd].
    public Outcome decode(byte[] section, int from, int to, Scratch scratch, FieldSink sink) {
        begin(section, from, to);
        readPrefix();
        while (at < end && !isBroken) {
            int first = in[at];
            boolean isStatic = (first & (first < 0 ? 0x40 : 0x10)) != 0;
            if (first < 0) {
                indexed(isStatic, scratch, sink);
            } else if ((first & 0x40) != 0) {
                named(isStatic, scratch, sink);
            } else if ((first & 0x20) != 0) {
                readName(3, scratch);
                readAndTell(scratch, sink);
            } else {
                // Both other forms refer to the dynamic table.
                isBroken = true;
            }
        }
        return outcome();
    }

    /// The insert count must be zero; the base is then of no account (section 4.5.1).
    private void readPrefix() {
        if (at >= end || number(8) != 0 || at >= end) {
            isBroken = true;
            return;
        }
        number(7);
    }

    private void indexed(boolean isStatic, Scratch scratch, FieldSink sink) {
        int index = number(6);
        if (isBroken || !isStatic || index >= QpackTable.SIZE) {
            isBroken = true;
            return;
        }
        byte[] value = QpackTable.value(index);
        if (!isAllowed(QpackTable.name(index).length + value.length)) {
            return;
        }
        take(index, value.length, scratch);
        int valueAt = textAt + nameLength + 2;
        System.arraycopy(value, 0, text, valueAt, value.length);
        tell(valueAt, value.length, sink);
    }

    private void named(boolean isStatic, Scratch scratch, FieldSink sink) {
        int index = number(4);
        if (isBroken || !isStatic || index >= QpackTable.SIZE) {
            isBroken = true;
            return;
        }
        take(index, 0, scratch);
        readAndTell(scratch, sink);
    }

    private void take(int index, int valueLength, Scratch scratch) {
        takeName(
                QpackTable.name(index),
                QpackTable.hash(index),
                QpackTable.kind(index),
                valueLength,
                scratch);
    }

    private void readAndTell(Scratch scratch, FieldSink sink) {
        int valueLength = readValue(scratch);
        if (valueLength >= 0 && isAllowed(nameLength + valueLength)) {
            tell(textAt + nameLength + 2, valueLength, sink);
        }
    }
}
