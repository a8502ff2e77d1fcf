package dev.heddle.proxy.http2;

import dev.heddle.proxy.http2.hpack.BlockEncoder;
import dev.heddle.proxy.http2.hpack.HpackEncoder;
import dev.heddle.proxy.http2.hpack.Scratch;
import dev.heddle.proxy.runtime.Confined;
import io.netty.buffer.ByteBuf;

/// Takes the fields of one head and compresses them as they come. Names are in lower case; what a
/// proxy may not send in HTTP/2 or HTTP/3 is for the caller to leave out.
@Confined("worker")
public final class FieldWriter {
    private final Scratch scratch;
    private BlockEncoder encoder;

    /// Where in the scratch's text the block ends and room begins.
    private int free;

    FieldWriter(Scratch scratch) {
        this.scratch = scratch;
        this.encoder = new HpackEncoder(scratch);
    }

    /// Begins a block.
    public void begin(BlockEncoder into) {
        encoder = into;
        encoder.begin();
        free = 0;
    }

    /// Makes received text available to [#received]. Positions count from its beginning.
    public void block(ByteBuf block, int at, int length) {
        byte[] text = scratch.text(length);
        block.getBytes(at, text, 0, length);
        free = length;
    }

    /// A field of the block.
    ///
    /// @param hash of the name, as [String#hashCode] computes it
    public void received(int hash, int nameAt, int nameLength, int valueAt, int valueLength) {
        encoder.field(scratch.text(), hash, nameAt, nameLength, valueAt, valueLength);
    }

    /// A field of the block with another value.
    public void received(int hash, int nameAt, int nameLength, String value) {
        byte[] text = scratch.text(free + value.length());
        put(value, text, free);
        encoder.field(text, hash, nameAt, nameLength, free, value.length());
    }

    /// A pseudo-header field whose value lies in the block.
    public void received(String name, int valueAt, int valueLength) {
        byte[] text = scratch.text(free + name.length());
        put(name, text, free);
        encoder.field(text, name.hashCode(), free, name.length(), valueAt, valueLength);
    }

    /// A field as text; each character is a byte (ISO 8859-1).
    public void add(String name, String value) {
        int valueAt = free + name.length();
        byte[] text = scratch.text(valueAt + value.length());
        put(name, text, free);
        put(value, text, valueAt);
        encoder.field(text, name.hashCode(), free, name.length(), valueAt, value.length());
    }

    /// A field whose value is given as bytes.
    public void add(String name, byte[] value, int at, int length) {
        int valueAt = free + name.length();
        byte[] text = scratch.text(valueAt + length);
        put(name, text, free);
        System.arraycopy(value, at, text, valueAt, length);
        encoder.field(text, name.hashCode(), free, name.length(), valueAt, length);
    }

    /// `:status`.
    public void status(int status) {
        byte[] text = scratch.text(free + 10);
        put(":status", text, free);
        text[free + 7] = (byte) ('0' + status / 100);
        text[free + 8] = (byte) ('0' + status / 10 % 10);
        text[free + 9] = (byte) ('0' + status % 10);
        encoder.field(text, ":status".hashCode(), free, 7, free + 7, 3);
    }

    private static void put(String value, byte[] text, int at) {
        for (int i = 0; i < value.length(); i++) {
            text[at + i] = (byte) value.charAt(i);
        }
    }
}
