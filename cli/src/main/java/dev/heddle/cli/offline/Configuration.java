package dev.heddle.cli.offline;

import dev.heddle.cli.text.Failure;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.ConfigPaths;
import dev.heddle.control.source.SourceState;
import dev.heddle.control.world.Edition;
import dev.heddle.control.world.WorldBuilder;
import dev.heddle.model.Resource;
import dev.heddle.model.codec.ResourceReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Reads configuration from files and directories into a world, as the control plane would.
public final class Configuration {
    /// The path that stands for standard input.
    public static final Path STANDARD_INPUT = Path.of("-");

    /// Those of a control plane that nobody has told otherwise: it keeps signals.
    public static final MeshSettings SETTINGS = MeshSettings.DEFAULT.keepingSignals();

    /// What findings call it.
    public static final String STDIN = "stdin";

    private Configuration() {}

    /// The texts of files, by what findings call them.
    ///
    /// @param changed when each came into being
    public record Texts(SortedMap<String, String> texts, Map<String, Instant> changed) {
        public Texts {
            texts = Collections.unmodifiableSortedMap(new TreeMap<>(texts));
            changed = Map.copyOf(changed);
        }

        /// These with another text of one file.
        public Texts with(String file, String text) {
            var other = new TreeMap<>(texts);
            other.put(file, text);
            return new Texts(other, changed);
        }
    }

    /// What was read.
    ///
    /// @param files with everything in them that can be in force
    /// @param flawed resources with mistakes of their own, as far as they could be read
    public record Read(SortedMap<String, ConfigFile> files, List<Resource<?>> flawed) {}

    /// The world of the given files and directories, with what is wrong with it.
    ///
    /// In a directory, every `*.yaml`, `*.yml` and `*.json` counts, at any depth; names that begin
    /// with a dot, a tilde or a `#` do not, with everything beneath them.
    ///
    /// @param input for `-`
    /// @throws Failure when a path is not there or cannot be read
    public static Edition read(List<Path> paths, InputStream input) {
        return WorldBuilder.first(
                new SourceState(read(texts(paths, input)).files(), List.of()),
                SETTINGS,
                Instant.EPOCH);
    }

    /// The texts of the given files and directories.
    ///
    /// @throws Failure when a path is not there or cannot be read
    public static Texts texts(List<Path> paths, InputStream input) {
        var texts = new TreeMap<String, String>();
        var changed = new HashMap<String, Instant>();
        for (Path path : paths) {
            if (path.equals(STANDARD_INPUT)) {
                texts.put(STDIN, text(input));
                continue;
            }
            for (Path file : filesOf(path)) {
                read(file, texts, changed);
            }
        }
        return new Texts(texts, changed);
    }

    /// What the texts say.
    public static Read read(Texts texts) {
        var files = new TreeMap<String, ConfigFile>();
        var flawed = new ArrayList<Resource<?>>();
        texts.texts()
                .forEach((name, text) -> {
                    var parsed = ResourceReader.read(name, text);
                    flawed.addAll(parsed.flawed());
                    files.put(
                            name,
                            new ConfigFile(
                                    name,
                                    texts.changed().getOrDefault(name, Instant.EPOCH),
                                    text,
                                    parsed.resources(),
                                    parsed.diagnostics()));
                });
        return new Read(files, List.copyOf(flawed));
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
        try {
            return ConfigPaths.filesOf(path);
        } catch (IOException e) {
            throw Failure.of("%s cannot be read: %s".formatted(path, e.getMessage()), "");
        }
    }

    private static void read(Path path, Map<String, String> texts, Map<String, Instant> changed) {
        try {
            texts.put(
                    path.toString(), new String(Files.readAllBytes(path), StandardCharsets.UTF_8));
            changed.put(path.toString(), Files.getLastModifiedTime(path).toInstant());
        } catch (IOException e) {
            throw Failure.of("%s cannot be read: %s".formatted(path, e.getMessage()), "");
        }
    }

    private static String text(InputStream input) {
        try {
            return new String(input.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw Failure.of("standard input cannot be read: " + e.getMessage(), "");
        }
    }
}
