package dev.heddle.control.source;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a walk through a directory tree found: configuration files, directories, and what could not
/// be looked into. Symbolic links are followed, each loop once.
///
/// Configuration is `*.yaml`, `*.yml` and `*.json`. Names that begin with a dot, a tilde or a `#`
/// belong to editors, version control and Kubernetes' mounted ConfigMaps, and are passed over with
/// everything beneath them.
///
/// @param files by name relative to the root
/// @param directories with the identity of what is there, so that a directory that was replaced is
///   noticed
/// @param troubles by the name of the file or directory; the root's name is empty
record DirectoryScan(
        SortedMap<String, FileStamp> files,
        Map<Path, String> directories,
        SortedMap<String, IOException> troubles) {

    private static final int MAX_DEPTH = 16;
    private static final int MAX_ENTRIES = 200_000;

    /// Walks the tree. A root that is not a directory is a trouble, not an exception.
    static DirectoryScan of(Path root) {
        var walk = new Walk(root);
        walk.directory(root, 0, new HashSet<>());
        return new DirectoryScan(walk.files, walk.directories, walk.troubles);
    }

    /// Whether the tree as a whole could not be read.
    boolean lost() {
        return troubles.containsKey("");
    }

    /// Whether a name that the scan did not find may be there nevertheless, because its directory
    /// could not be read.
    boolean hidden(String name) {
        return troubles.keySet().stream()
                .anyMatch(t -> t.isEmpty() || t.equals(name) || name.startsWith(t + "/"));
    }

    static boolean isConfiguration(String fileName) {
        String lower = fileName.toLowerCase(Locale.ROOT);
        return !isPassedOver(fileName)
                && (lower.endsWith(".yaml") || lower.endsWith(".yml") || lower.endsWith(".json"));
    }

    private static boolean isPassedOver(String fileName) {
        return fileName.startsWith(".") || fileName.startsWith("~") || fileName.startsWith("#");
    }

    private static final class Walk {
        private final Path root;
        private final SortedMap<String, FileStamp> files = new TreeMap<>();
        private final Map<Path, String> directories = new HashMap<>();
        private final SortedMap<String, IOException> troubles = new TreeMap<>();

        Walk(Path root) {
            this.root = root;
        }

        private void directory(Path directory, int depth, Set<String> above) {
            try {
                var attributes = Files.readAttributes(directory, BasicFileAttributes.class);
                if (!attributes.isDirectory()) {
                    throw new IOException(directory + " is not a directory");
                }
                String key = Objects.toString(attributes.fileKey(), directory.toString());
                if (!above.add(key)) {
                    return;
                }
                directories.put(directory, key);
                entries(directory, depth, above);
                above.remove(key);
            } catch (NoSuchFileException e) {
                if (depth == 0) {
                    troubles.put("", e);
                }
            } catch (IOException e) {
                troubles.put(name(directory), e);
            }
        }

        private void entries(Path directory, int depth, Set<String> above) throws IOException {
            if (depth > MAX_DEPTH) {
                throw new IOException("deeper than " + MAX_DEPTH + " directories");
            }
            try (var entries = Files.newDirectoryStream(directory)) {
                for (Path entry : entries) {
                    if (!isPassedOver(entry.getFileName().toString())) {
                        entry(entry, depth, above);
                    }
                }
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
        }

        private void entry(Path entry, int depth, Set<String> above) throws IOException {
            if (files.size() + directories.size() > MAX_ENTRIES) {
                throw new IOException("more than " + MAX_ENTRIES + " files and directories");
            }
            try {
                var attributes = Files.readAttributes(entry, BasicFileAttributes.class);
                if (attributes.isDirectory()) {
                    directory(entry, depth + 1, above);
                } else if (attributes.isRegularFile()
                        && isConfiguration(entry.getFileName().toString())) {
                    files.put(name(entry), FileStamp.of(entry, attributes));
                }
            } catch (NoSuchFileException e) {
                // Gone between listing and looking is gone. A link that stays behind is another
                // matter: what it led to may come back.
                if (Files.isSymbolicLink(entry)) {
                    troubles.put(name(entry), e);
                }
            } catch (IOException e) {
                troubles.put(name(entry), e);
            }
        }

        private String name(Path path) {
            return root.relativize(path).toString().replace('\\', '/');
        }
    }
}
