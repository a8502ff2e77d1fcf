package dev.heddle.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The checkout that a test runs in.
public final class Repository {
    private static final Set<String> NOT_SOURCES =
            Set.of("target", "node_modules", ".git", ".heddle", "dist");

    private Repository() {}

    /// The root of the checkout: the nearest directory upwards that holds the launcher's build.
    public static Path root() {
        Path start = Path.of("").toAbsolutePath();
        for (Path dir = start; dir != null; dir = dir.getParent()) {
            if (Files.exists(dir.resolve(".mvn")) && Files.exists(dir.resolve("pom.xml"))) {
                return dir;
            }
        }
        throw new IllegalStateException(start + ": not inside a checkout of Heddle");
    }

    /// The cases of other projects, kept beside the checkout (`../shared/cases`, or the directory
    /// in the property `heddle.cases`); empty where they are not, in which case a test skips by
    /// name.
    public static Optional<Path> cases() {
        String set = System.getProperty("heddle.cases", "");
        Path dir = set.isEmpty() ? root().resolveSibling("shared").resolve("cases") : Path.of(set);
        return Files.isDirectory(dir) ? Optional.of(dir) : Optional.empty();
    }

    /// Every file of the checkout that people write, as opposed to what a build makes.
    public static List<Path> sources() {
        try (Stream<Path> all = Files.walk(root())) {
            return all.filter(Files::isRegularFile).filter(Repository::isSource).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSource(Path file) {
        for (Path part : root().relativize(file)) {
            if (NOT_SOURCES.contains(part.toString())) {
                return false;
            }
        }
        return true;
    }
}
