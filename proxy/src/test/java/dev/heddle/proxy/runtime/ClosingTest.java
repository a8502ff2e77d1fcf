package dev.heddle.proxy.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.testkit.Seed;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What becomes of a connection that is closed while the other side has not taken everything.
class ClosingTest {
    /// More than the buffers of two sockets hold.
    private static final int MUCH = 32 << 20;

    private final CountDownLatch closed = new CountDownLatch(1);
    private Optional<Workers> running = Optional.empty();

    @AfterEach
    void stop() {
        running.ifPresent(Workers::stop);
    }

    /// Says much to whoever comes, and closes.
    private Socket open(Transport transport) throws Exception {
        assumeTrue(transport.isAvailable(), transport + " is not available here");
        Workers workers =
                Workers.start(1, transport, InstantSource.system(), _ -> Seed.ofRun().random());
        running = Optional.of(workers);
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
                            return new Hearing();
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
        return socket;
    }

    private final class Hearing implements WireHandler {
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

    @ParameterizedTest
    @EnumSource(names = "LOCAL", mode = EnumSource.Mode.EXCLUDE)
    void whoTakesNothingIsCutOff(Transport transport) throws Exception {
        try (Socket _ = open(transport)) {
            assertThat(closed.await(WorkerWire.CLOSING_NANOS / 2, TimeUnit.NANOSECONDS)).isFalse();
            assertThat(closed.await(4 * WorkerWire.CLOSING_NANOS, TimeUnit.NANOSECONDS)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(names = "LOCAL", mode = EnumSource.Mode.EXCLUDE)
    void whoTakesItsTimeGetsEverything(Transport transport) throws Exception {
        try (Socket socket = open(transport)) {
            assertThat(slowly(socket)).isEqualTo(MUCH);
            assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    /// Over a longer time than a close waits for one that takes nothing.
    private static long slowly(Socket socket) throws IOException, InterruptedException {
        long taken = 0;
        for (int pause = 0; pause < 4; pause++) {
            taken += socket.getInputStream().readNBytes(MUCH / 8).length;
            TimeUnit.NANOSECONDS.sleep(WorkerWire.CLOSING_NANOS / 3);
        }
        return taken + socket.getInputStream().readAllBytes().length;
    }
}
