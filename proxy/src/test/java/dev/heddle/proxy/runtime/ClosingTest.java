package dev.heddle.proxy.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.testkit.Seed;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What becomes of a connection that is closed while the other side has not taken everything.
class ClosingTest {
    /// More than the buffers of two sockets hold.
    private static final int MUCH = 32 << 20;

    private final List<Workers> running = new ArrayList<>();

    @AfterEach
    void stop() {
        running.forEach(Workers::stop);
    }

    /// A connection to somebody who says much to whoever comes, and closes.
    ///
    /// @param closed done once it has
    private record Told(Transport transport, Socket socket, CountDownLatch closed) {}

    /// One over each transport, at the same time, as what is looked at takes its time.
    private List<Told> open() throws Exception {
        var all = new ArrayList<Told>();
        for (Transport transport : Transport.values()) {
            if (transport != Transport.LOCAL) {
                all.add(open(transport));
            }
        }
        return all;
    }

    private Told open(Transport transport) throws Exception {
        assumeTrue(transport.isAvailable(), transport + " is not available here");
        var closed = new CountDownLatch(1);
        Workers workers =
                Workers.start(1, transport, InstantSource.system(), _ -> Seed.ofRun().random());
        running.add(workers);
        Worker worker = workers.all().getFirst();
        var listening = new CompletableFuture<InetSocketAddress>();
        InetSocketAddress any =
                transport.reserve(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        SocketSettings.USUAL);
        worker.execute(() ->
                worker.listen(
                        any,
                        wire -> {
                            worker.execute(() -> {
                                wire.write(worker.allocator().directBuffer(MUCH).writeZero(MUCH));
                                wire.close();
                            });
                            return new Hearing(closed);
                        },
                        new ListenOutcome() {
                            @Override
                            public void onListening(ListenSocket socket) {
                                listening.complete(any);
                            }

                            @Override
                            public void onListenFailed(Throwable cause) {
                                listening.completeExceptionally(cause);
                            }
                        }));
        var socket = new Socket();
        socket.connect(listening.get(10, TimeUnit.SECONDS));
        socket.setSoTimeout(30_000);
        return new Told(transport, socket, closed);
    }

    private record Hearing(CountDownLatch closed) implements WireHandler {
        @Override
        public void onBytes(ByteBuf bytes) {
            bytes.release();
        }

        @Override
        public void onWritable() {
            // It says no more.
        }

        @Override
        public void onEnd() {
            // It may.
        }

        @Override
        public void onClosed() {
            closed.countDown();
        }
    }

    @Test
    void whoTakesNothingIsCutOff() throws Exception {
        List<Told> all = open();
        TimeUnit.NANOSECONDS.sleep(WorkerWire.CLOSING_NANOS / 2);
        for (Told told : all) {
            assertThat(told.closed().getCount()).as("%s", told.transport()).isEqualTo(1);
        }
        for (Told told : all) {
            assertThat(told.closed().await(4 * WorkerWire.CLOSING_NANOS, TimeUnit.NANOSECONDS))
                    .as("%s", told.transport())
                    .isTrue();
            told.socket().close();
        }
    }

    /// Over a longer time than a close waits for one that takes nothing.
    @Test
    void whoTakesItsTimeGetsEverything() throws Exception {
        List<Told> all = open();
        for (int pause = 0; pause < 4; pause++) {
            for (Told told : all) {
                assertThat(told.socket().getInputStream().readNBytes(MUCH / 8)).hasSize(MUCH / 8);
            }
            TimeUnit.NANOSECONDS.sleep(WorkerWire.CLOSING_NANOS / 3);
        }
        for (Told told : all) {
            assertThat(told.socket().getInputStream().readAllBytes())
                    .as("%s", told.transport())
                    .hasSize(MUCH / 2);
            assertThat(told.closed().await(10, TimeUnit.SECONDS)).isTrue();
            told.socket().close();
        }
    }
}
