package dev.heddle.telemetry;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A file that many threads write lines to, and none waits for.
///
/// Lines are copied behind each other into chunks: a writer reserves its place by one atomic
/// addition, copies, and says so by another. One thread of its own takes what is there, a batch
/// every [#GATHER_MILLIS] or whenever a chunk is full, and gives the chunk back, so that writing
/// allocates nothing. Beyond a limit of bytes lines are dropped and counted. A line is written
/// whole or not at all. Errors of the disk are counted as drops too: a full disk does not stop
/// traffic.
@Confined("its own thread, but for what is atomic")
public final class AsyncFile implements AutoCloseable {

    /// How long lines are gathered before they are written.
    static final long GATHER_MILLIS = 50;

    private static final int CHUNK_BYTES = 1 << 16;

    /// Lets another thread finish what takes it a few instructions.
    private static final long SHORT_NANOS = 1_000;

    private final String name;
    private final Opener opener;
    private final boolean closesStream;
    private final AtomicBoolean reopens = new AtomicBoolean();
    private final AtomicLong reopenFailed = new AtomicLong();

    /// Of the writer's thread alone, once it runs.
    private OutputStream out;

    private final int maxQueuedBytes;
    private final AtomicReference<Chunk> current;

    /// Full ones, in the order in which they filled.
    private final ConcurrentLinkedQueue<Chunk> full = new ConcurrentLinkedQueue<>();

    /// One that was written and waits for its next use; more are left to the collector.
    private final AtomicReference<@Nullable Chunk> spare = new AtomicReference<>();

    private final AtomicInteger queuedBytes = new AtomicInteger();
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicBoolean idle = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread writer;

    /// Lines, behind each other.
    private static final class Chunk {
        private final byte[] bytes;

        /// Where the next line goes; beyond the end once somebody's line did not fit, or the chunk
        /// was taken to be written.
        private final AtomicInteger reserved = new AtomicInteger();

        /// How much of what was reserved has been copied.
        private final AtomicInteger copied = new AtomicInteger();

        private final AtomicInteger lines = new AtomicInteger();

        /// Where the last line ends, once the chunk is closed.
        private final AtomicInteger end = new AtomicInteger(OPEN);

        private static final int OPEN = -1;

        Chunk(int size) {
            bytes = new byte[size];
        }

        boolean isBegun() {
            return reserved.get() > 0;
        }

        /// Closes it for writers; says whether this call did.
        boolean isClosedNow() {
            return claim(bytes.length + 1) == CLOSED_BY_THIS;
        }

        private static final int CLOSED_BY_THIS = -1;
        private static final int CLOSED = -2;

        /// Reserves room for so many bytes: where they go, or whether this or an earlier call found
        /// that there is none.
        int claim(int length) {
            // The first look keeps the counter of a closed chunk from wrapping around.
            if (reserved.get() > bytes.length) {
                return CLOSED;
            }
            int at = reserved.getAndAdd(length);
            if (at > bytes.length) {
                return CLOSED;
            }
            if (at + length > bytes.length) {
                end.set(at);
                return CLOSED_BY_THIS;
            }
            return at;
        }

        void copy(byte[] from, int length, int at) {
            System.arraycopy(from, 0, bytes, at, length);
            lines.incrementAndGet();
            copied.addAndGet(length);
        }

        /// Waits for those who have reserved and not copied yet, which takes no longer than a copy.
        int awaitEnd() {
            while (end.get() == OPEN || copied.get() < end.get()) {
                LockSupport.parkNanos(this, SHORT_NANOS);
            }
            return end.get();
        }

        void reopen() {
            copied.set(0);
            lines.set(0);
            end.set(OPEN);
            reserved.set(0);
        }
    }

    private interface Opener {
        OutputStream open() throws IOException;
    }

    private AsyncFile(String name, Opener opener, boolean closesStream, int maxQueuedBytes)
            throws IOException {
        if (maxQueuedBytes < 1) {
            throw new IllegalArgumentException(
                    "maxQueuedBytes: " + maxQueuedBytes + " (expected: >= 1)");
        }
        this.name = name;
        this.opener = opener;
        this.out = opener.open();
        this.closesStream = closesStream;
        this.maxQueuedBytes = maxQueuedBytes;
        this.current = new AtomicReference<>(new Chunk(CHUNK_BYTES));
        this.writer = Thread.ofPlatform().daemon().name("log " + name).unstarted(this::run);
    }

