package dev.heddle.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// One case, one directory, three readers: the compiler must produce it, the proxy must accept it,
/// and traffic must behave as it says.
///
/// ```
///   golden/route-by-header/
///     case.yaml          why this case exists; the proxy's scope
///     input/*.yaml       what a user would apply
///     plan.txt           the IR, printed stably
///     xds/*.yaml         the resources as Envoy reads them
///     diagnostics.txt    what the user is told
///     calls.yaml         what requests meet
/// ```
///
/// @param directory of the case
/// @param options what `case.yaml` says
public record GoldenCase(Path directory, Map<String, Object> options) {
    private static final boolean BLESS = Boolean.getBoolean("heddle.bless");

    /// What names of cases begin with that somebody wants to see alone: `-Dheddle.golden=gateway-`.
    private static final String ONLY = System.getProperty("heddle.golden", "");

    /// Every case of the checkout, ordered by name.
    public static List<GoldenCase> all() {
        Path golden = Repository.root().resolve("golden");
        if (!Files.isDirectory(golden)) {
            return List.of();
        }
        try (Stream<Path> dirs = Files.list(golden)) {
            return dirs.filter(Files::isDirectory)
                    .filter(dir -> dir.getFileName().toString().startsWith(ONLY))
                    .sorted()
                    .map(GoldenCase::at)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The case in a directory, which may be one that a test has made.
    public static GoldenCase at(Path directory) {
        Object yaml = yaml(directory.resolve("case.yaml"));
        if (!(yaml instanceof Map<?, ?> map) || !(map.get("why") instanceof String)) {
            throw new AssertionError(
                    directory.getFileName() + "/case.yaml: no 'why' (expected: one sentence)");
        }
        @SuppressWarnings(
                "unchecked") // keys of a YAML mapping with a 'why' are our own option names
        var options = (Map<String, Object>) map;
        return new GoldenCase(directory, options);
    }

    /// The case's name, which is its directory's.
    public String name() {
        return directory.getFileName().toString();
    }

    /// Why the case exists.
    public String why() {
        return String.valueOf(options.get("why"));
    }

    /// Whether the case is about a control plane that keeps what proxies tell it.
    public boolean keepsSignals() {
        return Boolean.TRUE.equals(options.get("signals"));
    }

    /// The files that a user would apply, ordered by name.
    public List<Path> inputs() {
        try (Stream<Path> files = Files.list(directory.resolve("input"))) {
            return files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What one of the case's YAML files says, as maps, lists and scalars; empty when it isn't
    /// there.
    public Optional<Object> yamlFile(String file) {
        Path path = directory.resolve(file);
        return Files.exists(path) ? Optional.of(yaml(path)) : Optional.empty();
    }

    /// Compares what was made with what the case's files say, and fails with a readable difference.
    /// With the property `heddle.bless` it writes the files instead and deletes those that nobody
    /// makes any more, so that the difference is read in the review.
    ///
    /// @param outputs text by file name, as in `xds/routes.yaml`; an empty text means no file
    /// @param owned folders and files of the case that only this reader writes
    public void expect(Map<String, String> outputs, Set<String> owned) {
        var problems = new ArrayList<String>();
        outputs.forEach((file, actual) -> expectFile(file, actual, problems));
        var wanted = new TreeSet<String>();
        outputs.forEach((file, text) -> wanted.add(text.isEmpty() ? "" : file));
        for (String stale : ownedFiles(owned)) {
            if (!wanted.contains(stale)) {
                remove(stale, problems);
            }
        }
        if (!problems.isEmpty()) {
            throw new AssertionError(
                    "golden case '"
                            + name()
                            + "' ("
                            + why()
                            + ")\n"
                            + String.join("\n", problems)
                            + "\naccept with: ./heddle test --bless");
        }
    }

    private void expectFile(String file, String actual, List<String> problems) {
        Path path = directory.resolve(file);
        try {
            String expected = Files.exists(path) ? Files.readString(path) : "";
            if (expected.equals(actual)) {
                return;
            }
            if (!BLESS) {
                problems.add(GoldenDiff.of(file, expected, actual));
            } else if (!actual.isEmpty()) {
                Files.createDirectories(path.getParent());
                Files.writeString(path, actual);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void remove(String file, List<String> problems) {
        if (!BLESS) {
            problems.add(file + ": is there, but nothing produces it any more");
            return;
        }
        try {
            Files.delete(directory.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> ownedFiles(Set<String> owned) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(f -> directory.relativize(f).toString())
                    .filter(f -> owned.stream().anyMatch(o -> f.equals(o) || f.startsWith(o + "/")))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Object yaml(Path file) {
        try {
            Object value =
                    new Load(LoadSettings.builder().setLabel(file.toString()).build())
                            .loadFromString(Files.readString(file));
            return value == null ? Map.of() : value;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return name();
    }
}
