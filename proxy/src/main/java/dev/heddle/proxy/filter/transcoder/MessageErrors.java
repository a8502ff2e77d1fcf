package dev.heddle.proxy.filter.transcoder;

import dev.heddle.proxy.runtime.Confined;
import org.jspecify.annotations.Nullable;

/// What is wrong with a message; what was found last is told.
@Confined("worker")
final class MessageErrors {
    private @Nullable String last;

    void set(String message) {
        last = message;
    }

    /// @throws BadMessage when something is wrong
    void check() throws BadMessage {
        if (last != null) {
            throw new BadMessage(last);
        }
    }
}
