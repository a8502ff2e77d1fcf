package dev.heddle.proxy.overload;

import java.nio.file.Path;

/// What is measured, as a share of what there is (`resource_monitors`).
public sealed interface Monitor {
    /// Memory that the process holds on to.
    ///
    /// @param maxBytes what counts as all of it
    record FixedHeap(long maxBytes) implements Monitor {
        public FixedHeap {
            if (maxBytes < 1) {
                throw new IllegalArgumentException("maxBytes: " + maxBytes + " (expected: >= 1)");
            }
        }
    }

    /// A number from 0 to 1 that somebody else writes to a file: for tests, and for what only a
    /// machine's owner knows.
    record Injected(Path file) implements Monitor {}
}
