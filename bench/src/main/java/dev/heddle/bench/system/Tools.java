package dev.heddle.bench.system;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Programs of the system that a run uses, and how to get those that are missing.
///
/// @param places directories to look in, best first
/// @param known programs that are known by their names, before any place is looked at
public record Tools(List<Path> places, Map<String, Path> known) {
    /// Where daemons are installed, which is not on everybody's path.
    private static final List<String> MORE_PLACES = List.of("/usr/sbin", "/usr/local/sbin");

    private static final Map<String, String> PACKAGES =
            Map.of(
                    "cc", "apt install gcc libc6-dev",
                    "haproxy", "apt install haproxy",
                    "nginx", "apt install nginx",
                    "h2load", "apt install nghttp2-client",
                    "openssl", "apt install openssl",
                    "perf", "apt install linux-perf",
                    "envoy", "set HEDDLE_ENVOY, or run bin/find-envoy, which fetches one",
                    "jcmd", "set JAVA_HOME to a JDK, not a JRE");

    public Tools {
        places = List.copyOf(places);
        known = Map.copyOf(known);
    }

    /// Looks where the variable PATH says.
    public static Tools onPath(String path) {
        return new Tools(
                Stream.concat(Arrays.stream(path.split(":", -1)), MORE_PLACES.stream())
                        .filter(place -> !place.isEmpty())
                        .map(Path::of)
                        .distinct()
                        .toList(),
                Map.of());
    }

    /// The same, with one program known by its name.
    public Tools where(String name, Path program) {
        var more = new HashMap<>(known);
        more.put(name, program);
        return new Tools(places, more);
    }

    /// Finds a program.
    public Optional<Path> find(String name) {
        return Stream.concat(
                        Optional.ofNullable(known.get(name)).stream(),
                        places.stream().map(place -> place.resolve(name)))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    /// Why something was not run that needs a program, and how to get it.
    public static String missing(String name) {
        return "not run: no %s (%s)"
                .formatted(name, PACKAGES.getOrDefault(name, "install " + name));
    }
}
