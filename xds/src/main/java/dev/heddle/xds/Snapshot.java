package dev.heddle.xds;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Everything that one proxy shall run, at one version of the mesh. Immutable.
///
/// @param version of the configuration as a whole, which a proxy reports back once it runs it
/// @param resources by type and name; every type is present, some with no resources
public record Snapshot(String version, Map<XdsType, SortedMap<String, XdsResource>> resources) {

    public Snapshot {
        var copy = new EnumMap<XdsType, SortedMap<String, XdsResource>>(XdsType.class);
        for (XdsType type : XdsType.values()) {
            copy.put(
                    type,
                    Collections.unmodifiableSortedMap(
                            new TreeMap<>(resources.getOrDefault(type, new TreeMap<>()))));
        }
        resources = Collections.unmodifiableMap(copy);
    }

    /// A snapshot of resources given as lists.
    ///
    /// @throws IllegalArgumentException when two resources of one type have the same name
    public static Snapshot of(String version, Map<XdsType, List<XdsResource>> resources) {
        var named = new EnumMap<XdsType, SortedMap<String, XdsResource>>(XdsType.class);
        resources.forEach((type, list) -> {
            var byName = new TreeMap<String, XdsResource>();
            for (XdsResource resource : list) {
                if (byName.put(resource.name(), resource) != null) {
                    throw new IllegalArgumentException(
                            type.shortName() + " '" + resource.name() + "' is there twice");
                }
            }
            named.put(type, byName);
        });
        return new Snapshot(version, named);
    }

    /// The resources of one type, by name.
    public SortedMap<String, XdsResource> of(XdsType type) {
        return resources.getOrDefault(type, Collections.emptySortedMap());
    }
}
