package dev.heddle.xds;

import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;

/// Envoy's API messages as JSON, in both of the spellings that Envoy reads (`lb_policy` and
/// `lbPolicy`).
///
/// JSON meets dynamic messages only. With a generated class, protobuf would reflect on it, which
/// loads the classes of every field that it could have: thousands, and a small proxy keeps them.
public final class EnvoyJson {
    private static final JsonFormat.Parser PARSER =
            JsonFormat.parser().usingTypeRegistry(EnvoyTypes.REGISTRY);
    private static final JsonFormat.Printer PRINTER =
            JsonFormat.printer()
                    .usingTypeRegistry(EnvoyTypes.REGISTRY)
                    .preservingProtoFieldNames()
                    .sortingMapKeys();

    private EnvoyJson() {}

    /// Reads a message.
    ///
    /// @param json one object
    /// @param prototype any instance of the wanted type, as in `Bootstrap.getDefaultInstance()`
    /// @throws EnvoyJsonException when a field, a type of an `Any` or a value is unknown, with the
    ///   path to it
    public static <M extends Message> M parse(String json, M prototype) throws EnvoyJsonException {
        DynamicMessage.Builder builder =
                DynamicMessage.newBuilder(prototype.getDescriptorForType());
        try {
            PARSER.merge(json, builder);
        } catch (InvalidProtocolBufferException e) {
            throw fault(json, prototype, e);
        }
        try {
            @SuppressWarnings("unchecked") // a parser of M's makes an M
            M message = (M) prototype.getParserForType().parseFrom(builder.build().toByteString());
            return message;
        } catch (InvalidProtocolBufferException e) {
            throw new EnvoyJsonException("", String.valueOf(e.getMessage()));
        }
    }

    private static EnvoyJsonException fault(
            String json, Message prototype, InvalidProtocolBufferException cause) {
        try {
            return JsonFault.inMessage(
                            JsonParser.parseString(json), prototype.getDescriptorForType(), "")
                    .map(fault -> new EnvoyJsonException(fault.path(), fault.what()))
                    .orElseGet(
                            () -> new EnvoyJsonException("", String.valueOf(cause.getMessage())));
        } catch (JsonParseException _) {
            return new EnvoyJsonException("", String.valueOf(cause.getMessage()));
        }
    }

    /// Writes a message over several lines, with Envoy's own field names (`lb_policy`) and every
    /// `Any` spelled out.
    ///
    /// @throws IllegalArgumentException when an `Any` holds a type that this version does not know
    public static String print(Message message) {
        try {
            return PRINTER.print(
                    DynamicMessage.parseFrom(
                            message.getDescriptorForType(), message.toByteString()));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
