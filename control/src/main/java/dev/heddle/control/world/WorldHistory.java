package dev.heddle.control.world;

import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.SourceState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Reads the versions that a [WorldStore] keeps. Callable from any thread, while the store writes:
/// what it forgets meanwhile is not there.
public final class WorldHistory {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    private final Path state;

    /// @param data the data directory
    public WorldHistory(Path data) {
        this.state = data.resolve("state");
    }

    /// A version that was in force.
    ///
    /// @param since when it came in force first
    public record Version(long number, Instant since, VersionChange change) {}

    /// The versions that are kept, the newest first.
    public List<Version> versions() throws IOException {
        var versions = new ArrayList<Version>();
        try (var worlds = Files.newDirectoryStream(state.resolve("worlds"))) {
            for (Path world : worlds) {
                if (NUMBER.matcher(world.getFileName().toString()).matches()) {
                    record(world)
                            .ifPresent(r ->
                                    versions.add(new Version(r.version(), r.since(), r.change())));
                }
            }
        }
        versions.sort(Comparator.comparingLong(Version::number).reversed());
        return versions;
    }

    /// The files of a version, those too that the control plane had made itself; empty when it is
    /// not kept, or not as a whole.
    public Optional<SourceState> files(long version) throws IOException {
        Optional<WorldRecord> record =
                record(state.resolve("worlds").resolve(Long.toString(version)));
        if (record.isEmpty()) {
            return Optional.empty();
        }
        var files = new TreeMap<String, ConfigFile>();
        for (WorldRecord.FileLine line : record.get().files()) {
            Optional<String> text = read(state.resolve("texts").resolve(line.text()));
            if (text.filter(t -> ContentHash.of(t).equals(line.text())).isEmpty()) {
                return Optional.empty();
            }
            files.put(line.name(), ConfigFile.of(line.name(), line.changed(), text.get()));
        }
        return Optional.of(new SourceState(files, List.of()));
    }

    private static Optional<WorldRecord> record(Path file) throws IOException {
        return read(file).flatMap(WorldRecord::parse);
    }

    private static Optional<String> read(Path file) throws IOException {
        try {
            return Optional.of(Files.readString(file));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }
}
