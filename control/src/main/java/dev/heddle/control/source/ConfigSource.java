package dev.heddle.control.source;

import java.io.IOException;
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

    /// Something that changes files.
    interface Writing {
        /// Writes them all, or none.
        void write() throws IOException;
    }

    /// Has somebody write files and looks at them then. While he writes nobody looks, so what he
    /// has done in part is never in force.
    ///
    /// @param names what he writes, relative to the source's root; may be gone afterwards
    /// @return done once what is there is in force; the number is the world's version. Fails with
    ///   what the writing failed with
    CompletableFuture<Long> change(Set<String> names, Writing writing);

    /// Says nothing more.
    @Override
    void close();
}
