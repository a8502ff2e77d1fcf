package dev.heddle.proxy.filter.transcoder;

/// Messages whose JSON is not that of their fields.
enum WellKnown {
    NONE,
    ANY,
    STRUCT,
    VALUE,
    LIST,
    TIMESTAMP,
    DURATION,
    FIELD_MASK,
    WRAPPER;

    /// What a message is, by its full name.
    static WellKnown of(String name) {
        if (!name.startsWith("google.protobuf.")) {
            return NONE;
        }
        return switch (name.substring("google.protobuf.".length())) {
            case "Any" -> ANY;
            case "Struct" -> STRUCT;
            case "Value" -> VALUE;
            case "ListValue" -> LIST;
            case "Timestamp" -> TIMESTAMP;
            case "Duration" -> DURATION;
            case "FieldMask" -> FIELD_MASK;
            case "DoubleValue",
                    "FloatValue",
                    "Int64Value",
                    "UInt64Value",
                    "Int32Value",
                    "UInt32Value",
                    "BoolValue",
                    "StringValue",
                    "BytesValue" ->
                    WRAPPER;
            default -> NONE;
        };
    }

    /// Whether it is read from a single value of JSON.
    boolean isRendered() {
        return switch (this) {
            case VALUE, TIMESTAMP, DURATION, FIELD_MASK, WRAPPER -> true;
            case NONE, ANY, STRUCT, LIST -> false;
        };
    }
}
