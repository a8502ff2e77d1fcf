package dev.heddle.compiler.xds.patch;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.heddle.xds.TypedConfigs;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Puts one message over another, as Istio does it: fields over fields, lists behind lists, an
/// entry of a map in the place of the one with its key, and a duration as a whole.
///
/// @param replacesLists whether a list takes the place of the one that is there
record Merge(boolean replacesLists) {

    /// The message with another of its type over it.
    <M extends Message> M of(M under, Message over) {
        Message.Builder builder = under.toBuilder();
        merge(builder, over);
        @SuppressWarnings("unchecked") // a builder of M's builds an M
        M merged = (M) builder.build();
        return merged;
    }

    private void merge(Message.Builder into, Message over) {
        for (Map.Entry<FieldDescriptor, Object> entry : over.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            Object value = entry.getValue();
            if (field.isMapField()) {
                into.setField(field, entries((List<?>) into.getField(field), (List<?>) value));
            } else if (field.isRepeated()) {
                if (replacesLists) {
                    into.clearField(field);
                }
                ((List<?>) value).forEach(item -> into.addRepeatedField(field, item));
            } else if (isMerged(field) && into.hasField(field)) {
                into.setField(field, of((Message) into.getField(field), (Message) value));
            } else {
                into.setField(field, value);
            }
        }
    }

    private static boolean isMerged(FieldDescriptor field) {
        return field.getJavaType() == JavaType.MESSAGE
                && !field.getMessageType()
                        .getFullName()
                        .equals(Duration.getDescriptor().getFullName());
    }

    private static List<?> entries(List<?> under, List<?> over) {
        var byKey = new LinkedHashMap<Object, Object>();
        under.forEach(entry -> byKey.put(key((Message) entry), entry));
        over.forEach(entry -> byKey.put(key((Message) entry), entry));
        return List.copyOf(byKey.values());
    }

    private static Object key(Message entry) {
        return entry.getField(entry.getDescriptorForType().findFieldByName("key"));
    }

    /// The same for packed messages. If their types differ, the upper one is taken for one of the
    /// lower one's type; if it is none, or nobody knows the type, the lower one stays.
    Any of(Any under, Any over) {
        try {
            Optional<Message> lower = TypedConfigs.open(under);
            Optional<Message> upper =
                    TypedConfigs.open(over.toBuilder().setTypeUrl(under.getTypeUrl()).build());
            return lower.isPresent() && upper.isPresent()
                    ? under.toBuilder()
                            .setValue(of(lower.get(), upper.get()).toByteString())
                            .build()
                    : under;
        } catch (InvalidProtocolBufferException e) {
            return under;
        }
    }
}
