package dev.heddle.signals.search;

import dev.heddle.xds.Confined;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.IndexWriterConfig.OpenMode;
import org.apache.lucene.index.PointValues;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.NumericUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One part of the index: a directory with a number.
@Confined("signals writer")
final class IndexPart implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IndexPart.class);

    /// Signals in memory until a commit; more are written before.
    private static final double BUFFER_MEGABYTES = 16;

    /// What a commit says of the part: how its fields are made, and when it was begun.
    private static final String SCHEMA = "schema";

    private static final String SCHEMA_NOW = "1";
    private static final String BEGUN = "begun";

    private final Path path;
    private final Directory directory;
    private final Instant begun;
    private Optional<IndexWriter> writer;
    private DirectoryReader reader;
    private long newestMicros;
    private boolean hasSignals;
    private boolean isDirty;

    private IndexPart(
            Path path,
            Directory directory,
            Instant begun,
            Optional<IndexWriter> writer,
            DirectoryReader reader) {
        this.path = path;
        this.directory = directory;
        this.begun = begun;
        this.writer = writer;
        this.reader = reader;
    }

    static boolean isPart(Path path) {
        return path.getFileName().toString().matches("[0-9]{10}");
    }

    static long number(Path path) {
        return Long.parseLong(path.getFileName().toString());
    }

    /// Begins a part.
    static IndexPart create(Path parent, long number, Instant now) throws IOException {
        Path path = parent.resolve(String.format(Locale.ROOT, "%010d", number));
        Directory directory = FSDirectory.open(path);
        var writer = new IndexWriter(directory, writing(OpenMode.CREATE));
        writer.setLiveCommitData(Map.of(SCHEMA, SCHEMA_NOW, BEGUN, now.toString()).entrySet());
        // From now on it can be opened, whatever happens.
        writer.commit();
        return new IndexPart(
                path, directory, now, Optional.of(writer), DirectoryReader.open(writer));
    }

    private static IndexWriterConfig writing(OpenMode mode) {
        return new IndexWriterConfig(new StandardAnalyzer())
                .setOpenMode(mode)
                .setRAMBufferSizeMB(BUFFER_MEGABYTES)
                .setCommitOnClose(true)
                // Merges are done by the thread that writes: there is one, and it is measured.
                .setMergeScheduler(new SerialMergeScheduler());
    }

    /// Goes on with a part of an earlier run, from what was committed last; empty where its fields
    /// are others.
    static Optional<IndexPart> reopen(Path path) throws IOException {
        Directory directory = FSDirectory.open(path);
        try {
            Map<String, String> said;
            long newest;
            boolean hasSignals;
            try (var reader = DirectoryReader.open(directory)) {
                said = reader.getIndexCommit().getUserData();
                newest = newest(reader);
                hasSignals = reader.numDocs() > 0;
            }
            if (!SCHEMA_NOW.equals(said.get(SCHEMA))) {
                directory.close();
                return Optional.empty();
            }
            var writer = new IndexWriter(directory, writing(OpenMode.APPEND));
            var part =
                    new IndexPart(
                            path,
                            directory,
                            Instant.parse(said.getOrDefault(BEGUN, Instant.EPOCH.toString())),
                            Optional.of(writer),
                            DirectoryReader.open(writer));
            part.newestMicros = newest;
            part.hasSignals = hasSignals;
            return Optional.of(part);
        } catch (IOException e) {
            directory.close();
            throw e;
        }
    }

    private static long newest(DirectoryReader reader) throws IOException {
        byte[] newest = PointValues.getMaxPackedValue(reader, Fields.TIME);
        return newest == null ? 0 : NumericUtils.sortableBytesToLong(newest, 0);
    }

    /// Opens a part of an earlier run, as it was committed last.
    static IndexPart openClosed(Path path) throws IOException {
        Directory directory = FSDirectory.open(path);
        try {
            DirectoryReader reader = DirectoryReader.open(directory);
            var part = new IndexPart(path, directory, Instant.EPOCH, Optional.empty(), reader);
            part.newestMicros = newest(reader);
            return part;
        } catch (IOException e) {
            directory.close();
            throw e;
        }
    }

    /// As [#openClosed].
    static IndexPart read(Path path) {
        try {
            return openClosed(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Whether it is written to.
    boolean isWritten() {
        return writer.isPresent();
    }

    void add(Document document, long timeMicros) throws IOException {
        writer.orElseThrow().addDocument(document);
        newestMicros = Math.max(newestMicros, timeMicros);
        hasSignals = true;
        isDirty = true;
    }

    /// @return whether there was anything
    boolean commit() throws IOException {
        if (!isDirty || writer.isEmpty()) {
            return false;
        }
        writer.get().commit();
        isDirty = false;
        DirectoryReader newer = DirectoryReader.openIfChanged(reader, writer.get());
        if (newer != null) {
            reader.close();
            reader = newer;
        }
        return true;
    }

    /// Commits, and writes no more.
    IndexPart closeWriter() throws IOException {
        commit();
        if (writer.isPresent()) {
            writer.get().close();
            writer = Optional.empty();
        }
        return this;
    }

    /// Lets go of what was not committed.
    void abandonWriter() {
        try {
            writer.orElseThrow().rollback();
        } catch (IOException e) {
            LOG.warn("{} could not be closed", path, e);
        }
        writer = Optional.empty();
    }

    DirectoryReader reader() {
        return reader;
    }

    long number() {
        return number(path);
    }

    Instant begun() {
        return begun;
    }

    long newestMicros() {
        return newestMicros;
    }

    boolean hasSignals() {
        return hasSignals;
    }

    /// As many as its files have.
    long bytes() throws IOException {
        long bytes = 0;
        for (String file : directory.listAll()) {
            try {
                bytes += directory.fileLength(file);
            } catch (NoSuchFileException _) {
                // A merge has just made it superfluous.
            }
        }
        return bytes;
    }

    /// Closes it and removes its files. Whoever still reads them keeps them until he is done.
    void delete() {
        try {
            close();
            try (Stream<Path> files = Files.list(path)) {
                for (Path file : files.toList()) {
                    Files.deleteIfExists(file);
                }
            }
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.warn("{} could not be removed", path, e);
        }
    }

    @Override
    public void close() throws IOException {
        reader.close();
        directory.close();
    }
}
