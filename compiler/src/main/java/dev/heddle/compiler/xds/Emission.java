package dev.heddle.compiler.xds;

import dev.heddle.compiler.reuse.Kept;
import dev.heddle.compiler.reuse.Row;
import dev.heddle.xds.NamedResources;
import dev.heddle.xds.XdsType;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Resources, each with the node of the plan that it was made of, so that an equal node of a later
/// plan need not be serialized again.
///
/// @param resources by type and name; every type is present
/// @param plans the nodes of each type, in the plan's order
/// @param hosts of each table the virtual hosts, which are most of it and change one by one
public record Emission(
        Map<XdsType, NamedResources> resources,
        Map<XdsType, List<?>> plans,
        Kept<String, Row<RouteEmitter.Host, RouteEmitter.Piece>> hosts) {

    /// Nothing.
    public static Emission none() {
        return new Emission(Map.of(), Map.of(), Kept.none());
    }

    /// The resources of a type.
    NamedResources all(XdsType type) {
        return resources.getOrDefault(type, NamedResources.NONE);
    }

    /// Both in one.
    ///
    /// @throws IllegalArgumentException when two resources of one type have the same name
    Map<XdsType, NamedResources> with(Emission more) {
        var all = new EnumMap<XdsType, NamedResources>(XdsType.class);
        for (XdsType type : XdsType.values()) {
            all.put(type, all(type).with(type, more.all(type)));
        }
        return all;
    }
}
