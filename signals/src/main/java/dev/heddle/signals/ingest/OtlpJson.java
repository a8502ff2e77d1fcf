package dev.heddle.signals.ingest;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;

/// OTLP in JSON: protobuf's, but that the ids of traces and spans are hexadecimal digits (OTLP,
/// "JSON Protobuf Encoding").
final class OtlpJson {
    private static final Set<String> IDS = Set.of("traceId", "spanId", "parentSpanId");

    private OtlpJson() {}

    /// Reads a message; fields that it has not are passed over, as receivers must.
    ///
    /// @throws InvalidProtocolBufferException when it is something else; the message says what
    static void read(String text, Message.Builder into) throws InvalidProtocolBufferException {
        try {
            JsonElement all = JsonParser.parseString(text);
            bytes(all);
            JsonFormat.parser().ignoringUnknownFields().merge(all.toString(), into);
        } catch (JsonParseException | IllegalArgumentException e) {
            throw new InvalidProtocolBufferException(String.valueOf(e.getMessage()));
        }
    }

    static String write(Message message) {
        try {
            return JsonFormat.printer().omittingInsignificantWhitespace().print(message);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("an answer that is not JSON", e);
        }
    }

    /// Says ids as protobuf's JSON says bytes. No other member has the name of one, as those of
    /// attributes are values of `key`.
    private static void bytes(JsonElement element) {
        switch (element) {
            case JsonArray array -> array.forEach(OtlpJson::bytes);
            case JsonObject object -> {
                for (var member : object.entrySet()) {
                    if (IDS.contains(member.getKey()) && isText(member.getValue())) {
                        member.setValue(new JsonPrimitive(base64(member.getKey(), member)));
                    } else {
                        bytes(member.getValue());
                    }
                }
            }
            default -> {}
        }
    }

    private static boolean isText(JsonElement value) {
        return value instanceof JsonPrimitive primitive && primitive.isString();
    }

    private static String base64(String name, Map.Entry<String, JsonElement> member) {
        String digits = member.getValue().getAsString();
        try {
            return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(digits));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "%s: '%s' (expected: hexadecimal digits)".formatted(name, Texts.cut(digits)),
                    e);
        }
    }
}
