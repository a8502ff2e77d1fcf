package dev.heddle.proxy.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.testkit.Seed;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Four workers share the connections of an address evenly, whoever accepts them.
class ExactBalanceTest {
    private static final int WORKERS = 4;

    private final List<ListenSocket> listening = new ArrayList<>();
    private final AtomicInteger open = new AtomicInteger();
    private Workers workers;
    private int port;

    /// Tells each client the number of its worker.
    private final class Teller implements WireHandler {
        private final Worker worker;

        Teller(Worker worker, Wire wire) {
            this.worker = worker;
            open.incrementAndGet();
            ByteBuf number = worker.allocator().buffer(1).writeByte('0' + worker.index());
            worker.execute(() -> {
                wire.write(number);
                wire.flush();
            });
        }

        @Override
        public void onBytes(ByteBuf bytes) {
            assertThat(worker.isCurrent()).isTrue();
            bytes.release();
        }

        @Override
        public void onWritable() {}

        @Override
        public void onClosed() {
            open.decrementAndGet();
        }
    }

    @BeforeEach
    void start() throws Exception {
        assumeTrue(Transport.EPOLL.isAvailable(), "epoll");
        workers =
                Workers.start(
                        WORKERS,
                        Transport.EPOLL,
                        InstantSource.system(),
                        _ -> Seed.ofRun().random());
        var balance = new ExactBalance(WORKERS);
        var address =
                Transport.EPOLL.reserve(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        SocketSettings.USUAL);
        port = address.getPort();
        for (Worker worker : workers.all()) {
            var heard = new CompletableFuture<ListenSocket>();
            worker.execute(() ->
                    worker.listen(
                            address,
                            SocketSettings.USUAL,
                            balance,
                            wire -> new Teller(worker, wire),
                            new ListenOutcome() {
                                @Override
                                public void onListening(ListenSocket socket) {
                                    heard.complete(socket);
                                }

                                @Override
                                public void onListenFailed(Throwable cause) {
                                    heard.completeExceptionally(cause);
                                }
                            }));
            listening.add(heard.get(10, TimeUnit.SECONDS));
        }
    }

    @AfterEach
    void stop() {
        if (workers != null) {
            workers.stop();
        }
    }

    private record Client(Socket socket, int worker) {}

    private Client connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        return new Client(socket, socket.getInputStream().read() - '0');
    }

    private static Map<Integer, Integer> counts(List<Client> clients) {
        var counts = new TreeMap<Integer, Integer>();
        clients.forEach(it -> counts.merge(it.worker(), 1, Integer::sum));
        return counts;
    }

    @Test
    void eachWorkerHasAsManyAndWhoLostSomeGetsTheNext() throws Exception {
        var clients = new ArrayList<Client>();
        for (int i = 0; i < 10 * WORKERS; i++) {
            clients.add(connect());
        }
        assertThat(counts(clients)).containsExactlyInAnyOrderEntriesOf(even(10));
        for (Client client : clients) {
            client.socket().getOutputStream().write("x".getBytes(StandardCharsets.US_ASCII));
            if (client.worker() == 2) {
                client.socket().close();
            }
        }
        clients.removeIf(it -> it.worker() == 2);
        awaitOpen(30);
        var next = new ArrayList<Client>();
        for (int i = 0; i < 10; i++) {
            next.add(connect());
        }
        assertThat(counts(next)).containsOnlyKeys(2);
        clients.addAll(next);
        // A worker that stopped listening gets none.
        workers.all().get(1).execute(() -> listening.get(1).close());
        var done = new CompletableFuture<Void>();
        workers.all().get(1).execute(() -> done.complete(null));
        done.get(10, TimeUnit.SECONDS);
        for (int i = 0; i < 9; i++) {
            Client client = connect();
            assertThat(client.worker()).isNotEqualTo(1);
            clients.add(client);
        }
        for (Client client : clients) {
            client.socket().close();
        }
        awaitOpen(0);
    }

    private static Map<Integer, Integer> even(int each) {
        var even = new TreeMap<Integer, Integer>();
        for (int i = 0; i < WORKERS; i++) {
            even.put(i, each);
        }
        return even;
    }

    private void awaitOpen(int wanted) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (open.get() != wanted && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        assertThat(open).hasValue(wanted);
    }
}
