package dev.heddle.e2e.identity;

import dev.heddle.e2e.Answer;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Callers who ask a service through a sidecar for as long as this is open: some over connections
/// that they keep, some over a new one each time, and some with one request that does not end.
final class Load implements AutoCloseable {
    private static final int CALLERS = 5;
    private static final int EACH_PER_SECOND = 100;
    private static final int STREAMS = 10;

    /// Every so many requests a caller makes a new connection.
    private static final int A_CONNECTION = 20;

    private final SecureMesh mesh;
    private final int sidecar;
    private final List<Thread> callers = new ArrayList<>();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger whole = new AtomicInteger();
    private final ConcurrentLinkedQueue<String> lost = new ConcurrentLinkedQueue<>();
    private volatile boolean isOver;

    /// Begins.
    ///
    /// @param sidecar where it takes calls
    Load(SecureMesh mesh, int sidecar) {
        this.mesh = mesh;
        this.sidecar = sidecar;
        for (int i = 0; i < CALLERS; i++) {
            callers.add(Thread.ofVirtual().start(this::ask));
        }
        for (int i = 0; i < STREAMS; i++) {
            callers.add(Thread.ofVirtual().start(this::send));
        }
    }

    private void ask() {
        try (var kept = new KeptSocket()) {
            long next = System.nanoTime();
            for (int i = 0; !isOver; i++) {
                int status =
                        i % A_CONNECTION == 0
                                ? mesh.get(sidecar).map(Answer::status).orElse(0)
                                : SecureMesh.status(kept.socket());
                if (status == 200) {
                    answered.incrementAndGet();
                } else {
                    lost.add("status " + status);
                }
                next += TimeUnit.SECONDS.toNanos(1) / EACH_PER_SECOND;
                pause(next - System.nanoTime());
            }
        } catch (IOException e) {
            lost.add("request: " + e);
        }
    }

    /// A connection that is made once.
    private final class KeptSocket implements AutoCloseable {
        private final Socket socket;

        KeptSocket() throws IOException {
            socket = SecureMesh.connect(sidecar);
        }

        Socket socket() {
            return socket;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private void send() {
        try (Socket socket = SecureMesh.connect(sidecar)) {
            socket.getOutputStream().write(bytes(SecureMesh.UPLOAD));
            while (!isOver) {
                socket.getOutputStream().write(bytes("1\r\nx\r\n"));
                pause(TimeUnit.MILLISECONDS.toNanos(100));
            }
            socket.getOutputStream().write(bytes("0\r\n\r\n"));
            Optional<Answer> answer = SecureMesh.read(socket);
            if (answer.filter(it -> it.status() == 200).isPresent()) {
                whole.incrementAndGet();
            } else {
                lost.add("stream: " + answer);
            }
        } catch (IOException e) {
            lost.add("stream: " + e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static void pause(long nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Ends, and waits for the last answers.
    @Override
    public void close() {
        isOver = true;
        for (Thread caller : callers) {
            try {
                caller.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /// How many requests were answered 200.
    int answered() {
        return answered.get();
    }

    /// Whether each of the long requests was answered 200 in the end.
    boolean isEachStreamWhole() {
        return whole.get() == STREAMS;
    }

    /// What was not answered as it should be.
    List<String> lost() {
        return List.copyOf(lost);
    }
}
