package dev.heddle.telemetry;

import java.util.List;
import java.util.Optional;

/// What a proxy's node says of itself in texts, for formats that ask for it. Constant as long as
/// the process lives, so a format takes the values when it is parsed.
public interface NodeText {
    /// A node that says nothing.
    NodeText SILENT = _ -> Optional.empty();

    /// A text of the node's metadata; empty where there is none, or no text.
    ///
    /// @param path as in `LABELS`, `app`
    Optional<String> metadata(List<String> path);
}
