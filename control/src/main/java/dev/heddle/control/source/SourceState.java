package dev.heddle.control.source;

import dev.heddle.model.Diagnostic;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// All that a source holds at one moment. Immutable.
///
/// @param files by name
/// @param findings about the source itself, as a directory that is not there
public record SourceState(SortedMap<String, ConfigFile> files, List<Diagnostic> findings) {
    /// A source that holds nothing.
    public static final SourceState EMPTY = new SourceState(new TreeMap<>(), List.of());

    public SourceState {
        files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
        findings = List.copyOf(findings);
    }

    /// The same with another file, in the place of one of that name.
    public SourceState with(ConfigFile file) {
        var all = new TreeMap<>(files);
        all.put(file.name(), file);
        return new SourceState(all, findings);
    }
}
