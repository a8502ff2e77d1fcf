package dev.heddle.cli.offline;

import dev.heddle.cli.text.Failure;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.SourceState;
import dev.heddle.control.world.Edition;
import dev.heddle.control.world.WorldBuilder;
import dev.heddle.model.codec.ResourceReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Reads configuration from files and directories into a world, as the control plane would.
public final class Configuration {
    /// The path that stands for standard input.
    public static final Path STANDARD_INPUT = Path.of("-");

    private Configuration() {}

    /// The world of the given files and directories, with what is wrong with it.
    ///
    /// In a directory, every `*.yaml`, `*.yml` and `*.json` counts, at any depth; names that begin
    /// with a dot, a tilde or a `#` do not, with everything beneath them.
    ///
    /// @param input for `-`
    /// @throws Failure when a path is not there or cannot be read
    public static Edition read(List<Path> paths, InputStream input) {
        var files = new TreeMap<String, ConfigFile>();
        for (Path path : paths) {
            if (path.equals(STANDARD_INPUT)) {
                files.put("stdin", file("stdin", text(input), Instant.EPOCH));
                continue;
            }
            for (Path file : filesOf(path)) {
                files.put(file.toString(), file(file));
            }
        }
        return WorldBuilder.first(
                new SourceState(files, List.of()), MeshSettings.DEFAULT, Instant.EPOCH);
    }

    /// The files of configuration behind a path: the file itself, or those of a directory.
    ///
    /// @throws Failure when there is none
    public static List<Path> filesOf(Path path) {
        if (Files.isRegularFile(path)) {
            return List.of(path);
        }
        if (!Files.isDirectory(path)) {
            throw Failure.usage(
                    path + ": there is no such file or directory",
                    "name files or directories of YAML, or '-' for standard input");
        }
        var found = new ArrayList<Path>();
        collect(path, found);
        return found;
    }

    private static void collect(Path directory, List<Path> found) {
        List<Path> entries;
        try (Stream<Path> listed = Files.list(directory)) {
            entries = listed.sorted().toList();
        } catch (IOException e) {
            throw Failure.of("%s cannot be read: %s".formatted(directory, e.getMessage()), "");
        }
        for (Path entry : entries) {
            String name = entry.getFileName().toString();
            if (name.startsWith(".") || name.startsWith("~") || name.startsWith("#")) {
                continue;
            }
            if (Files.isDirectory(entry)) {
                collect(entry, found);
            } else if (isConfiguration(name)) {
                found.add(entry);
            }
        }
    }

    private static boolean isConfiguration(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".yaml") || lower.endsWith(".yml") || lower.endsWith(".json");
    }

    private static ConfigFile file(Path path) {
        try {
            return file(
                    path.toString(),
                    new String(Files.readAllBytes(path), StandardCharsets.UTF_8),
                    Files.getLastModifiedTime(path).toInstant());
        } catch (IOException e) {
            throw Failure.of("%s cannot be read: %s".formatted(path, e.getMessage()), "");
        }
    }

    private static ConfigFile file(String name, String text, Instant changed) {
        var parsed = ResourceReader.read(name, text);
        return new ConfigFile(name, changed, text, parsed.resources(), parsed.diagnostics());
    }

    private static String text(InputStream input) {
        try {
            return new String(input.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw Failure.of("standard input cannot be read: " + e.getMessage(), "");
        }
    }
}
