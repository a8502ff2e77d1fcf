package dev.heddle.control.source;

import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// Something that holds configuration and says so when it changes.
public interface ConfigSource extends AutoCloseable {

    /// Where a source says what it holds.
    interface Sink {
        /// Takes the source's whole state. May wait when there is much to do.
        ///
        /// @return done once the state is in force; the number is the world's version
        CompletableFuture<Long> put(SourceState state) throws InterruptedException;
    }

    /// Looks again now, because somebody has just written the named files completely.
    ///
    /// @param names relative to the source's root; may be gone
    /// @return done once what is there is in force; the number is the world's version
    CompletableFuture<Long> refresh(Set<String> names);

    /// Says nothing more.
    @Override
    void close();
}
