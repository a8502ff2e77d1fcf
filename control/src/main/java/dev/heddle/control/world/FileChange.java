package dev.heddle.control.world;

import dev.heddle.control.source.Signature;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Files that change together.
///
/// @param texts by name relative to the directory of configuration, in the order in which they are
///   written; an empty one deletes the file
/// @param by whom
public record FileChange(Map<String, Optional<String>> texts, Signature by) {
    public FileChange {
        texts = Collections.unmodifiableMap(new LinkedHashMap<>(texts));
    }

    /// Without the texts, as there may be Secrets in them.
    @Override
    public String toString() {
        return "FileChange" + texts.keySet();
    }
}
