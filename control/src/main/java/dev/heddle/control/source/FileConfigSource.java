package dev.heddle.control.source;

import dev.heddle.model.Confined;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Watches a directory tree of YAML and JSON files, as people, `git`, and Kubernetes' ConfigMap
/// mounts change them.
///
/// The kernel rings, the tree is walked, and what stands still is read; see [Pace] for the times
/// and [ConfigDirectory] for what counts. A file behind a link that leads out of the tree is
/// noticed by the regular walk only.
@Confined("config watch")
public final class FileConfigSource implements ConfigSource {
    private static final Logger LOG = LoggerFactory.getLogger(FileConfigSource.class);

    /// The least time between two walks, so that a storm of reports costs little.
    private static final Duration BREATH = Duration.ofMillis(10);

    /// Something to do for the thread that watches.
    private sealed interface Signal {
        /// Something changed somewhere.
        record Bell() implements Signal {}

        /// Somebody writes these names, and wants to know when they are in force.
        record Change(
                Set<String> names,
                Writing writing,
                CompletableFuture<CompletableFuture<Long>> looked)
                implements Signal {}

        /// Enough.
        record Stop() implements Signal {}
    }

    private final Path root;
    private final ConfigDirectory directory;
    private final DirectoryEvents events;
    private final Pace pace;
    private final Sink sink;
    private final LongSupplier nanos;

    /// Bounded by its use: one bell at a time, and one entry for each caller that waits.
    private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();

    private final Thread thread;
    private CompletableFuture<Long> inForce = CompletableFuture.completedFuture(0L);

    private FileConfigSource(
            Path root, ConfigDirectory directory, Pace pace, Sink sink, LongSupplier nanos)
            throws IOException {
        this.root = root;
        this.directory = directory;
        this.pace = pace;
        this.sink = sink;
        this.nanos = nanos;
        this.events = new DirectoryEvents(root, this::ring);
        this.thread = Thread.ofVirtual().name("config-watch").unstarted(this::run);
    }

    /// Begins to watch; the first state follows as soon as the tree stands still.
    ///
    /// @param saved what was in force when an earlier run ended
    /// @param nanos a clock that never goes back
    /// @throws IOException when the file system cannot be watched at all
    public static FileConfigSource start(
            Path root,
            ConfigReader reader,
            Pace pace,
            List<SavedFile> saved,
            Sink sink,
            LongSupplier nanos)
            throws IOException {
        var directory = new ConfigDirectory(root, reader, pace, saved);
        var source = new FileConfigSource(root, directory, pace, sink, nanos);
        source.events.start();
        source.thread.start();
        return source;
    }

    /// Reads a directory tree, or a single file, once.
    public static SourceState read(Path root, ConfigReader reader) {
        boolean single = Files.isRegularFile(root);
        Path top = single ? Objects.requireNonNullElse(root.getParent(), Path.of("")) : root;
        Pace once =
                new Pace(
                        Duration.ZERO,
                        Duration.ZERO,
                        Duration.ZERO,
                        Duration.ofDays(1),
                        Duration.ZERO);
        var directory = new ConfigDirectory(top, reader, once, List.of());
        SourceState all = directory.look(Set.of(), 0).orElse(SourceState.EMPTY);
        if (!single) {
            return all;
        }
        var only = new TreeMap<>(all.files());
        only.keySet().retainAll(Set.of(root.getFileName().toString()));
        return new SourceState(only, all.findings());
    }

    @Override
    public CompletableFuture<Long> change(Set<String> names, Writing writing) {
        var looked = new CompletableFuture<CompletableFuture<Long>>();
        signals.add(new Signal.Change(names, writing, looked));
        return looked.thenCompose(inForce -> inForce);
    }

    @Override
    public void close() {
        signals.add(new Signal.Stop());
        try {
            thread.join();
            events.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void ring() {
        if (signals.isEmpty()) {
            signals.add(new Signal.Bell());
        }
    }

    private void run() {
        try {
            look(Set.of());
            while (true) {
                Signal first = signals.poll(patience(), TimeUnit.NANOSECONDS);
                LockSupport.parkNanos(BREATH.toNanos());
                if (!onSignals(first)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean onSignals(@Nullable Signal first) throws InterruptedException {
        var names = new HashSet<String>();
        var waiting = new ArrayList<CompletableFuture<CompletableFuture<Long>>>();
        for (Signal s = first; s != null; s = signals.poll()) {
            switch (s) {
                case Signal.Bell() -> {}
                case Signal.Stop() -> {
                    return false;
                }
                case Signal.Change(var more, var writing, var looked) -> {
                    try {
                        writing.write();
                        names.addAll(more);
                        waiting.add(looked);
                    } catch (IOException | RuntimeException e) {
                        looked.completeExceptionally(e);
                    }
                }
            }
        }
        look(names);
        waiting.forEach(looked -> looked.complete(inForce));
        return true;
    }

    private void look(Set<String> names) throws InterruptedException {
        try {
            Optional<SourceState> state = directory.look(names, nanos.getAsLong());
            events.watch(directory.directories());
            if (state.isPresent()) {
                inForce = sink.put(state.get());
            }
        } catch (RuntimeException e) {
            // Ours to mend. The next look may be luckier, and what is in force stays so.
            LOG.error("looking through {} failed", root, e);
            inForce = CompletableFuture.failedFuture(e);
        }
    }

    private long patience() {
        long rescan = pace.rescan().toNanos();
        var next = directory.next();
        return next.isEmpty()
                ? rescan
                : Math.clamp(next.getAsLong() - nanos.getAsLong(), 0, rescan);
    }
}
