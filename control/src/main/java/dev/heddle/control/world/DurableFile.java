package dev.heddle.control.world;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// Files that a crash leaves either as they were or as they shall be. Only their owner may read
/// them, as there may be Secrets in them.
public final class DurableFile {
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private DurableFile() {}

    /// Replaces a file's content. When this returns, the content survives a power cut; when it
    /// throws, the old content is still there.
    public static void write(Path file, String text) throws IOException {
        commit(stage(file, text), file);
    }

    /// Makes a content safe beside its file, under a hidden name.
    ///
    /// @return that, for [#commit]
    static Path stage(Path file, String text) throws IOException {
        Path next = directory(file).resolve("." + file.getFileName() + ".tmp");
        try (var out =
                FileChannel.open(
                        next,
                        Set.of(
                                StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING,
                                StandardOpenOption.WRITE),
                        OWNER_ONLY)) {
            var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        } catch (IOException e) {
            Files.deleteIfExists(next);
            throw e;
        }
        return next;
    }

    /// Puts in a file's place what was staged for it.
    static void commit(Path staged, Path file) throws IOException {
        Files.move(
                staged, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        sync(directory(file));
    }

    /// Deletes a file, durably.
    ///
    /// @return whether it was there
    public static boolean delete(Path file) throws IOException {
        boolean was = Files.deleteIfExists(file);
        if (was) {
            sync(directory(file));
        }
        return was;
    }

    private static Path directory(Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IOException(file + " is not a file");
        }
        return directory;
    }

    /// A rename is durable once its directory is.
    private static void sync(Path directory) throws IOException {
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
