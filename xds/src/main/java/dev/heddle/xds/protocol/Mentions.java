package dev.heddle.xds.protocol;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.heddle.xds.TypedConfigs;
import dev.heddle.xds.XdsResource;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Every name that a resource may refer to: all texts in it, wherever they stand.
///
/// There are dozens of fields in Envoy's API that name a cluster, in filters, loggers and tracers,
/// and a list of them would be wrong with the next one. Taking every text for a name keeps at worst
/// something that nobody uses.
///
/// @param isAnything whether it cannot be read, so that it may refer to whatever there is
record Mentions(boolean isAnything, Set<String> names) {
    static final Mentions NOTHING = new Mentions(false, Set.of());
    private static final Mentions ANYTHING = new Mentions(true, Set.of());

    Mentions {
        names = Set.copyOf(names);
    }

    boolean has(String name) {
        return isAnything || names.contains(name);
    }

    /// What any of these mentions.
    static Mentions join(Collection<Mentions> all) {
        var names = new HashSet<String>();
        all.forEach(m -> names.addAll(m.names()));
        return new Mentions(all.stream().anyMatch(Mentions::isAnything), names);
    }

    static Mentions of(XdsResource resource) {
        var names = new HashSet<String>();
        return collect(resource.body().toProto(), names) ? new Mentions(false, names) : ANYTHING;
    }

    private static boolean collect(Any any, Set<String> names) {
        try {
            Optional<Message> message = TypedConfigs.open(any);
            return message.isPresent() && collect(message.get(), names);
        } catch (InvalidProtocolBufferException _) {
            return false;
        }
    }

    private static boolean collect(Message message, Set<String> names) {
        if (message.getDescriptorForType().equals(Any.getDescriptor())) {
            return collect(any(message), names);
        }
        boolean isReadable = true;
        for (Object field : message.getAllFields().values()) {
            for (Object value : field instanceof List<?> many ? many : List.of(field)) {
                switch (value) {
                    case Message inner -> isReadable &= collect(inner, names);
                    case String text -> names.add(text);
                    default -> {}
                }
            }
        }
        return isReadable;
    }

    /// A message read without its class has an `Any` without its class in it.
    private static Any any(Message message) {
        FieldDescriptor url = Any.getDescriptor().findFieldByNumber(Any.TYPE_URL_FIELD_NUMBER);
        FieldDescriptor value = Any.getDescriptor().findFieldByNumber(Any.VALUE_FIELD_NUMBER);
        return Any.newBuilder()
                .setTypeUrl((String) message.getField(url))
                .setValue((ByteString) message.getField(value))
                .build();
    }
}
