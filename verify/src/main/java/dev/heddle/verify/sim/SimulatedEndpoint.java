package dev.heddle.verify.sim;

import dev.heddle.model.Confined;
import dev.heddle.model.verify.MeshTest.Phase;
import dev.heddle.proxy.runtime.ListenOutcome;
import dev.heddle.proxy.runtime.ListenSocket;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.runtime.Worker;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// An endpoint that answers over HTTP/1.1, or misbehaves as its phases say.
@Confined("one thread")
final class SimulatedEndpoint implements ListenOutcome {
    /// What answers say whose they are by.
    static final String NAME = "x-simulated-endpoint";

    private final VirtualLoop loop;
    private final String name;
    private final List<Phase> phases;
    private final RandomGenerator random;
    private final long startNanos;
    private int requests;
    private boolean wasSpokenToInHttp2;

    SimulatedEndpoint(
            VirtualLoop loop,
            Worker worker,
            String name,
            InetSocketAddress address,
            List<Phase> phases) {
        this.loop = loop;
        this.name = name;
        this.phases = List.copyOf(phases);
        this.random = worker.random();
        this.startNanos = loop.nanos();
        worker.execute(() -> worker.listen(address, Connection::new, this));
    }

    String name() {
        return name;
    }

    /// How many requests it got.
    int requests() {
        return requests;
    }

    /// Whether somebody wanted what it cannot do.
    boolean wasSpokenToInHttp2() {
        return wasSpokenToInHttp2;
    }

    @Override
    public void onListening(ListenSocket socket) {}

    @Override
    public void onListenFailed(Throwable cause) {
        throw new AssertionError(name, cause);
    }

    /// The phase that is on, and that concerns the request.
    private Optional<Phase> phase() {
        Duration now = Duration.ofNanos(loop.nanos() - startNanos);
        return phases.stream()
                .filter(it -> isOn(it, now))
                .findFirst()
                .filter(it -> random.nextDouble(100) < it.percentage().orElse(100));
    }

    static boolean isOn(Phase phase, Duration now) {
        Duration from = phase.from().orElse(Duration.ZERO);
        boolean isBetween =
                now.compareTo(from) >= 0
                        && phase.until().map(it -> now.compareTo(it) < 0).orElse(true);
        return isBetween
                && (phase.every().isEmpty()
                        || now.minus(from).toNanos() % phase.every().get().toNanos()
                                < phase.length().orElseThrow().toNanos());
    }

    private final class Connection implements WireHandler {
        private static final String END = "\r\n\r\n";

        private final Wire wire;
        private final StringBuilder received = new StringBuilder();

        Connection(Wire wire) {
            this.wire = wire;
        }

        @Override
        public void onBytes(ByteBuf bytes) {
            received.append(bytes.toString(StandardCharsets.ISO_8859_1));
            bytes.release();
            if (received.indexOf("PRI * HTTP/2.0") == 0) {
                wasSpokenToInHttp2 = true;
                wire.close();
                return;
            }
            // Requests have no bodies here.
            for (int end = received.indexOf(END); end >= 0; end = received.indexOf(END)) {
                received.delete(0, end + END.length());
                onRequest();
            }
        }

        private void onRequest() {
            requests++;
            Optional<Phase> phase = phase();
            Duration after = phase.flatMap(Phase::latency).orElse(Duration.ZERO);
            if (phase.filter(Phase::reset).isPresent()) {
                loop.schedule(after, wire::close);
            } else {
                int status = phase.map(it -> it.status().orElse(200)).orElse(200);
                loop.schedule(after, () -> answer(status));
            }
        }

        private void answer(int status) {
            if (wire.isOpen()) {
                String answer =
                        "HTTP/1.1 "
                                + status
                                + " Simulated\r\n"
                                + NAME
                                + ": "
                                + name
                                + "\r\ncontent-length: 0"
                                + END;
                wire.write(Unpooled.wrappedBuffer(answer.getBytes(StandardCharsets.ISO_8859_1)));
                wire.flush();
            }
        }

        @Override
        public void onWritable() {}

        @Override
        public void onClosed() {}
    }
}
