package dev.heddle.xds;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.service.runtime.v3.Runtime;
import java.util.Map;
import java.util.TreeMap;

/// A layer of a proxy's runtime as it is sent.
public final class RuntimeResource {
    private RuntimeResource() {}

    /// The layer of that name.
    ///
    /// @param values numbers by key; none for a layer that says nothing
    public static XdsResource of(String name, Map<String, Double> values) {
        // The fields of a Struct are written in the order in which they were put.
        var layer = Struct.newBuilder();
        new TreeMap<>(values)
                .forEach((key, number) ->
                        layer.putFields(key, Value.newBuilder().setNumberValue(number).build()));
        return XdsResource.of(name, Runtime.newBuilder().setName(name).setLayer(layer).build());
    }
}
