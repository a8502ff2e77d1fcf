package dev.heddle.cli.online;

import dev.heddle.cli.offline.Configuration;
import dev.heddle.cli.text.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The texts behind `-f`.
final class Sources {
    private Sources() {}

    /// @param name as the user knows it
    record Source(String name, String text) {}

    /// Every file behind the given files, directories and `-`.
    static List<Source> read(List<Path> paths, InputStream input) {
        var sources = new ArrayList<Source>();
        for (Path path : paths) {
            try {
                if (path.equals(Configuration.STANDARD_INPUT)) {
                    sources.add(new Source("stdin", utf8(input.readAllBytes())));
                    continue;
                }
                List<Path> files = Configuration.filesOf(path);
                if (files.isEmpty()) {
                    throw Failure.usage(
                            "%s holds no configuration (expected: *.yaml, *.yml or *.json)"
                                    .formatted(path),
                            "name files or directories of YAML, or '-' for standard input");
                }
                for (Path file : files) {
                    sources.add(new Source(file.toString(), utf8(Files.readAllBytes(file))));
                }
            } catch (IOException e) {
                throw Failure.of("%s cannot be read: %s".formatted(path, e.getMessage()), "");
            }
        }
        return sources;
    }

    private static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
