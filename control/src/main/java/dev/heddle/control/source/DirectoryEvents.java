package dev.heddle.control.source;

import dev.heddle.model.Confined;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Rings when something changes in a set of directories. What changed is not said: whoever hears it
/// looks for himself.
@Confined("config watch")
final class DirectoryEvents implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryEvents.class);
    private static final WatchEvent.Kind<?>[] KINDS = {
        StandardWatchEventKinds.ENTRY_CREATE,
        StandardWatchEventKinds.ENTRY_MODIFY,
        StandardWatchEventKinds.ENTRY_DELETE
    };

    /// @param identity of the directory that stood there when it was registered
    private record Watched(String identity, WatchKey key) {}

    private final Path root;
    private final @Nullable Path above;
    private final WatchService service;
    private final Runnable bell;
    private final Map<Path, Watched> watched = new HashMap<>();
    private boolean complained;

    /// @param bell rung from a thread of its own; must return at once
    DirectoryEvents(Path root, Runnable bell) throws IOException {
        this.root = root;
        this.above = root.toAbsolutePath().getParent();
        this.service = root.getFileSystem().newWatchService();
        this.bell = bell;
    }

    /// Begins to ring.
    void start() {
        Thread.ofVirtual().name("config-events").start(this::ring);
    }

    private void ring() {
        try {
            while (true) {
                WatchKey key = service.take();
                boolean matters = key.pollEvents().stream().anyMatch(e -> matters(key, e));
                key.reset();
                if (matters) {
                    bell.run();
                }
            }
        } catch (ClosedWatchServiceException e) {
            LOG.debug("the watch is closed");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Above the root, only what happens to the root itself matters.
    private boolean matters(WatchKey key, WatchEvent<?> event) {
        return !key.watchable().equals(above)
                || event.kind().equals(StandardWatchEventKinds.OVERFLOW)
                || Objects.equals(event.context(), root.getFileName());
    }

    /// Watches these directories, the one above the root, and no others. Above is where a root
    /// comes back, or is replaced.
    ///
    /// @param inside with the identity of what stands there now
    void watch(Map<Path, String> inside) {
        var directories = new HashMap<Path, String>(inside);
        if (above != null && Files.isDirectory(above)) {
            directories.putIfAbsent(above, above.toString());
        }
        watched.entrySet()
                .removeIf(e -> {
                    boolean gone = !e.getValue().identity().equals(directories.get(e.getKey()));
                    if (gone) {
                        e.getValue().key().cancel();
                    }
                    return gone;
                });
        directories.forEach((path, identity) -> {
            if (!watched.containsKey(path)) {
                register(path, identity);
            }
        });
    }

    private void register(Path path, String identity) {
        try {
            watched.put(path, new Watched(identity, path.register(service, KINDS)));
        } catch (IOException e) {
            if (!complained) {
                complained = true;
                LOG.warn(
                        "{} cannot be watched ({}); changes there are found by looking every now"
                                + " and then. On Linux see fs.inotify.max_user_watches",
                        path,
                        e.getMessage());
            }
        }
    }

    @Override
    public void close() throws IOException {
        service.close();
    }
}
