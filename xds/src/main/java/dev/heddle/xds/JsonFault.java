package dev.heddle.xds;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Finds the place in a JSON tree that makes it no message of Envoy's API.
///
/// The JSON parser of protobuf says what is wrong but not where. So once it has failed, the tree is
/// walked beside the message's description down to the first member that it refuses by itself.
///
/// @param path as in `static_resources.clusters[0].lb_policy`
/// @param what is wrong there
record JsonFault(String path, String what) {
    private static final JsonFormat.Parser PARSER =
            JsonFormat.parser().usingTypeRegistry(EnvoyTypes.REGISTRY);
    private static final String TYPE = "@type";
    private static final String WELL_KNOWN = "google.protobuf.";

    /// The first fault of a message; empty when none is found.
    static Optional<JsonFault> inMessage(JsonElement json, Descriptor message, String path) {
        if (message.getFullName().equals(Any.getDescriptor().getFullName())) {
            return inAny(json, path);
        }
        if (message.getFullName().startsWith(WELL_KNOWN)) {
            return refusal(json, message).map(what -> new JsonFault(path, what));
        }
        if (!json.isJsonObject()) {
            return Optional.of(
                    new JsonFault(path, shown(json) + " (expected: an object, " + name(message)));
        }
        return inMembers(json.getAsJsonObject(), message, path);
    }

    private static Optional<JsonFault> inMembers(JsonObject json, Descriptor message, String path) {
        for (Map.Entry<String, JsonElement> member : json.entrySet()) {
            if (member.getKey().equals(TYPE)) {
                continue;
            }
            String there = path.isEmpty() ? member.getKey() : path + "." + member.getKey();
            Optional<FieldDescriptor> field = field(message, member.getKey());
            if (field.isEmpty()) {
                return Optional.of(
                        new JsonFault(there, "unknown field (expected: one of " + name(message)));
            }
            Optional<JsonFault> fault = inField(member.getValue(), field.get(), there);
            if (fault.isPresent()) {
                return fault;
            }
        }
        return Optional.empty();
    }

    private static String name(Descriptor message) {
        return message.getFullName() + ")";
    }

    private static Optional<FieldDescriptor> field(Descriptor message, String key) {
        return message.getFields().stream()
                .filter(f -> f.getName().equals(key) || f.getJsonName().equals(key))
                .findFirst();
    }

    private static Optional<JsonFault> inField(
            JsonElement json, FieldDescriptor field, String path) {
        if (json.isJsonNull()) {
            return Optional.empty();
        }
        if (field.isMapField()) {
            return inMap(json, field, path);
        }
        if (!field.isRepeated()) {
            return inValue(json, field, path);
        }
        if (!json.isJsonArray()) {
            return Optional.of(new JsonFault(path, shown(json) + " (expected: a list)"));
        }
        JsonArray list = json.getAsJsonArray();
        for (int i = 0; i < list.size(); i++) {
            Optional<JsonFault> fault = inValue(list.get(i), field, path + "[" + i + "]");
            if (fault.isPresent()) {
                return fault;
            }
        }
        return Optional.empty();
    }

    private static Optional<JsonFault> inMap(JsonElement json, FieldDescriptor field, String path) {
        if (!json.isJsonObject()) {
            return Optional.of(new JsonFault(path, shown(json) + " (expected: an object)"));
        }
        FieldDescriptor value = field.getMessageType().findFieldByName("value");
        for (Map.Entry<String, JsonElement> entry : json.getAsJsonObject().entrySet()) {
            String there = path + "[\"" + entry.getKey() + "\"]";
            Optional<JsonFault> fault = inValue(entry.getValue(), value, there);
            if (fault.isPresent()) {
                return fault;
            }
        }
        return Optional.empty();
    }

    private static Optional<JsonFault> inValue(
            JsonElement json, FieldDescriptor field, String path) {
        return switch (field.getJavaType()) {
            case MESSAGE -> inMessage(json, field.getMessageType(), path);
            case ENUM -> inEnum(json, field, path);
            case INT, LONG, FLOAT, DOUBLE, BOOLEAN, STRING, BYTE_STRING ->
                    inScalar(json, field, path);
        };
    }

    private static Optional<JsonFault> inEnum(
            JsonElement json, FieldDescriptor field, String path) {
        if (inScalar(json, field, path).isEmpty()) {
            return Optional.empty();
        }
        String names =
                field.getEnumType().getValues().stream()
                        .map(EnumValueDescriptor::getName)
                        .collect(Collectors.joining(", "));
        return Optional.of(new JsonFault(path, shown(json) + " (expected: one of " + names + ")"));
    }

    private static Optional<JsonFault> inScalar(
            JsonElement json, FieldDescriptor field, String path) {
        var alone = new JsonObject();
        if (field.isRepeated()) {
            var list = new JsonArray();
            list.add(json);
            alone.add(field.getName(), list);
        } else {
            alone.add(field.getName(), json);
        }
        String kind = field.getType().name().toLowerCase(Locale.ROOT);
        return refusal(alone, field.getContainingType())
                .map(_ -> new JsonFault(path, shown(json) + " (expected: " + kind + ")"));
    }

    private static Optional<JsonFault> inAny(JsonElement json, String path) {
        if (json.isJsonObject() && json.getAsJsonObject().isEmpty()) {
            return Optional.empty();
        }
        if (!json.isJsonObject() || !json.getAsJsonObject().has(TYPE)) {
            return Optional.of(
                    new JsonFault(path, shown(json) + " (expected: an object with '@type')"));
        }
        JsonElement type = json.getAsJsonObject().get(TYPE);
        String there = path.isEmpty() ? TYPE : path + "." + TYPE;
        Optional<Descriptor> known =
                EnvoyTypes.find(type.isJsonPrimitive() ? type.getAsString() : "");
        if (known.isEmpty()) {
            return Optional.of(new JsonFault(there, shown(type) + ": unknown type"));
        }
        if (known.get().getFullName().startsWith(WELL_KNOWN)) {
            return Optional.empty();
        }
        return inMessage(json, known.get(), path);
    }

    private static Optional<String> refusal(JsonElement json, Descriptor message) {
        try {
            PARSER.merge(json.toString(), DynamicMessage.newBuilder(message));
            return Optional.empty();
        } catch (InvalidProtocolBufferException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static String shown(JsonElement json) {
        String text = json.toString();
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }
}
