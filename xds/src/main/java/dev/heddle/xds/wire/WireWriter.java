package dev.heddle.xds.wire;

import java.io.ByteArrayOutputStream;

/// Writes the fields of a message in the order of the calls.
///
/// Values that are the default (0, empty) are written too: who wants them left out does not call.
public final class WireWriter {
    private static final int BITS32 = 5;
    private static final int BITS64 = 1;
    private static final int DELIMITED = 2;

    private final Out out;

    /// Gives away what it has.
    private static final class Out extends ByteArrayOutputStream {
        /// Of what was written, at most this share more may be unused in an array that stays.
        private static final int SLACK_SHARE = 8;

        Out(int size) {
            super(size);
        }

        /// What was written so far: of an array to which more may be added, but which never changes
        /// up to there.
        Bytes written() {
            boolean isTight = buf.length - count <= count / SLACK_SHARE;
            return isTight ? new Bytes(buf, 0, count) : Bytes.of(toByteArray());
        }
    }

    /// For a message of any size.
    public WireWriter() {
        this(64);
    }

    /// @param size that the message will have, as far as is known, in bytes
    public WireWriter(int size) {
        this.out = new Out(size);
    }

    /// An integer, a truth (0 or 1) or the number of an enum's constant. Negative numbers take ten
    /// bytes, as protobuf has it.
    public WireWriter number(int field, long value) {
        tag(field, 0);
        varint(value);
        return this;
    }

    /// A number of four bytes.
    public WireWriter fixed32(int field, int value) {
        tag(field, BITS32);
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            out.write(value >>> shift);
        }
        return this;
    }

    /// A number of eight bytes.
    public WireWriter fixed64(int field, long value) {
        tag(field, BITS64);
        for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
            out.write((int) (value >>> shift));
        }
        return this;
    }

    /// A text.
    public WireWriter text(int field, String value) {
        return bytes(field, Bytes.utf8(value));
    }

    /// Bytes, or a message that was written already.
    public WireWriter bytes(int field, Bytes value) {
        tag(field, DELIMITED);
        varint(value.size());
        raw(value);
        return this;
    }

    /// A message.
    public WireWriter message(int field, WireWriter value) {
        return bytes(field, value.toBytes());
    }

    /// A field that was written already.
    ///
    /// @param tag its number and kind
    /// @param value without the length, for those that have one
    WireWriter field(int tag, Bytes value) {
        if ((tag & 7) == DELIMITED) {
            return bytes(tag >>> 3, value);
        }
        varint(Integer.toUnsignedLong(tag));
        return raw(value);
    }

    /// Fields that were written already.
    public WireWriter raw(Bytes fields) {
        out.write(fields.array, fields.from, fields.size());
        return this;
    }

    /// What was written so far. Costs no copy when the size was told about right.
    public Bytes toBytes() {
        return out.written();
    }

    private void tag(int field, int type) {
        varint(((long) field << 3) | type);
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
