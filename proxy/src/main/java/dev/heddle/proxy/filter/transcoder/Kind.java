package dev.heddle.proxy.filter.transcoder;

/// What a field holds; in the order of the numbers of `FieldDescriptorProto.Type`, from 1.
enum Kind {
    DOUBLE,
    FLOAT,
    INT64,
    UINT64,
    INT32,
    FIXED64,
    FIXED32,
    BOOL,
    STRING,
    GROUP,
    MESSAGE,
    BYTES,
    UINT32,
    ENUM,
    SFIXED32,
    SFIXED64,
    SINT32,
    SINT64;

    private static final Kind[] ALL = values();

    /// @throws IllegalArgumentException when there is none of that number
    static Kind of(long number) {
        if (number < 1 || number > ALL.length) {
            throw new IllegalArgumentException(
                    "type: " + number + " (expected: from 1 to " + ALL.length + ")");
        }
        return ALL[(int) number - 1];
    }

    /// As errors call it, as in `TYPE_INT32`.
    String text() {
        return "TYPE_" + name();
    }

    /// Whether a field of this kind holds other fields.
    boolean isMessage() {
        return this == MESSAGE || this == GROUP;
    }

    /// The lowest bits of a tag.
    int wireType() {
        return switch (this) {
            case INT64, UINT64, INT32, BOOL, UINT32, ENUM, SINT32, SINT64 -> 0;
            case DOUBLE, FIXED64, SFIXED64 -> 1;
            case STRING, MESSAGE, BYTES -> 2;
            case GROUP -> 3;
            case FLOAT, FIXED32, SFIXED32 -> 5;
        };
    }

    /// Of one in a packed list, in bytes; 0 where each ends itself.
    int width() {
        return switch (wireType()) {
            case 1 -> Long.BYTES;
            case 5 -> Integer.BYTES;
            default -> 0;
        };
    }
}
