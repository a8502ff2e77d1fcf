package dev.heddle.xds;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.Optional;

/// Messages inside of messages: what Envoy calls a typed config.
public final class TypedConfigs {
    private static final String PREFIX = "type.googleapis.com/";

    private TypedConfigs() {}

    /// The URL under which messages like this one are packed.
    public static String typeUrl(Message message) {
        return PREFIX + message.getDescriptorForType().getFullName();
    }

    /// Packs a message under its type's URL.
    public static Any pack(Message message) {
        return Any.newBuilder()
                .setTypeUrl(typeUrl(message))
                .setValue(message.toByteString())
                .build();
    }

    /// Whether a message of that type is in there.
    public static boolean holds(Any any, Message prototype) {
        return any.getTypeUrl().equals(typeUrl(prototype));
    }

    /// What was packed, whatever it is; empty when this version knows no message of that type.
    ///
    /// @throws InvalidProtocolBufferException when no such message is in there
    public static Optional<Message> open(Any any) throws InvalidProtocolBufferException {
        Optional<Descriptor> type = EnvoyTypes.find(any.getTypeUrl());
        return type.isEmpty()
                ? Optional.empty()
                : Optional.of(DynamicMessage.parseFrom(type.get(), any.getValue()));
    }

    /// What was packed.
    ///
    /// @param prototype any instance of the expected type
    /// @throws InvalidProtocolBufferException when another type or no message is in there
    public static <M extends Message> M unpack(Any any, M prototype)
            throws InvalidProtocolBufferException {
        if (!holds(any, prototype)) {
            throw new InvalidProtocolBufferException(
                    "type '" + any.getTypeUrl() + "' (expected: '" + typeUrl(prototype) + "')");
        }
        @SuppressWarnings("unchecked") // a parser of M's makes an M
        M message = (M) prototype.getParserForType().parseFrom(any.getValue());
        return message;
    }
}
