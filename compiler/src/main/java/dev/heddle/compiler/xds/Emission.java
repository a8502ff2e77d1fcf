package dev.heddle.compiler.xds;

import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Resources, each with the node of the plan that it was made of, so that an equal node of a later
/// plan need not be serialized again.
///
/// @param resources by type and name; every type is present
/// @param nodes by type and name
public record Emission(
        Map<XdsType, SortedMap<String, XdsResource>> resources,
        Map<XdsType, Map<String, Object>> nodes) {
    /// Nothing.
    public static final Emission NONE = new Emission(Map.of(), Map.of());

    /// The resource that was made of an equal node.
    Optional<XdsResource> of(XdsType type, String name, Object node) {
        boolean isThere = node.equals(nodes.getOrDefault(type, Map.of()).get(name));
        return isThere
                ? Optional.ofNullable(resources.getOrDefault(type, new TreeMap<>()).get(name))
                : Optional.empty();
    }

    /// Both in one.
    ///
    /// @throws IllegalArgumentException when two resources of one type have the same name
    Map<XdsType, SortedMap<String, XdsResource>> with(Emission more) {
        var all = new EnumMap<XdsType, SortedMap<String, XdsResource>>(XdsType.class);
        for (XdsType type : XdsType.values()) {
            SortedMap<String, XdsResource> joined =
                    new TreeMap<>(resources.getOrDefault(type, new TreeMap<>()));
            more.resources
                    .getOrDefault(type, new TreeMap<>())
                    .forEach((name, resource) -> {
                        if (joined.put(name, resource) != null) {
                            throw new IllegalArgumentException(
                                    type.shortName() + " '" + name + "' is there twice");
                        }
                    });
            all.put(type, joined);
        }
        return all;
    }
}
