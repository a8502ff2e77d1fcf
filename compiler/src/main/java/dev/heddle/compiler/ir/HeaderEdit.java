package dev.heddle.compiler.ir;

import java.util.List;

/// Changes of headers on the way to a service and on the way back.
public record HeaderEdit(Edits request, Edits response) {
    /// No changes.
    public static final HeaderEdit NONE = new HeaderEdit(Edits.NONE, Edits.NONE);

    /// Changes in one direction. Removals come first, as Envoy does it.
    ///
    /// @param writes in order
    /// @param removals names
    public record Edits(List<Write> writes, List<String> removals) {
        /// No changes.
        public static final Edits NONE = new Edits(List.of(), List.of());

        public Edits {
            writes = List.copyOf(writes);
            removals = List.copyOf(removals);
        }

        /// These changes, then the others.
        public Edits then(Edits more) {
            return new Edits(
                    java.util.stream.Stream.concat(writes.stream(), more.writes.stream()).toList(),
                    java.util.stream.Stream.concat(removals.stream(), more.removals.stream())
                            .toList());
        }

        /// Whether nothing changes.
        public boolean isEmpty() {
            return writes.isEmpty() && removals.isEmpty();
        }
    }

    /// One header to write.
    ///
    /// @param value may hold Envoy's command operators, as in `%REQ(:path)%`
    /// @param replace whether a value that is there goes; else another one is added to it
    public record Write(String name, String value, boolean replace) {}

    /// These changes, then the others.
    public HeaderEdit then(HeaderEdit more) {
        return new HeaderEdit(request.then(more.request), response.then(more.response));
    }

    /// Whether nothing changes.
    public boolean isEmpty() {
        return request.isEmpty() && response.isEmpty();
    }
}
