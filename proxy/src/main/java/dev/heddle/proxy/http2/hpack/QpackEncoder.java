package dev.heddle.proxy.http2.hpack;

import dev.heddle.proxy.runtime.Confined;

/// Encodes field sections of HTTP/3 (RFC 9204) without a dynamic table: no section can be held up
/// by another one that was lost, and a peer keeps nothing for us.
@Confined("worker")
public final class QpackEncoder extends BlockEncoder {
    private static final int PREFIX = 2;

    public QpackEncoder(Scratch scratch) {
        super(scratch);
    }

    @Override
    public void begin() {
        byte[] out = scratch.encoded(PREFIX);
        out[0] = 0;
        out[1] = 0;
        at = PREFIX;
    }

    @Override
    public void field(
            byte[] text, int hash, int nameAt, int nameLength, int valueAt, int valueLength) {
        // A literal takes at most its text and two lengths.
        scratch.encoded(at + nameLength + valueLength + 16);
        int first = QpackTable.find(text, nameAt, nameLength, hash);
        int index = QpackTable.findValue(first, text, valueAt, valueLength);
        if (index != QpackTable.NONE) {
            number(0xc0, 6, index);
            return;
        }
        boolean isSecret = Indexing.of(hash) == Indexing.NEVER;
        if (first != QpackTable.NONE) {
            number(isSecret ? 0x70 : 0x50, 4, first);
        } else {
            number(isSecret ? 0x30 : 0x20, 3, nameLength);
            System.arraycopy(text, nameAt, scratch.encoded(), at, nameLength);
            at += nameLength;
        }
        string(text, valueAt, valueLength, false);
    }
}
