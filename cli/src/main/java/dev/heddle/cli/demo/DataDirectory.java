package dev.heddle.cli.demo;

import dev.heddle.cli.text.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Where a demo keeps its files. One demo at a time uses a directory.
///
/// | in it | what |
/// |---|---|
/// | `config/` | the watched copy of the sample configuration, unless the user gave a directory |
/// | `config-before/` | the copy of the run before, if somebody had changed it |
/// | `workloads/` | a WorkloadEntry for each workload |
/// | `bootstrap/` | each proxy's bootstrap |
/// | `control/` | the control plane's memory |
/// | `logs/`, `pids/` | a file for each process |
public final class DataDirectory implements AutoCloseable {
    private final Path root;
    private final FileLock lock;

    private DataDirectory(Path root, FileLock lock) {
        this.root = root;
        this.lock = lock;
    }

    /// Opens a directory for one demo, and creates it if need be.
    public static DataDirectory open(Path root) {
        try {
            Files.createDirectories(root);
            var channel =
                    FileChannel.open(
                            root.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw Failure.of(
                        "another demo uses the directory " + root,
                        "stop it, or choose another directory with --data DIR");
            }
            var data = new DataDirectory(root, lock);
            for (String fresh : List.of("workloads", "bootstrap", "logs", "pids")) {
                delete(root.resolve(fresh));
                Files.createDirectories(root.resolve(fresh));
            }
            Files.createDirectories(root.resolve("control"));
            return data;
        } catch (IOException e) {
            throw Failure.of(
                    "cannot use the directory %s: %s".formatted(root, e),
                    "choose another one with --data DIR");
        }
    }

    private static @org.jspecify.annotations.Nullable FileLock tryLock(FileChannel channel)
            throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException _) {
            return null;
        }
    }

    /// The directory itself.
    public Path root() {
        return root;
    }

    /// Puts a fresh copy of the sample configuration in `config/`.
    ///
    /// @return where an earlier copy went that somebody had changed; empty for none
    public Optional<Path> copyConfig(Path sample) {
        Path config = root.resolve("config");
        Path before = root.resolve("config-before");
        Optional<Path> kept = Optional.empty();
        try {
            if (Files.isDirectory(config) && !same(sample, config)) {
                delete(before);
                Files.move(config, before);
                kept = Optional.of(before);
            }
            delete(config);
            Files.createDirectories(config);
            for (Path file : files(sample)) {
                Files.copy(file, config.resolve(file.getFileName()));
            }
            return kept;
        } catch (IOException e) {
            throw Failure.of(
                    "cannot copy the sample configuration from %s: %s".formatted(sample, e), "");
        }
    }

    /// Writes a file, whole or not at all, and names it.
    public Path write(String directory, String name, String text) {
        Path file = root.resolve(directory).resolve(name);
        Path part = root.resolve(directory).resolve("." + name + ".part");
        try {
            Files.writeString(part, text);
            return Files.move(
                    part,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Notes which process runs under a name.
    public void writePid(String name, long pid) {
        write("pids", name + ".pid", pid + "\n");
    }

    /// The log of a process.
    public Path log(String name) {
        return root.resolve("logs").resolve(name + ".log");
    }

    /// The last lines of a log.
    public List<String> logTail(String name, int lines) {
        try {
            var all = Files.readAllLines(log(name));
            return all.subList(Math.max(0, all.size() - lines), all.size());
        } catch (IOException _) {
            return List.of();
        }
    }

    @Override
    public void close() {
        try {
            delete(root.resolve("pids"));
            lock.channel().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static boolean same(Path one, Path other) throws IOException {
        var names = files(one).stream().map(Path::getFileName).toList();
        try (Stream<Path> entries = Files.list(other)) {
            if (!entries.map(Path::getFileName).sorted().toList().equals(names)) {
                return false;
            }
        }
        for (Path name : names) {
            if (Files.mismatch(one.resolve(name), other.resolve(name)) >= 0) {
                return false;
            }
        }
        return true;
    }

    private static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        Files.walkFileTree(
                tree,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path directory, @org.jspecify.annotations.Nullable IOException failure)
                            throws IOException {
                        Files.delete(directory);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
