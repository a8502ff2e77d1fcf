package dev.heddle.xds.wire;

/// How the value of a field travels, by protobuf's names for it. The letter is that of
/// [Message#schema()].
public enum FieldKind {
    BOOL('b', 0),
    BYTES('y', 2),
    DOUBLE('d', 1),
    ENUM('e', 0),
    FIXED32('x', 5),
    FIXED64('X', 1),
    FLOAT('f', 5),
    INT32('i', 0),
    INT64('l', 0),
    MESSAGE('m', 2),
    SFIXED32('z', 5),
    SFIXED64('Z', 1),
    SINT32('n', 0),
    SINT64('N', 0),
    STRING('s', 2),
    UINT32('u', 0),
    UINT64('U', 0);

    private final char letter;
    private final int wireType;

    FieldKind(char letter, int wireType) {
        this.letter = letter;
        this.wireType = wireType;
    }

    /// In descriptions of types.
    public char letter() {
        return letter;
    }

    /// Of its values, outside of packed lists.
    int wireType() {
        return wireType;
    }

    static FieldKind of(char letter) {
        for (FieldKind kind : values()) {
            if (kind.letter == letter) {
                return kind;
            }
        }
        throw new IllegalArgumentException("letter: " + letter + " (expected: that of a kind)");
    }
}
