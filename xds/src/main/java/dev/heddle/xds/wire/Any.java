package dev.heddle.xds.wire;

import com.google.protobuf.UnsafeByteOperations;

/// A message inside of messages, under the URL of its type (`google.protobuf.Any`).
public final class Any extends Message {
    static final String URL_PREFIX = "type.googleapis.com/";

    private static final int MAX_LENGTH_BYTES = 5;

    private static final Any NONE = new Any(Bytes.EMPTY);

    private Any(Bytes bytes) {
        super(bytes);
    }

    /// Packs what is written already.
    ///
    /// @param typeUrl as in `type.googleapis.com/envoy.config.cluster.v3.Cluster`
    public static Any of(String typeUrl, Bytes value) {
        // Two tags and two lengths beside.
        var out = new WireWriter(typeUrl.length() + value.size() + 2 * (1 + MAX_LENGTH_BYTES));
        if (!typeUrl.isEmpty()) {
            out.text(1, typeUrl);
        }
        if (!value.isEmpty()) {
            out.bytes(2, value);
        }
        return new Any(out.toBytes());
    }

    /// Reads one.
    ///
    /// @throws WireException when the bytes are no message
    public static Any of(Bytes bytes) {
        return bytes.isEmpty() ? NONE : new Any(bytes);
    }

    /// The same as protobuf's library has it.
    public static Any ofProto(com.google.protobuf.Any any) {
        return of(any.getTypeUrl(), Bytes.of(any.getValue().toByteArray()));
    }

    /// For those who work with protobuf's library. The bytes are shared, not copied.
    public com.google.protobuf.Any toProto() {
        Bytes value = getValue();
        return com.google.protobuf.Any.newBuilder()
                .setTypeUrl(getTypeUrl())
                .setValue(UnsafeByteOperations.unsafeWrap(value.array, value.from, value.size()))
                .build();
    }

    /// With nothing in it.
    public static Any getDefaultInstance() {
        return NONE;
    }

    /// Of what is in there; empty when nothing is.
    public String getTypeUrl() {
        return text(1);
    }

    /// What is in there, as it travels.
    public Bytes getValue() {
        return blob(2);
    }

    /// Whether a message of that type is in there.
    public boolean holds(Message type) {
        String url = getTypeUrl();
        return url.length() == URL_PREFIX.length() + type.typeName().length()
                && url.startsWith(URL_PREFIX)
                && url.endsWith(type.typeName());
    }

    /// What was packed.
    ///
    /// @param type any instance of the expected type
    /// @throws WireException when another type or no message is in there
    public <M extends Message> M unpack(M type) {
        if (!holds(type)) {
            throw new WireException(
                    "type '"
                            + getTypeUrl()
                            + "' (expected: '"
                            + URL_PREFIX
                            + type.typeName()
                            + "')");
        }
        @SuppressWarnings("unchecked") // an M reads an M
        M message = (M) type.read(getValue());
        return message;
    }

    @Override
    public String typeName() {
        return "google.protobuf.Any";
    }

    @Override
    public Any read(Bytes other) {
        return of(other);
    }

    @Override
    protected String schema() {
        return "type_url,1,-s;value,2,-y;";
    }
}
