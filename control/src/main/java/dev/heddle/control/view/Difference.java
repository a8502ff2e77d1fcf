package dev.heddle.control.view;

import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.SourceState;
import dev.heddle.control.world.InForce;
import dev.heddle.model.Resource;
import dev.heddle.model.ResourceId;
import dev.heddle.model.codec.ResourceWriter;
import dev.heddle.model.codec.YamlWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// How one resource differs between two versions.
///
/// @param before what it says in the first, in YAML that may be shown; empty where it is not there
/// @param after what it says in the second
/// @param isHidden whether there is a difference in what may not be shown, as in a Secret
public record Difference(
        ResourceId id, Optional<String> before, Optional<String> after, boolean isHidden) {

    /// How the resources in force differ, in the order of their ids. What the control plane made
    /// itself is not looked at.
    public static List<Difference> between(SourceState before, SourceState after) {
        Map<ResourceId, Resource<?>> old = inForce(before);
        Map<ResourceId, Resource<?>> next = inForce(after);
        var all = new TreeSet<ResourceId>(old.keySet());
        all.addAll(next.keySet());
        var differences = new ArrayList<Difference>();
        for (ResourceId id : all) {
            @Nullable Resource<?> was = old.get(id);
            @Nullable Resource<?> is = next.get(id);
            if (was == null || is == null || !AppliedFile.sameText(was, is)) {
                Optional<String> shownBefore = shown(was);
                Optional<String> shownAfter = shown(is);
                differences.add(
                        new Difference(
                                id, shownBefore, shownAfter, shownBefore.equals(shownAfter)));
            }
        }
        return differences;
    }

    private static Map<ResourceId, Resource<?>> inForce(SourceState state) {
        var files = new TreeMap<String, ConfigFile>(state.files());
        files.keySet().removeIf(ConfigFile::isMade);
        var byId = new LinkedHashMap<ResourceId, Resource<?>>();
        InForce.of(new SourceState(files, List.of()))
                .resources()
                .all()
                .forEach(r -> byId.put(r.id(), r));
        return byId;
    }

    private static Optional<String> shown(@Nullable Resource<?> resource) {
        return Optional.ofNullable(resource).map(ResourceWriter::shown).map(YamlWriter::write);
    }
}
