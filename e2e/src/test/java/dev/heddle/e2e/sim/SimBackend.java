package dev.heddle.e2e.sim;

import dev.heddle.e2e.EchoReply;
import dev.heddle.proxy.http2.Http2Loop;
import dev.heddle.proxy.runtime.ListenOutcome;
import dev.heddle.proxy.runtime.ListenSocket;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.verify.sim.VirtualLoop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An echo backend inside a simulation: says who it is and what it saw, and can be told to be slow
/// or to hang up.
final class SimBackend implements ListenOutcome {
    /// What it does with a request.
    sealed interface Manner {
        /// Answers after a while.
        record Answers(int status, Duration after) implements Manner {}

        /// Closes the connection instead of answering.
        record HangsUp() implements Manner {}
    }

    private final String destination;
    private final VirtualLoop loop;
    private final Http2Loop http2;
    private Manner manner = new Manner.Answers(200, Duration.ZERO);
    private int requests;

    SimBackend(VirtualLoop loop, Worker worker, String destination, InetSocketAddress address) {
        this.loop = loop;
        this.http2 = new Http2Loop(worker);
        this.destination = destination;
        worker.execute(() -> worker.listen(address, Connection::new, this));
    }

    void behave(Manner next) {
        manner = next;
    }

    String destination() {
        return destination;
    }

    /// A request came: what is to be done with it?
    Manner asked() {
        requests++;
        return manner;
    }

    /// How many requests came.
    int requests() {
        return requests;
    }

    @Override
    public void onListening(ListenSocket socket) {}

    @Override
    public void onListenFailed(Throwable cause) {
        throw new AssertionError(destination, cause);
    }

    private final class Connection implements WireHandler {
        private final Wire wire;
        private final StringBuilder received = new StringBuilder();

        /// What hears the rest, on a connection that turned out to speak HTTP/2.
        private @Nullable WireHandler second;

        Connection(Wire wire) {
            this.wire = wire;
        }

        @Override
        public void onBytes(ByteBuf bytes) {
            if (second == null && received.isEmpty() && isPreface(bytes)) {
                second = new SimHttp2(loop, SimBackend.this, http2, wire).handler();
            }
            if (second != null) {
                second.onBytes(bytes);
                return;
            }
            received.append(bytes.toString(StandardCharsets.ISO_8859_1));
            bytes.release();
            int end = received.indexOf("\r\n\r\n");
            if (end >= 0) {
                String head = received.substring(0, end);
                received.delete(0, end + 4);
                onRequest(head.lines().toList());
            }
        }

        private static boolean isPreface(ByteBuf bytes) {
            return bytes.toString(StandardCharsets.ISO_8859_1).startsWith("PRI ");
        }

        private void onRequest(List<String> head) {
            switch (asked()) {
                case Manner.HangsUp() -> wire.close();
                case Manner.Answers(int status, Duration after) -> {
                    byte[] answer = answer(head, status).getBytes(StandardCharsets.ISO_8859_1);
                    loop.schedule(after, () -> send(answer));
                }
            }
        }

        private void send(byte[] answer) {
            if (wire.isOpen()) {
                wire.write(Unpooled.wrappedBuffer(answer));
                wire.flush();
            }
        }

        private String answer(List<String> head, int status) {
            String[] line = head.getFirst().split(" ", 3);
            Map<String, List<String>> headers = new LinkedHashMap<>();
            for (String field : head.subList(1, head.size())) {
                int colon = field.indexOf(':');
                headers.computeIfAbsent(
                                field.substring(0, colon).toLowerCase(Locale.ROOT),
                                _ -> new ArrayList<>())
                        .add(field.substring(colon + 1).strip());
            }
            String host = headers.getOrDefault("host", List.of("")).getFirst();
            String body = EchoReply.body(line[0], line[1], host, headers);
            return "HTTP/1.1 "
                    + EchoReply.status(destination, status, headers)
                    + " Simulated\r\n"
                    + EchoReply.DESTINATION
                    + ": "
                    + destination
                    + "\r\n"
                    + EchoReply.PROTOCOL
                    + ": HTTP/1.1\r\ncontent-length: "
                    + body.length()
                    + "\r\n\r\n"
                    + body;
        }

        @Override
        public void onWritable() {
            if (second != null) {
                second.onWritable();
            }
        }

        @Override
        public void onClosed() {
            if (second != null) {
                second.onClosed();
            }
        }
    }
}
