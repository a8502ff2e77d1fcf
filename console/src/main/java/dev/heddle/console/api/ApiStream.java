package dev.heddle.console.api;

import dev.heddle.model.tree.Node;
import java.io.IOException;

/// An answer that goes on: lines of JSON, each sent at once. Whoever has one closes it, whether or
/// not it was run.
public interface ApiStream extends AutoCloseable {
    /// Says what there is to say, until it is over or nobody listens any more.
    ///
    /// @throws IOException from the lines, when nobody listens any more
    void run(Lines lines) throws IOException, InterruptedException;

    @Override
    void close();

    /// Where lines go.
    @FunctionalInterface
    interface Lines {
        /// Sends one.
        void send(Node line) throws IOException;
    }
}
