package dev.heddle.xds;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Everything that one proxy shall run, at one version of the mesh. Immutable.
///
/// @param version of the configuration as a whole, which a proxy reports back once it runs it
/// @param resources by type and name; every type is present, some with no resources
public record Snapshot(String version, Map<XdsType, NamedResources> resources) {

    public Snapshot {
        var copy = new EnumMap<XdsType, NamedResources>(XdsType.class);
        for (XdsType type : XdsType.values()) {
            copy.put(type, resources.getOrDefault(type, NamedResources.NONE));
        }
        resources = Collections.unmodifiableMap(copy);
    }

    /// A snapshot of resources given as lists.
    ///
    /// @throws IllegalArgumentException when two resources of one type have the same name
    public static Snapshot of(String version, Map<XdsType, List<XdsResource>> resources) {
        var named = new EnumMap<XdsType, NamedResources>(XdsType.class);
        resources.forEach((type, list) -> named.put(type, NamedResources.of(type, list)));
        return new Snapshot(version, named);
    }

    /// The same with other resources of one type.
    public Snapshot with(XdsType type, NamedResources others) {
        var all = new EnumMap<XdsType, NamedResources>(resources);
        all.put(type, others);
        return new Snapshot(version, all);
    }

    /// The resources of one type, by name.
    public NamedResources of(XdsType type) {
        return resources.getOrDefault(type, NamedResources.NONE);
    }
}
