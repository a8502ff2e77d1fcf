package dev.heddle.proxy.filter.transcoder;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A message as a descriptor describes it. Immutable.
final class MessageType {
    /// A field of a message.
    ///
    /// @param isPresent whether it says by being there that it was set, whatever its value
    /// @param oneof which of the message's it is a member of, from 0; -1 for none
    /// @param typeName of the message or enum that it holds, as in `google.rpc.Status`; else empty
    record Field(
            String name,
            String jsonName,
            int number,
            Kind kind,
            boolean isRepeated,
            boolean isRequired,
            boolean isPresent,
            int oneof,
            String typeName) {
        /// As errors call what it holds.
        String typeText() {
            return typeName.isEmpty() ? kind.text() : Types.URL_PREFIX + typeName;
        }
    }

    private final String name;
    private final boolean isProto3;
    private final boolean isMapEntry;
    private final List<Field> fields;
    private final List<String> oneofs;
    private final WellKnown wellKnown;
    private final Map<String, Field> byName = new HashMap<>();

    /// Names by what they are called in JSON.
    private final Map<String, String> byJsonName = new HashMap<>();

    MessageType(
            String name,
            boolean isProto3,
            boolean isMapEntry,
            List<Field> fields,
            List<String> oneofs) {
        this.name = name;
        this.isProto3 = isProto3;
        this.isMapEntry = isMapEntry;
        this.fields = fields.stream().sorted(Comparator.comparingInt(Field::number)).toList();
        this.oneofs = List.copyOf(oneofs);
        this.wellKnown = WellKnown.of(name);
        for (Field field : fields) {
            byName.putIfAbsent(field.name(), field);
            byJsonName.putIfAbsent(field.jsonName(), field.name());
        }
    }

    /// The full name, as in `google.rpc.Status`.
    String name() {
        return name;
    }

    boolean isProto3() {
        return isProto3;
    }

    boolean isMapEntry() {
        return isMapEntry;
    }

    WellKnown wellKnown() {
        return wellKnown;
    }

    /// By number.
    List<Field> fields() {
        return fields;
    }

    List<String> oneofs() {
        return oneofs;
    }

    /// A field by its name in JSON or its own; null for none.
    @Nullable Field find(String said) {
        return byName.get(byJsonName.getOrDefault(said, said));
    }

    /// A field by its number; null for none.
    @Nullable Field find(int number) {
        for (Field field : fields) {
            if (field.number() == number) {
                return field;
            }
        }
        return null;
    }
}
