package dev.heddle.control.world;

import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.SavedFile;
import dev.heddle.model.Confined;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps worlds over restarts, in the data directory.
///
/// ```
/// state/lock             held by the one control plane that may write here
/// state/version          the last world's [WorldRecord]
/// state/worlds/17        the same for each of the last hundred worlds, or as many as have room
/// state/texts/9f86…      what files said, each text once, under its hash
/// state/reserved         the last number that a world got before it was in force
/// state/statuses         what is kept of statuses: see [StatusBook]
/// ```
///
/// Everything is written before it is pointed to, so a crash at any moment leaves the old state or
/// the new. What cannot be read is said and passed over; numbers go on above every number that can
/// still be seen, so that no two worlds ever share one.
@Confined("world loop")
public final class WorldStore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorldStore.class);
    private static final int KEPT = 100;
    private static final long MOST_BYTES = 256L << 20;
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

    /// Where an earlier run ended.
    ///
    /// @param version 0 when there was none
    /// @param hash of that world; empty when it is not known, so that the next gets a new number
    /// @param files that it was made of, as far as they can still be read
    /// @param highest number that was ever given, also to a world that never came in force
    public record Last(
            long version, String hash, Instant since, List<SavedFile> files, long highest) {
        public Last {
            files = List.copyOf(files);
        }

        /// One after which no number was given.
        public Last(long version, String hash, Instant since, List<SavedFile> files) {
            this(version, hash, since, files, version);
        }
    }

    private static final String STATUSES = "statuses";
    private static final String RESERVED = "reserved";
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    private final Path state;
    private final FileChannel lockFile;
    private final long mostBytes;
    private final TreeMap<Long, Set<String>> textsOf = new TreeMap<>();

    /// About how many bytes each text has that is kept.
    private final Map<String, Long> sizes = new HashMap<>();

    private VersionChange change = VersionChange.UNKNOWN;
    private long kept;
    private @Nullable String trouble;
    private StatusBook book = StatusBook.EMPTY;

    private WorldStore(Path state, FileChannel lockFile, long mostBytes) {
        this.state = state;
        this.lockFile = lockFile;
        this.mostBytes = mostBytes;
    }

    /// Opens the store, and makes it when it is not there.
    ///
    /// @param data the data directory
    /// @throws IOException when it cannot be written, or another control plane holds it
    public static WorldStore open(Path data) throws IOException {
        return open(data, MOST_BYTES);
    }

    /// @param mostBytes of texts of versions; the newest is kept whatever it has
    static WorldStore open(Path data, long mostBytes) throws IOException {
        Path state = data.resolve("state");
        Files.createDirectories(state.resolve("worlds"));
        Files.createDirectories(state.resolve("texts"));
        var lockFile =
                FileChannel.open(
                        state.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (tryLock(lockFile) == null) {
            lockFile.close();
            throw new IOException(
                    "data directory "
                            + data
                            + ": in use by another control plane (stop it, or use another --data)");
        }
        return new WorldStore(state, lockFile, mostBytes);
    }

    private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    /// Reads where an earlier run ended. Called once, before [#keep].
    public Last load() throws IOException {
        var records = new TreeMap<Long, WorldRecord>();
        try (var worlds = Files.newDirectoryStream(state.resolve("worlds"))) {
            for (Path world : worlds) {
                index(world, records);
            }
        }
        Path pointer = state.resolve("version");
        if (Files.exists(pointer)) {
            read(pointer).ifPresent(r -> records.put(r.version(), r));
        }
        if (records.isEmpty()) {
            return new Last(
                    highest(), "", Instant.EPOCH, List.of(), Math.max(highest(), reserved()));
        }
        WorldRecord last = records.lastEntry().getValue();
        change = last.change();
        kept = last.version();
        long version = Math.max(highest(), last.version());
        if (version > last.version()) {
            LOG.error(
                    "{} has lost version {}; going on above it from version {}",
                    state,
                    version,
                    last.version());
        }
        String hash = version == last.version() ? last.hash() : "";
        return new Last(version, hash, last.since(), files(last), Math.max(version, reserved()));
    }

    private long reserved() throws IOException {
        Path file = state.resolve(RESERVED);
        if (Files.exists(file)) {
            String text = Files.readString(file).strip();
            if (NUMBER.matcher(text).matches()) {
                return Long.parseLong(text);
            }
            LOG.error("{} is damaged and passed over", file);
        }
        return 0;
    }

    /// Notes that a world got a number that may never come in force, so that no other gets it.
    void reserve(long number) throws IOException {
        DurableFile.write(state.resolve(RESERVED), number + "\n");
    }

    /// The highest number that a world of this directory ever had, as far as can be seen.
    private long highest() {
        return textsOf.isEmpty() ? 0 : textsOf.lastKey();
    }

    private void index(Path world, Map<Long, WorldRecord> records) throws IOException {
        long version;
        try {
            version = Long.parseLong(world.getFileName().toString());
        } catch (NumberFormatException e) {
            return; // a temporary file of a run that was killed
        }
        var texts = new HashSet<String>();
        Optional<WorldRecord> record = read(world);
        if (record.isPresent()) {
            records.put(version, record.get());
            for (WorldRecord.FileLine line : record.get().files()) {
                texts.add(line.text());
                if (!sizes.containsKey(line.text())) {
                    Path text = state.resolve("texts").resolve(line.text());
                    sizes.put(line.text(), Files.exists(text) ? Files.size(text) : 0);
                }
            }
        }
        textsOf.put(version, texts);
    }

    private static Optional<WorldRecord> read(Path file) throws IOException {
        Optional<WorldRecord> found;
        try {
            found = WorldRecord.parse(Files.readString(file));
        } catch (CharacterCodingException e) {
            found = Optional.empty();
        }
        if (found.isEmpty()) {
            LOG.error("{} is damaged and passed over", file);
        }
        return found;
    }

    private List<SavedFile> files(WorldRecord world) {
        var files = new ArrayList<SavedFile>();
        for (var line : world.files()) {
            text(line.text())
                    .ifPresent(t -> files.add(new SavedFile(line.name(), line.changed(), t)));
        }
        return files;
    }

    private Optional<String> text(String hash) {
        Path file = state.resolve("texts").resolve(hash);
        try {
            String text = Files.readString(file);
            if (HASH.matcher(hash).matches() && ContentHash.of(text).equals(hash)) {
                return Optional.of(text);
            }
            LOG.error("{} is damaged; what it kept is lost", file);
        } catch (IOException e) {
            LOG.error("{} cannot be read; what it kept is lost", file, e);
        }
        return Optional.empty();
    }

    /// What an earlier run knew of statuses; nothing where that cannot be read, so that they begin
    /// anew.
    StatusBook statuses() {
        Path file = state.resolve(STATUSES);
        if (!Files.exists(file)) {
            return StatusBook.EMPTY;
        }
        try {
            Optional<StatusBook> read = StatusBook.parse(Files.readString(file));
            if (read.isPresent()) {
                return read.get();
            }
            LOG.error("{} is damaged and passed over", file);
        } catch (IOException e) {
            LOG.error("{} cannot be read and is passed over", file, e);
        }
        return StatusBook.EMPTY;
    }

    /// Keeps a world. Trouble is said once and does not stop the mesh: what cannot be kept is in
    /// force all the same, and the next world is tried again.
    ///
    /// @param made what made it of the world before; a world that is known keeps what it has
    /// @return what is wrong with the store; empty when nothing is
    Optional<String> keep(Edition edition, VersionChange made) {
        if (edition.version() != kept) {
            change = made;
            kept = edition.version();
        }
        try {
            write(edition);
            if (trouble != null) {
                LOG.info("{} can be written again", state);
            }
            trouble = null;
        } catch (IOException e) {
            if (trouble == null) {
                LOG.error(
                        "{} cannot be written; version {} is in force, but a restart would not"
                                + " know it",
                        state,
                        edition.version(),
                        e);
            }
            trouble = String.valueOf(e.getMessage());
        }
        return Optional.ofNullable(trouble);
    }

    private void write(Edition edition) throws IOException {
        var texts = new HashSet<String>();
        for (ConfigFile file : edition.source().files().values()) {
            String hash = ContentHash.of(file.text());
            Path text = state.resolve("texts").resolve(hash);
            if (texts.add(hash) && !Files.exists(text)) {
                DurableFile.write(text, file.text());
            }
            sizes.put(hash, (long) file.text().length());
        }
        String record = WorldRecord.of(edition, change).print();
        DurableFile.write(
                state.resolve("worlds").resolve(Long.toString(edition.version())), record);
        DurableFile.write(state.resolve("version"), record);
        if (!edition.statuses().equals(book)) {
            DurableFile.write(state.resolve(STATUSES), edition.statuses().print());
            book = edition.statuses();
        }
        textsOf.put(edition.version(), texts);
        forgetOldest();
    }

    private void forgetOldest() throws IOException {
        while (textsOf.size() > KEPT || (textsOf.size() > 1 && bytes() > mostBytes)) {
            var oldest = textsOf.pollFirstEntry();
            DurableFile.delete(state.resolve("worlds").resolve(oldest.getKey().toString()));
            var unused = new HashSet<>(oldest.getValue());
            textsOf.values().forEach(unused::removeAll);
            for (String hash : unused) {
                Files.deleteIfExists(state.resolve("texts").resolve(hash));
                sizes.remove(hash);
            }
        }
    }

    private long bytes() {
        return sizes.values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}
