package dev.heddle.proxy.kept;

import dev.heddle.proxy.runtime.Confined;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/// Files that only this user wrote and reads: each is either as it was or as it shall be, whatever
/// happens while it is written. Blocks; callable from any thread, but one writer a file.
///
/// @param directory made where it is not, for its owner alone
/// @param onItsWay what bytes go through before they reach the disk; a test's disk may be full
record SnapshotFile(Path directory, UnaryOperator<OutputStream> onItsWay) {
    /// No file is larger.
    static final long MOST_BYTES = 64L << 20;

    private static final Path SELF = Path.of("/proc/self");
    private static final FileAttribute<?> FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<?> DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    /// Writes a file's content.
    interface Writer {
        void to(OutputStream out) throws IOException;
    }

    /// Replaces a file. When this returns, the content survives a power cut; when it throws, the
    /// old content is still there.
    void write(String name, Writer content) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory, DIRECTORY);
        }
        Path next = directory.resolve("." + name + ".next");
        Files.deleteIfExists(next);
        try (var channel =
                FileChannel.open(
                        next,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        FILE)) {
            var out =
                    new Bounded(
                            new BufferedOutputStream(
                                    onItsWay.apply(Channels.newOutputStream(channel))));
            content.to(out);
            out.flush();
            channel.force(true);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(next);
            throw e;
        }
        Files.move(
                next,
                directory.resolve(name),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        try (var parent = FileChannel.open(directory, StandardOpenOption.READ)) {
            parent.force(true);
        }
    }

    /// The content of a file; empty where there is none.
    ///
    /// @throws Unusable when somebody else may have written it
    Optional<byte[]> read(String name) throws IOException, Unusable {
        Path file = directory.resolve(name);
        try {
            PosixFileAttributes is = attributes(file);
            if (!is.isRegularFile()) {
                throw new Unusable("it is no file");
            }
            own(is, "it");
            own(attributes(directory.toRealPath()), "its directory");
            if (is.size() > MOST_BYTES) {
                throw new Unusable(
                        "it has %d bytes (expected: at most %d)".formatted(is.size(), MOST_BYTES));
            }
            return Optional.of(Files.readAllBytes(file));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    /// Deletes a file, if it is there.
    void delete(String name) throws IOException {
        Files.deleteIfExists(directory.resolve(name));
    }

    private static PosixFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    private static void own(PosixFileAttributes is, String what) throws Unusable, IOException {
        if (is.permissions().contains(PosixFilePermission.OTHERS_WRITE)
                || is.permissions().contains(PosixFilePermission.GROUP_WRITE)) {
            throw new Unusable(
                    "%s can be written by others, %s (expected: by its owner alone)"
                            .formatted(what, PosixFilePermissions.toString(is.permissions())));
        }
        UserPrincipal me = me();
        if (!is.owner().equals(me)) {
            throw new Unusable(
                    "%s belongs to %s (expected: %s)"
                            .formatted(what, is.owner().getName(), me.getName()));
        }
    }

    private static UserPrincipal me() throws IOException {
        return Files.exists(SELF)
                ? Files.getOwner(SELF)
                : SELF.getFileSystem()
                        .getUserPrincipalLookupService()
                        .lookupPrincipalByName(System.getProperty("user.name"));
    }

    /// Lets no more through than a file may have.
    @Confined("whoever writes")
    private static final class Bounded extends OutputStream {
        private final OutputStream out;
        private long left = MOST_BYTES;

        Bounded(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            left -= length;
            if (left < 0) {
                throw new IOException("more than " + MOST_BYTES + " bytes");
            }
            out.write(bytes, from, length);
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }
    }
}
