package dev.heddle.control.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;

/// Configuration behind paths, for who reads it once.
public final class ConfigPaths {
    private ConfigPaths() {}

    /// The files of configuration behind a path: the file itself, or those of a directory at any
    /// depth, as the control plane finds them.
    ///
    /// @throws IOException when there is nothing, or something cannot be looked into
    public static List<Path> filesOf(Path path) throws IOException {
        if (Files.isRegularFile(path)) {
            return List.of(path);
        }
        var scan = DirectoryScan.of(path);
        if (!scan.troubles().isEmpty()) {
            throw scan.troubles().firstEntry().getValue();
        }
        return scan.files().keySet().stream().map(path::resolve).toList();
    }

    /// What the files behind paths say.
    ///
    /// @throws IOException as [#filesOf], or when a file cannot be read
    public static SourceState read(List<Path> paths) throws IOException {
        var files = new TreeMap<String, ConfigFile>();
        for (Path path : paths) {
            for (Path file : filesOf(path)) {
                String name = file.toString();
                String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
                var read = ConfigReader.RESOURCES.read(name, text);
                files.put(
                        name,
                        new ConfigFile(
                                name,
                                Files.getLastModifiedTime(file).toInstant(),
                                text,
                                read.resources(),
                                read.findings()));
            }
        }
        return new SourceState(files, List.of());
    }
}