    /// Appends to a file, which is made when it is not there.
    ///
    /// @throws IOException when the file cannot be opened for writing
    public static AsyncFile appendingTo(Path path, int maxQueuedBytes) throws IOException {
        Opener opener =
                () ->
                        Files.newOutputStream(
                                path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return started(new AsyncFile(path.toString(), opener, true, maxQueuedBytes));
    }

    /// Writes to a stream that is somebody else's to close, such as standard output.
    public static AsyncFile over(String name, OutputStream out, int maxQueuedBytes) {
        try {
            return started(new AsyncFile(name, () -> out, false, maxQueuedBytes));
        } catch (IOException e) {
            throw new IllegalStateException("a stream that is open", e);
        }
    }

    private static AsyncFile started(AsyncFile file) {
        file.writer.start();
        return file;
    }

    /// Queues a text, its newline included. Any thread; never waits.
    public void write(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        write(bytes, bytes.length);
    }

    /// Queues a text, its newline included. Any thread; never waits.
    public void write(ByteText text) {
        write(text.bytes(), text.length());
    }

    private void write(byte[] bytes, int length) {
        if (closed.get() || queuedBytes.addAndGet(length) > maxQueuedBytes) {
            if (!closed.get()) {
                queuedBytes.addAndGet(-length);
            }
            dropped.incrementAndGet();
            return;
        }
        while (true) {
            Chunk chunk = current.get();
            int at = chunk.claim(length);
            if (at >= 0) {
                chunk.copy(bytes, length, at);
                break;
            }
            if (at == Chunk.CLOSED_BY_THIS) {
                replace(chunk, length);
            }
            // Else another thread is about to put the next chunk there: it may need this core.
            LockSupport.parkNanos(this, SHORT_NANOS);
        }
        if (idle.get() && idle.compareAndSet(true, false)) {
            LockSupport.unpark(writer);
        }
    }

    /// Puts another chunk in the place of one that this thread has closed.
    private void replace(Chunk chunk, int room) {
        Chunk next = room > CHUNK_BYTES ? null : spare.getAndSet(null);
        if (next == null) {
            next = new Chunk(Math.max(CHUNK_BYTES, room));
        }
        full.add(chunk);
        current.set(next);
        LockSupport.unpark(writer);
    }

    /// Has the file opened anew, before the next line is written, for who has moved it away. Any
    /// thread.
    public void reopen() {
        if (closesStream) {
            reopens.set(true);
            LockSupport.unpark(writer);
        }
    }

    /// How often that failed; the old file is gone on with then.
    public long reopenFailed() {
        return reopenFailed.get();
    }

    /// Lines that reached the file.
    public long written() {
        return written.get();
    }

    /// Lines that did not, because the queue was full, the disk failed or the file was closed.
    public long dropped() {
        return dropped.get();
    }

    /// Writes what is queued, for at most two seconds, and stops.
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        LockSupport.unpark(writer);
        try {
            writer.join(2_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return name;
    }

    private void run() {
        while (!closed.get()) {
            if (queuedBytes.get() == 0) {
                awaitLines();
            }
            LockSupport.parkNanos(this, GATHER_MILLIS * 1_000_000);
            writeQueued();
        }
        writeQueued();
        if (closesStream) {
            try {
                out.close();
            } catch (IOException e) {
                dropped.incrementAndGet();
            }
        }
    }

    private void awaitLines() {
        idle.set(true);
        if (queuedBytes.get() == 0 && !closed.get()) {
            LockSupport.park(this);
        }
        idle.set(false);
    }

    /// Writes the full chunks, then what there is of the present one.
    private void writeQueued() {
        if (reopens.compareAndSet(true, false)) {
            openAgain();
        }
        for (Chunk chunk = full.poll(); chunk != null; chunk = full.poll()) {
            write(chunk);
        }
        Chunk present = current.get();
        if (present.isBegun() && present.isClosedNow()) {
            replace(present, 0);
        }
        for (Chunk chunk = full.poll(); chunk != null; chunk = full.poll()) {
            write(chunk);
        }
        // A thread that was held up since it looked for the present chunk may write to this one.
        Chunk waiting = spare.get();
        if (waiting != null && waiting.isBegun() && spare.compareAndSet(waiting, null)) {
            if (waiting.isClosedNow()) {
                write(waiting);
            } else {
                full.add(waiting);
            }
        }
    }

    private void openAgain() {
        try {
            OutputStream next = opener.open();
            OutputStream before = out;
            out = next;
            before.close();
        } catch (IOException e) {
            reopenFailed.incrementAndGet();
        }
    }

    private void write(Chunk chunk) {
        int length = chunk.awaitEnd();
        int lines = chunk.lines.get();
        try {
            out.write(chunk.bytes, 0, length);
            out.flush();
            written.addAndGet(lines);
        } catch (IOException e) {
            dropped.addAndGet(lines);
        }
        queuedBytes.addAndGet(-length);
        if (chunk.bytes.length == CHUNK_BYTES && spare.get() == null) {
            chunk.reopen();
            spare.set(chunk);
        }
    }
}
