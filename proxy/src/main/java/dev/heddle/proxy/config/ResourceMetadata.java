package dev.heddle.proxy.config;

import dev.heddle.proxy.observe.Metadata;
import dev.heddle.proxy.struct.Structs;
import google.protobuf.Struct;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The metadata of a resource, as they came: most are never asked for, and those that are, are
/// asked for with each request, so they are read once. Thread-safe.
///
/// Two are equal when their messages are.
final class ResourceMetadata implements Metadata {
    private final envoy.config.core.v3.Metadata message;
    private final Map<String, Map<String, @Nullable Object>> read = new ConcurrentHashMap<>(1);

    private ResourceMetadata(envoy.config.core.v3.Metadata message) {
        this.message = message;
    }

    static Metadata of(envoy.config.core.v3.Metadata message) {
        return message.getFilterMetadataCount() == 0
                ? Metadata.NONE
                : new ResourceMetadata(message);
    }

    @Override
    public @Nullable Map<String, @Nullable Object> of(String name) {
        Map<String, @Nullable Object> known = read.get(name);
        if (known != null) {
            return known;
        }
        Struct said = message.getFilterMetadataMap().get(name);
        if (said == null) {
            return null;
        }
        Map<String, @Nullable Object> values = Structs.read(said);
        read.put(name, values);
        return values;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ResourceMetadata that && message.equals(that.message);
    }

    @Override
    public int hashCode() {
        return message.hashCode();
    }

    @Override
    public String toString() {
        return message.toString();
    }
}
