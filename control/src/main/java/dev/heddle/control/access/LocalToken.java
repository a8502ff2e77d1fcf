package dev.heddle.control.access;

import dev.heddle.control.world.DurableFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// The token of `local` in a file that only its owner may read, where the command line looks for
/// it: so a mesh on one's own machine takes no setting up. It stays over crashes and goes with an
/// orderly end.
public final class LocalToken implements Closeable {
    private static final Set<PosixFilePermission> OWNER =
            PosixFilePermissions.fromString("rwx------");

    private final Path file;

    private LocalToken(Path file) {
        this.file = file;
    }

    /// Where the token of the control plane with that port of its API is.
    ///
    /// @param home of the user
    public static Path file(Path home, int port) {
        return home.resolve(".heddle/tokens/local-" + port);
    }

    /// Puts a token there, or takes the one that is.
    ///
    /// @throws IOException when others could read or replace it
    public static LocalToken keep(Accounts accounts, Path file) throws IOException {
        Path directory = Objects.requireNonNull(file.getParent(), "a file stands in a directory");
        if (!Files.exists(directory)) {
            Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(OWNER));
        }
        if (!isOwn(directory)) {
            throw new IOException(
                    "%s is open to others; 'chmod 700 %s' closes it"
                            .formatted(directory, directory));
        }
        if (!read(file).map(accounts::trust).orElse(false)) {
            Files.deleteIfExists(file);
            DurableFile.write(file, accounts.local() + "\n");
        }
        return new LocalToken(file);
    }

    /// The token in a file.
    ///
    /// @return empty when there is none, or others may read it
    public static Optional<String> read(Path file) throws IOException {
        boolean isThere = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
        return isThere && isOwn(file) && Files.size(file) < 1000
                ? Optional.of(Files.readString(file).strip())
                : Optional.empty();
    }

    private static boolean isOwn(Path path) throws IOException {
        return OWNER.containsAll(Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
    }
}
