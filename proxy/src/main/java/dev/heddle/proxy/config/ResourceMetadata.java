package dev.heddle.proxy.config;

import dev.heddle.proxy.observe.Metadata;
import dev.heddle.proxy.struct.Structs;
import google.protobuf.Struct;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The metadata of a resource, as they came: most are never asked for.
record ResourceMetadata(envoy.config.core.v3.Metadata message) implements Metadata {

    static Metadata of(envoy.config.core.v3.Metadata message) {
        return message.getFilterMetadataCount() == 0
                ? Metadata.NONE
                : new ResourceMetadata(message);
    }

    @Override
    public @Nullable Map<String, @Nullable Object> of(String name) {
        Struct said = message.getFilterMetadataMap().get(name);
        return said == null ? null : Structs.read(said);
    }
}
