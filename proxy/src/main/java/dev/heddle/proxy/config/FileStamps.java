package dev.heddle.proxy.config;

import dev.heddle.proxy.runtime.Confined;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What files looked like when they were read last, so that those that did not change need not be
/// read again: the roots of an operating system are 200 KB and cost 10 ms to parse, which once a
/// second would be a percent of a core.
@Confined("config thread")
final class FileStamps {
    /// A file that changed just now may change again without its time telling.
    private static final Duration UNSETTLED = Duration.ofSeconds(3);

    private final InstantSource clock;
    private final Map<String, List<Stamp>> known = new HashMap<>();

    /// @param identity of the file, as links may lead to another one; null where there is none
    private record Stamp(String name, long size, FileTime changed, @Nullable Object identity) {}

    FileStamps(InstantSource clock) {
        this.clock = clock;
    }

    /// Whether the files of that key are as they were when this was asked before.
    boolean areOld(String key, List<String> names) {
        var now = new ArrayList<Stamp>();
        Instant settled = clock.instant().minus(UNSETTLED);
        for (String name : names) {
            try {
                var file = Files.readAttributes(Path.of(name), BasicFileAttributes.class);
                if (file.lastModifiedTime().toInstant().isAfter(settled)) {
                    known.remove(key);
                    return false;
                }
                now.add(new Stamp(name, file.size(), file.lastModifiedTime(), file.fileKey()));
            } catch (IOException | InvalidPathException _) {
                // It is said by who reads it.
                known.remove(key);
                return false;
            }
        }
        return Objects.equals(known.put(key, now), now);
    }

    /// Forgets what nobody asks for.
    void retain(Collection<String> keys) {
        known.keySet().retainAll(keys);
    }
}
