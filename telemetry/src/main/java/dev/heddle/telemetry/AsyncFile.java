package dev.heddle.telemetry;

import java.io.BufferedOutputStream;
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
import java.util.concurrent.locks.LockSupport;

/// A file that many threads write lines to, and none waits for.
///
/// Lines queue up to a limit of bytes and are written by one thread of its own, a batch every
/// [#GATHER_MILLIS] at most; beyond the limit they are dropped and counted. A line is written whole
/// or not at all. Errors of the disk are counted as drops too: a full disk does not stop traffic.
public final class AsyncFile implements AutoCloseable {

    /// How long lines are gathered before they are written.
    static final long GATHER_MILLIS = 50;

    private final String name;
    private final OutputStream out;
    private final boolean closesStream;
    private final int maxQueuedBytes;
    private final ConcurrentLinkedQueue<byte[]> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queuedBytes = new AtomicInteger();
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicBoolean idle = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread writer;

    private AsyncFile(String name, OutputStream out, boolean closesStream, int maxQueuedBytes) {
        if (maxQueuedBytes < 1) {
            throw new IllegalArgumentException(
                    "maxQueuedBytes: " + maxQueuedBytes + " (expected: >= 1)");
        }
        this.name = name;
        this.out = new BufferedOutputStream(out, 1 << 16);
        this.closesStream = closesStream;
        this.maxQueuedBytes = maxQueuedBytes;
        this.writer = Thread.ofPlatform().daemon().name("log " + name).unstarted(this::run);
    }

    /// Appends to a file, which is made when it is not there.
    ///
    /// @throws IOException when the file cannot be opened for writing
    public static AsyncFile appendingTo(Path path, int maxQueuedBytes) throws IOException {
        OutputStream out =
                Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return started(new AsyncFile(path.toString(), out, true, maxQueuedBytes));
    }

    /// Writes to a stream that is somebody else's to close, such as standard output.
    public static AsyncFile over(String name, OutputStream out, int maxQueuedBytes) {
        return started(new AsyncFile(name, out, false, maxQueuedBytes));
    }

    private static AsyncFile started(AsyncFile file) {
        file.writer.start();
        return file;
    }

    /// Queues a text, its newline included. Any thread; never waits.
    public void write(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (closed.get() || queuedBytes.addAndGet(bytes.length) > maxQueuedBytes) {
            if (!closed.get()) {
                queuedBytes.addAndGet(-bytes.length);
            }
            dropped.incrementAndGet();
            return;
        }
        queue.add(bytes);
        if (idle.get() && idle.compareAndSet(true, false)) {
            LockSupport.unpark(writer);
        }
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
            if (queue.isEmpty()) {
                awaitLines();
            } else {
                writeQueued();
                LockSupport.parkNanos(this, GATHER_MILLIS * 1_000_000);
            }
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
        if (queue.isEmpty() && !closed.get()) {
            LockSupport.park(this);
        }
        idle.set(false);
    }

    private void writeQueued() {
        long lines = 0;
        try {
            for (byte[] line = queue.poll(); line != null; line = queue.poll()) {
                queuedBytes.addAndGet(-line.length);
                lines++;
                out.write(line);
            }
            out.flush();
            written.addAndGet(lines);
        } catch (IOException e) {
            dropped.addAndGet(lines);
        }
    }
}
