package dev.heddle.proxy.logservice;

import dev.heddle.proxy.config.AccessLogConfig.LogService;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.Protocol;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.UpstreamFailure;
import dev.heddle.proxy.http.UpstreamStream;
import dev.heddle.proxy.http2.Http2Loop;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.Clusters;
import dev.heddle.proxy.upstream.call.OwnRequest;
import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.WireWriter;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// What one worker tells one access log service, in one call that stays open
/// (`envoy.service.accesslog.v3.AccessLogService.StreamAccessLogs`).
///
/// ```
///   CLOSED ──entries are to go──▶ CONNECTING ──stream──▶ OPEN
///     ▲                              │                     │
///     └────────── the call ends, or cannot begin ──────────┘
/// ```
///
/// Entries wait for others until there are enough bytes of them or their time is over, and for the
/// call: until it is made, and while the service does not keep up, so many bytes wait as [#ROOM]
/// says. Entries that come then are dropped, and counted. A call that ended is begun anew when the
/// next message's time has come, so a service that is not there is asked once in an interval. What
/// was sent on a call that ended is lost, as nobody says what of it arrived.
@Confined("worker")
public final class LogStream {
    private static final String METHOD =
            "/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs";

    /// How many bytes wait for the call; several messages, or entries that tell of what fails while
    /// a proxy starts would be lost first.
    static final int ROOM = 1 << 20;

    private static final int PREFIX_BYTES = 5;
    private static final int IDENTIFIER = 1;
    private static final int NODE = 1;
    private static final int LOG_NAME = 2;
    private static final int ENTRY = 1;

    /// Counts what becomes of entries.
    public interface Counts {
        /// One waits, and will go.
        void written();

        /// One is lost.
        void dropped();
    }

    private final Worker worker;
    private final Http2Loop loop;
    private final Clusters clusters;
    private final LogService service;
    private final int field;
    private final Bytes node;
    private final Counts counts;
    private final Deadline interval;
    private final Deque<Bytes> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private @Nullable Call call;

    /// Whether the last call took nothing.
    private boolean lastFailed;

    /// @param field of the message that entries are in: 2 for those of HTTP, 3 for those of TCP
    /// @param node who this proxy is, as a message
    public LogStream(
            Worker worker,
            Http2Loop loop,
            Clusters clusters,
            LogService service,
            int field,
            Bytes node,
            Counts counts) {
        this.worker = worker;
        this.loop = loop;
        this.clusters = clusters;
        this.service = service;
        this.field = field;
        this.node = node;
        this.counts = counts;
        this.interval = worker.deadline(this::onInterval);
    }

    /// Takes an entry, or drops it where too many wait already.
    public void add(Bytes entry) {
        if (!hasRoom()) {
            send();
            if (!hasRoom()) {
                counts.dropped();
                return;
            }
        }
        counts.written();
        waiting.add(entry);
        waitingBytes += entry.size();
        if (isFull()) {
            send();
        }
        if (!waiting.isEmpty() && !interval.isSet()) {
            interval.set(service.interval().toNanos());
        }
    }

    /// How many entries wait.
    public int waiting() {
        return waiting.size();
    }

    /// Without a size each entry goes alone.
    private boolean isFull() {
        return !waiting.isEmpty() && waitingBytes >= service.bufferBytes();
    }

    private boolean hasRoom() {
        return waitingBytes < Math.max(ROOM, service.bufferBytes());
    }

    private void onInterval() {
        if (waiting.isEmpty()) {
            return;
        }
        send();
        if (!waiting.isEmpty()) {
            interval.set(service.interval().toNanos());
        }
    }

    /// Sends what waits, as far as the call takes it now; begins a call where there is none.
    private void send() {
        Call open = call;
        if (open == null) {
            open = begin();
        }
        if (open != null) {
            open.send();
        }
    }

    private @Nullable Call begin() {
        Cluster cluster = clusters.get(service.cluster());
        boolean isTooSoon = interval.isSet() && lastFailed;
        if (cluster == null || isTooSoon) {
            return null;
        }
        var begun = new Call();
        call = begun;
        begun.request = new OwnRequest(worker, loop, cluster, head(), begun);
        begun.request.start(false);
        // It may have ended already.
        return call;
    }

    private void onEnded() {
        call = null;
        lastFailed = true;
        if (!waiting.isEmpty() && !interval.isSet()) {
            interval.set(service.interval().toNanos());
        }
    }

    private RequestHead head() {
        RequestHead head = RequestHead.of("POST", "http", service.authority(), METHOD);
        head.setProtocol(Protocol.HTTP_2);
        head.headers().add(HeaderName.TE, "trailers");
        head.headers().add(HeaderName.CONTENT_TYPE, "application/grpc");
        service.headers().forEach(it -> head.headers().set(it.name(), it.value()));
        return head;
    }

    private Bytes message(boolean isFirst) {
        var entries = new WireWriter();
        int bytes = 0;
        do {
            Bytes entry = waiting.remove();
            entries.bytes(ENTRY, entry);
            bytes += entry.size();
        } while (!waiting.isEmpty() && bytes < service.bufferBytes());
        waitingBytes -= bytes;
        var message = new WireWriter();
        if (isFirst) {
            message.message(
                    IDENTIFIER,
                    new WireWriter().bytes(NODE, node).text(LOG_NAME, service.logName()));
        }
        return message.message(field, entries).toBytes();
    }

    /// One call.
    @Confined("worker")
    private final class Call implements OwnRequest.Asker {
        private @Nullable OwnRequest request;
        private @Nullable UpstreamStream stream;
        private boolean isIntroduced;

        void send() {
            while (!waiting.isEmpty() && stream != null && stream.isWritable()) {
                sendOne(stream);
            }
        }

        private void sendOne(UpstreamStream to) {
            lastFailed = false;
            byte[] message = message(!isIntroduced).toByteArray();
            isIntroduced = true;
            ByteBuf frame = worker.allocator().buffer(PREFIX_BYTES + message.length);
            to.body(frame.writeByte(0).writeInt(message.length).writeBytes(message));
        }

        @Override
        public void onStream(UpstreamStream begun) {
            stream = begun;
            send();
        }

        @Override
        public void onWritable() {
            if (isFull()) {
                send();
            }
        }

        /// A service that answers has nothing more to hear.
        @Override
        public void onEnd(@Nullable Headers trailers) {
            onOver();
        }

        @Override
        public void onFailure(UpstreamFailure failure) {
            onOver();
        }

        private void onOver() {
            stream = null;
            if (call == null || call.equals(this)) {
                onEnded();
            }
        }
    }
}
