package dev.heddle.proxy.config;

import dev.heddle.telemetry.AccessLogFormat;
import java.util.List;

/// Changes of the headers of a message in one direction.
///
/// @param writes in order, after the removals, as Envoy does it
/// @param removals names in lower case
public record HeaderEdits(List<Write> writes, List<String> removals) {

    /// No changes.
    public static final HeaderEdits NONE = new HeaderEdits(List.of(), List.of());

    public HeaderEdits {
        writes = List.copyOf(writes);
        removals = List.copyOf(removals);
    }

    /// Whether nothing changes.
    public boolean isEmpty() {
        return writes.isEmpty() && removals.isEmpty();
    }

    /// Changes of requests and of responses.
    public record Both(HeaderEdits request, HeaderEdits response) {
        /// No changes.
        public static final Both NONE = new Both(HeaderEdits.NONE, HeaderEdits.NONE);
    }

    /// One header to write.
    ///
    /// @param name in lower case
    /// @param value may hold command operators
    /// @param text the value as it was configured
    /// @param keepEmpty whether a value that turns out empty is written
    public record Write(
            String name, AccessLogFormat value, String text, Append append, boolean keepEmpty) {}

    /// What becomes of a header that is there already
    /// (`envoy.config.core.v3.HeaderValueOption.HeaderAppendAction`).
    public enum Append {
        /// It stays and another is added.
        APPEND_IF_EXISTS_OR_ADD,
        /// It stays and nothing is added.
        ADD_IF_ABSENT,
        /// It goes.
        OVERWRITE_IF_EXISTS_OR_ADD,
        /// It goes, and nothing is added when there was none.
        OVERWRITE_IF_EXISTS
    }
}
