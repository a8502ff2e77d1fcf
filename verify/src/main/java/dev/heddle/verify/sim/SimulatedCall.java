package dev.heddle.verify.sim;

import dev.heddle.model.Confined;
import dev.heddle.proxy.runtime.ConnectOutcome;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.runtime.Worker;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/// One request on a connection of its own, and what came back. The head of an answer is all that is
/// looked at: it is there at once or not at all, as simulated answers are short.
@Confined("one thread")
final class SimulatedCall implements ConnectOutcome {
    private final VirtualLoop loop;
    private final byte[] request;
    private final long startNanos;
    private final StringBuilder received = new StringBuilder();
    private long endNanos = -1;
    private int status;
    private String endpoint = "";

    SimulatedCall(VirtualLoop loop, Worker worker, InetSocketAddress proxy, byte[] request) {
        this.loop = loop;
        this.request = request;
        this.startNanos = loop.nanos();
        worker.execute(() -> worker.connect(proxy, this));
    }

    boolean isOver() {
        return endNanos >= 0;
    }

    /// Of the answer; 0 for none.
    int status() {
        return status;
    }

    /// Who answered; empty for the proxy.
    String endpoint() {
        return endpoint;
    }

    /// How long the answer took, or took to fail.
    Duration took() {
        return Duration.ofNanos(endNanos - startNanos);
    }

    @Override
    public WireHandler onConnected(Wire wire) {
        wire.write(Unpooled.wrappedBuffer(request));
        wire.flush();
        return new Reading(wire);
    }

    @Override
    public void onConnectFailed(Throwable cause) {
        end();
    }

    private void end() {
        endNanos = endNanos < 0 ? loop.nanos() : endNanos;
    }

    private void read(ByteBuf bytes) {
        received.append(bytes.toString(StandardCharsets.ISO_8859_1));
        bytes.release();
        int end = received.indexOf("\r\n\r\n");
        if (end >= 0 && !isOver()) {
            String head = received.substring(0, end);
            status = Integer.parseInt(head.split(" ", 3)[1]);
            endpoint =
                    head.lines()
                            .filter(it ->
                                    it.toLowerCase(Locale.ROOT)
                                            .startsWith(SimulatedEndpoint.NAME + ":"))
                            .map(it -> it.substring(it.indexOf(':') + 1).strip())
                            .findFirst()
                            .orElse("");
            end();
        }
    }

    /// The call on its wire, which it leaves when it is over.
    private final class Reading implements WireHandler {
        private final Wire wire;

        Reading(Wire wire) {
            this.wire = wire;
        }

        @Override
        public void onBytes(ByteBuf bytes) {
            read(bytes);
            if (isOver()) {
                wire.close();
            }
        }

        @Override
        public void onWritable() {}

        @Override
        public void onClosed() {
            end();
        }
    }
}
