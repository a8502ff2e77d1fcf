package dev.heddle.cli.demo;

import dev.heddle.cli.text.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Where a demo keeps its files. One demo at a time uses a directory.
///
/// | in it | what |
/// |---|---|
/// | `mesh/config/` | a copy of the sample configuration, or a link to the user's own directory |
/// | `mesh/workloads/` | a WorkloadEntry for each workload |
/// | `mesh-before/` | the same of the run before, if somebody had changed it |
/// | `bootstrap/` | each proxy's bootstrap |
/// | `identities/` | each proxy's token, key and certificate |
/// | `control/` | the control plane's memory |
/// | `logs/`, `pids/` | a file for each process |
public final class DataDirectory implements AutoCloseable {
    private static final FileAttribute<Set<PosixFilePermission>> ONLY_MINE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

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
            for (String fresh : List.of("bootstrap", "identities", "logs", "pids")) {
                delete(root.resolve(fresh));
                Files.createDirectories(root.resolve(fresh));
            }
            Files.createDirectories(data.control());
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

    /// Makes a fresh `mesh/`, with a copy of the sample configuration.
    ///
    /// @return where an earlier one went that somebody had changed; empty for none
    public Optional<Path> copyConfig(Path sample) {
        try {
            Optional<Path> kept = freshMesh(sample);
            Files.createDirectories(config());
            for (Path file : files(sample)) {
                Files.copy(file, config().resolve(file.getFileName()));
            }
            return kept;
        } catch (IOException e) {
            throw Failure.of(
                    "cannot copy the sample configuration from %s: %s".formatted(sample, e), "");
        }
    }

    /// Makes a fresh `mesh/`, with a link to a directory of the user's, so that nothing of the
    /// demo's own is ever written there.
    ///
    /// @return where an earlier one went that somebody had changed; empty for none
    public Optional<Path> linkConfig(Path sample, Path own) {
        try {
            Optional<Path> kept = freshMesh(sample);
            Files.createSymbolicLink(config(), own);
            return kept;
        } catch (IOException e) {
            throw Failure.of("cannot link to %s: %s".formatted(own, e), "");
        }
    }

    /// The directory that the control plane watches.
    public Path mesh() {
        return root.resolve("mesh");
    }

    private Path config() {
        return mesh().resolve("config");
    }

    private Optional<Path> freshMesh(Path sample) throws IOException {
        Optional<Path> kept = Optional.empty();
        if (Files.exists(mesh()) && isChanged(sample)) {
            Path before = root.resolve("mesh-before");
            delete(before);
            Files.move(mesh(), before);
            kept = Optional.of(before);
        }
        delete(mesh());
        Files.createDirectories(mesh().resolve("workloads"));
        return kept;
    }

    /// Whether an earlier `mesh/` holds something that is nowhere else: an edited copy, or what was
    /// applied to the running mesh.
    private boolean isChanged(Path sample) throws IOException {
        Path applied = mesh().resolve("applied");
        if (Files.isDirectory(applied) && !files(applied).isEmpty()) {
            return true;
        }
        return Files.isDirectory(config(), LinkOption.NOFOLLOW_LINKS) && !same(sample, config());
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

    /// Writes what nobody else may read into the directory of a proxy's identity.
    ///
    /// @return that directory
    public Path secret(String proxy, String name, String text) {
        Path directory = root.resolve("identities").resolve(proxy);
        try {
            Files.createDirectories(directory);
            Path file = directory.resolve(name);
            Files.deleteIfExists(file);
            Files.writeString(Files.createFile(file, ONLY_MINE), text);
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Where the control plane's memory is.
    public Path control() {
        return root.resolve("control");
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
        if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
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
