package dev.heddle.signals.search;

import dev.heddle.signals.record.Signal;
import dev.heddle.xds.Confined;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.MultiReader;
import org.apache.lucene.search.FieldDoc;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.util.BytesRef;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logs and spans in parts, each an index of Lucene in a directory of its own. The newest part is
/// written to; a part that is full or old enough is closed, and goes as a whole when all of it is
/// too old, or when all together are too large.
///
/// ```
///   add ──▶ the newest part ──commit, each second──▶ safe, and found
///                 └──full, or old enough──▶ closed ──too old, too much──▶ gone
/// ```
///
/// What was not committed is lost with the process. A part that cannot be opened is put aside.
@Confined("signals writer")
public final class SignalIndex implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SignalIndex.class);

    /// Where Lucene says at each start that it could search vectors faster, of which there are
    /// none.
    private static final java.util.logging.Logger OF_VECTORS =
            java.util.logging.Logger.getLogger(
                    "org.apache.lucene.internal.vectorization.VectorizationProvider");

    private static final Sort NEWEST_FIRST =
            new Sort(
                    new SortField(Fields.TIME, SortField.Type.LONG, true),
                    new SortField(Fields.ORDER, SortField.Type.LONG, true));

    /// What is kept.
    ///
    /// @param age of the oldest signal
    /// @param bytes of all parts
    /// @param parts of how many parts it is made, at least 2: so much goes at once
    public record Limits(Duration age, long bytes, int parts) {
        /// Three days, 1 GiB.
        public static final Limits USUAL = new Limits(Duration.ofDays(3), 1L << 30, 16);

        public Limits {
            if (parts < 2) {
                throw new IllegalArgumentException("parts: " + parts + " (expected: >= 2)");
            }
        }
    }

    private final Path directory;
    private final Limits limits;
    private final List<IndexPart> closed = new ArrayList<>();
    private IndexPart current;
    private long order;

    /// What readers read. The only field that they touch.
    private final AtomicReference<List<DirectoryReader>> readers = new AtomicReference<>(List.of());

    private SignalIndex(Path directory, Limits limits, IndexPart current, long order) {
        this.directory = directory;
        this.limits = limits;
        this.current = current;
        this.order = order;
    }

    /// Opens what is there, or begins anew.
    ///
    /// @param now begins the newest part; also what later signals are ordered by
    /// @throws IOException when the directory cannot be used
    public static SignalIndex open(Path directory, Limits limits, Instant now) throws IOException {
        Files.createDirectories(directory);
        OF_VECTORS.setLevel(Level.OFF);
        var old = new ArrayList<IndexPart>();
        List<Path> there = parts(directory);
        for (Path part : there) {
            boolean isLast = part.equals(there.getLast());
            try {
                old.add(
                        isLast
                                ? IndexPart.reopen(part).orElseGet(() -> IndexPart.read(part))
                                : IndexPart.openClosed(part));
            } catch (LockObtainFailedException e) {
                throw new IOException(
                        part + ": another process writes there; is a control plane running?", e);
            } catch (IOException | UncheckedIOException e) {
                Path aside = part.resolveSibling("damaged-" + part.getFileName());
                LOG.error("{} cannot be read and is put aside as {}", part, aside, e);
                Files.move(part, aside);
            }
        }
        long next = there.isEmpty() ? 1 : IndexPart.number(there.getLast()) + 1;
        boolean goesOn = !old.isEmpty() && old.getLast().isWritten();
        var index =
                new SignalIndex(
                        directory,
                        limits,
                        goesOn ? old.removeLast() : IndexPart.create(directory, next, now),
                        now.toEpochMilli() * 1_000);
        index.closed.addAll(old);
        index.tidy(now);
        return index;
    }

    private static List<Path> parts(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(IndexPart::isPart).sorted().toList();
        }
    }

    /// Adds a signal, to be found after the next commit.
    ///
    /// @throws IOException when it cannot be written
    public void add(Signal signal) throws IOException {
        current.add(Fields.document(signal, order++), signal.timeMicros());
    }

    /// Has all that was added be safe, and found.
    ///
    /// @throws IOException when it cannot be written
    public void commit() throws IOException {
        if (current.commit()) {
            publish();
        }
    }

    /// Begins another part in place of one that cannot be written any more. What that one had
    /// committed stays.
    ///
    /// @throws IOException when that cannot be written either
    public void restart(Instant now) throws IOException {
        IndexPart broken = current;
        current = IndexPart.create(directory, broken.number() + 1, now);
        broken.abandonWriter();
        closed.add(broken);
        publish();
    }

    /// Closes the newest part if it is full or old enough, and drops parts that are too old or too
    /// much. Returns at once where nothing is to be done.
    ///
    /// @throws IOException when a new part cannot be begun
    public void tidy(Instant now) throws IOException {
        Duration longest = limits.age.dividedBy(limits.parts);
        boolean isFull = current.bytes() > limits.bytes / limits.parts;
        boolean isOld = current.begun().plus(longest).isBefore(now);
        if (current.hasSignals() && (isFull || isOld)) {
            closed.add(current.closeWriter());
            current = IndexPart.create(directory, current.number() + 1, now);
        }
        long oldest = now.minus(limits.age).toEpochMilli() * 1_000;
        long bytes = current.bytes();
        for (IndexPart part : closed) {
            bytes += part.bytes();
        }
        var gone = new ArrayList<IndexPart>();
        for (IndexPart part : closed) {
            if (part.newestMicros() < oldest || bytes > limits.bytes) {
                bytes -= part.bytes();
                gone.add(part);
            }
        }
        closed.removeAll(gone);
        publish();
        for (IndexPart part : gone) {
            part.delete();
        }
    }

    private void publish() {
        var all = new ArrayList<DirectoryReader>();
        for (IndexPart part : closed) {
            all.add(part.reader());
        }
        all.add(current.reader());
        readers.set(List.copyOf(all));
    }

    /// How many bytes all parts have.
    public long bytes() throws IOException {
        long bytes = current.bytes();
        for (IndexPart part : closed) {
            bytes += part.bytes();
        }
        return bytes;
    }

    /// How many signals can be found. Callable from any thread.
    public long size() {
        return readers.get().stream().mapToLong(IndexReader::numDocs).sum();
    }

    /// What is found, the newest first. Callable from any thread.
    public Found find(Search search) {
        var open = new ArrayList<IndexReader>();
        try {
            for (DirectoryReader reader : readers.get()) {
                // One that is gone by now holds what is too old.
                if (reader.tryIncRef()) {
                    open.add(reader);
                }
            }
            return find(search, open);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            open.forEach(SignalIndex::release);
        }
    }

    private static void release(IndexReader reader) {
        try {
            reader.decRef();
        } catch (IOException e) {
            LOG.warn("a part was not closed properly", e);
        }
    }

    private static Found find(Search search, List<IndexReader> open) throws IOException {
        if (open.isEmpty()) {
            return Found.NOTHING;
        }
        // The readers are closed by whoever opened them.
        @SuppressWarnings("resource") // see above
        var all = new MultiReader(open.toArray(IndexReader[]::new), false);
        var searcher = new IndexSearcher(all);
        FieldDoc after =
                search.after()
                        .map(it ->
                                new FieldDoc(
                                        Math.max(0, all.maxDoc() - 1),
                                        0,
                                        new Object[] {it.timeMicros(), it.order()}))
                        .orElse(null);
        int wanted = search.limit() + 1;
        TopDocs top =
                after == null
                        ? searcher.search(Queries.of(search), wanted, NEWEST_FIRST)
                        : searcher.searchAfter(after, Queries.of(search), wanted, NEWEST_FIRST);
        var signals = new ArrayList<Signal>();
        Optional<Search.Cursor> next = Optional.empty();
        var stored = searcher.storedFields();
        for (ScoreDoc hit : top.scoreDocs) {
            if (signals.size() == search.limit()) {
                next = Optional.of(cursor(top.scoreDocs[signals.size() - 1]));
                break;
            }
            BytesRef bytes = stored.document(hit.doc).getBinaryValue(Fields.BYTES);
            signals.add(SignalBytes.read(bytes.bytes, bytes.offset, bytes.length));
        }
        return new Found(signals, next);
    }

    private static Search.Cursor cursor(ScoreDoc hit) {
        if (hit instanceof FieldDoc sorted
                && sorted.fields[0] instanceof Long time
                && sorted.fields[1] instanceof Long order) {
            return new Search.Cursor(time, order);
        }
        throw new AssertionError("a hit without what it is sorted by");
    }

    @Override
    public void close() {
        readers.set(List.of());
        try {
            current.commit();
            current.closeWriter().close();
            for (IndexPart part : closed) {
                part.close();
            }
        } catch (IOException e) {
            LOG.warn("{} was not closed properly", directory, e);
        }
    }
}
