package dev.heddle.proxy.export;

import dev.heddle.proxy.export.ExportLog.Outcome;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.Protocol;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.http.UpstreamFailure;
import dev.heddle.proxy.http.UpstreamStream;
import dev.heddle.proxy.http2.Http2Loop;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.Clusters;
import dev.heddle.proxy.upstream.call.OwnRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What one worker tells one collector.
///
/// ```
///   GATHERING ──batch full, or interval over──▶ SENDING ──answer, failure, timeout──▶ GATHERING
///       └──item──▶ kept, or dropped when too many wait ◀──item──┘
/// ```
///
/// Its timer runs only while something waits, so one that nobody uses any longer costs nothing.
@Confined("worker")
public final class BatchExporter<T> {
    private static final HeaderName GRPC_TIMEOUT = HeaderName.of("grpc-timeout");

    private final Worker worker;
    private final Http2Loop loop;
    private final Clusters clusters;
    private final Collector collector;
    private final BatchLimits limits;
    private final Function<List<T>, byte[]> encoder;
    private final ExportLog log;
    private final Deadline interval;
    private List<T> waiting = new ArrayList<>();
    private boolean isSending;

    /// @param encoder writes a batch down: the message of a call of gRPC, without its frame, all
    ///   messages of a stream, with theirs, or the body of a `POST`
    public BatchExporter(
            Worker worker,
            Http2Loop loop,
            Clusters clusters,
            Collector collector,
            BatchLimits limits,
            Function<List<T>, byte[]> encoder,
            ExportLog log) {
        this.worker = worker;
        this.loop = loop;
        this.clusters = clusters;
        this.collector = collector;
        this.limits = limits;
        this.encoder = encoder;
        this.log = log;
        this.interval = worker.deadline(this::onInterval);
    }

    /// Takes something to tell, or drops it where too much waits already.
    public void add(T item) {
        if (waiting.size() >= limits.waiting()) {
            log.dropped(1);
            return;
        }
        waiting.add(item);
        if (isSending) {
            return;
        }
        if (waiting.size() >= limits.batch()) {
            send();
        } else if (!interval.isSet()) {
            interval.set(limits.interval().toNanos());
        }
    }

    /// How many items wait.
    public int waiting() {
        return waiting.size();
    }

    private void onInterval() {
        if (!isSending && !waiting.isEmpty()) {
            log.timerFlushed();
            send();
        }
    }

    private void send() {
        interval.cancel();
        List<T> batch = waiting;
        waiting = new ArrayList<>();
        Cluster cluster = clusters.get(collector.cluster());
        if (cluster == null) {
            log.dropped(batch.size());
            log.reported(Outcome.NO_CLUSTER);
            return;
        }
        byte[] body;
        try {
            body = body(encoder.apply(batch));
        } catch (RuntimeException e) {
            worker.bug(e);
            log.dropped(batch.size());
            return;
        }
        isSending = true;
        log.sent(batch.size());
        var report = new Report(body);
        var request = new OwnRequest(worker, loop, cluster, head(body.length), report);
        report.request = request;
        request.limit(collector.timeout());
        request.start(false);
    }

    /// The call is over: what came meanwhile goes with the next, or waits for more.
    private void onReported(Outcome outcome) {
        isSending = false;
        log.reported(outcome);
        if (waiting.size() >= limits.batch()) {
            // Not at once: a host that fails at once would be asked again at once.
            worker.execute(this::onFull);
        } else if (!waiting.isEmpty()) {
            interval.set(limits.interval().toNanos());
        }
    }

    private void onFull() {
        if (!isSending && waiting.size() >= limits.batch()) {
            send();
        }
    }

    private byte[] body(byte[] message) {
        return switch (collector.call()) {
            case Collector.Call.Grpc _ -> GrpcFrames.frame(message);
            case Collector.Call.Stream _, Collector.Call.Post _ -> message;
        };
    }

    private RequestHead head(int length) {
        RequestHead head =
                switch (collector.call()) {
                    case Collector.Call.Grpc(String method) -> call(method);
                    case Collector.Call.Stream(String method) -> call(method);
                    case Collector.Call.Post(String path, String contentType) -> {
                        RequestHead post =
                                RequestHead.of("POST", "http", collector.authority(), path);
                        post.headers().add(HeaderName.CONTENT_TYPE, contentType);
                        post.headers().add(HeaderName.CONTENT_LENGTH, Integer.toString(length));
                        yield post;
                    }
                };
        for (Collector.Field each : collector.headers()) {
            head.headers().set(each.name(), each.value());
        }
        return head;
    }

    private RequestHead call(String method) {
        RequestHead call = RequestHead.of("POST", "http", collector.authority(), method);
        call.setProtocol(Protocol.HTTP_2);
        call.headers().add(HeaderName.TE, "trailers");
        call.headers().add(GRPC_TIMEOUT, collector.timeout().toMillis() + "m");
        call.headers().add(HeaderName.CONTENT_TYPE, "application/grpc");
        return call;
    }

    /// One call, of whose answer only the status counts.
    @Confined("worker")
    private final class Report implements OwnRequest.Asker {
        private final byte[] body;
        private @Nullable OwnRequest request;
        private int status;
        private @Nullable String grpcStatus;

        Report(byte[] body) {
            this.body = body;
        }

        @Override
        public void onStream(UpstreamStream stream) {
            stream.body(worker.allocator().buffer(Math.max(1, body.length)).writeBytes(body));
            if (request == null || !request.isOver()) {
                stream.end();
            }
        }

        @Override
        public void onResponse(ResponseHead head) {
            status = head.status();
            grpcStatus = head.headers().get(HeaderName.GRPC_STATUS);
        }

        @Override
        public void onEnd(@Nullable Headers trailers) {
            if (trailers != null && trailers.contains(HeaderName.GRPC_STATUS)) {
                grpcStatus = trailers.get(HeaderName.GRPC_STATUS);
            }
            boolean isTaken =
                    switch (collector.call()) {
                        case Collector.Call.Grpc _, Collector.Call.Stream _ ->
                                status == 200 && "0".equals(grpcStatus);
                        case Collector.Call.Post _ -> status / 100 == 2;
                    };
            onReported(isTaken ? Outcome.TAKEN : Outcome.REFUSED);
        }

        @Override
        public void onFailure(UpstreamFailure failure) {
            onReported(Outcome.FAILED);
        }
    }
}
