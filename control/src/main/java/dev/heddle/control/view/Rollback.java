package dev.heddle.control.view;

import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.SourceState;
import dev.heddle.model.Resource;
import dev.heddle.model.ResourceId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Somebody wants what an earlier version said, as a new version.
///
/// @param version whose content shall be in force
/// @param ownFiles whether files that were not applied may be written, too
/// @param message why; empty for nothing said
public record Rollback(long version, boolean ownFiles, String message) {

    /// The files that must be written, the one that shall win of several last; an empty text
    /// deletes. Of two files with one resource the later wins, so whatever is written becomes later
    /// than the rest: a file that won over it is written again behind it.
    static Map<String, Optional<String>> texts(SourceState now, SourceState then) {
        var names = new TreeSet<>(now.files().keySet());
        names.addAll(then.files().keySet());
        names.removeIf(ConfigFile::isMade);
        var texts = new LinkedHashMap<String, Optional<String>>();
        var written = new ArrayList<ConfigFile>();
        for (String name : names) {
            @Nullable ConfigFile was = then.files().get(name);
            @Nullable ConfigFile is = now.files().get(name);
            if (was == null) {
                texts.put(name, Optional.empty());
            } else if (is == null || !Objects.equals(is.text(), was.text())) {
                written.add(was);
            }
        }
        for (boolean grows = true; grows; ) {
            List<ConfigFile> winners =
                    then.files().values().stream()
                            .filter(f -> !ConfigFile.isMade(f.name()) && !written.contains(f))
                            .filter(f -> written.stream().anyMatch(w -> winsOver(f, w)))
                            .toList();
            grows = written.addAll(winners);
        }
        written.sort(Comparator.comparing(ConfigFile::changed).thenComparing(ConfigFile::name));
        written.forEach(f -> texts.put(f.name(), Optional.of(f.text())));
        return texts;
    }

    private static boolean winsOver(ConfigFile file, ConfigFile other) {
        if (!file.changed().isAfter(other.changed())) {
            return false;
        }
        Set<ResourceId> ids = new HashSet<>();
        other.resources().forEach(r -> ids.add(r.id()));
        return file.resources().stream().<ResourceId>map(Resource::id).anyMatch(ids::contains);
    }

    /// Those of them that were not applied.
    static List<String> own(Map<String, Optional<String>> texts) {
        return texts.keySet().stream()
                .filter(name -> !name.startsWith(AppliedFile.DIRECTORY))
                .sorted()
                .collect(Collectors.toList());
    }
}
