package dev.heddle.xds.server;

import dev.heddle.xds.Confined;
import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.SerialQueue;
import heddle.hits.v1.HitReport;
import heddle.hits.v1.HitsTaken;
import heddle.hits.v1.RuleHitsGrpc;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/// The call by which proxies report hits (`heddle/rule_hits.proto`). What no proxy of ours says
/// ends the call.
final class GrpcHits extends RuleHitsGrpc.RuleHitsImplBase {
    private final HitsHandler handler;
    private final Executor threads;
    private final AtomicLong ids = new AtomicLong();
    private final OpenReports open;

    /// @param threads carry what is said to proxies
    GrpcHits(HitsHandler handler, Executor threads) {
        this.handler = handler;
        this.open = new OpenReports(handler);
        this.threads = threads;
    }

    @Override
    public StreamObserver<HitReport> report(StreamObserver<HitsTaken> answers) {
        return new Inbound((ServerCallStreamObserver<HitsTaken>) answers, Caller.current());
    }

    /// @param calls one at a time; gRPC lets no two threads speak at once
    private record Stream(
            long id,
            String node,
            long run,
            ServerCallStreamObserver<HitsTaken> call,
            SerialQueue calls)
            implements HitsStream {
        @Override
        public void taken(long sequence) {
            calls.execute(() -> {
                if (!call.isCancelled()) {
                    call.onNext(HitsTaken.newBuilder().setSequence(sequence).build());
                    call.request(1);
                }
            });
        }
    }

    /// What comes in on one stream. gRPC calls it one call at a time.
    @Confined("gRPC call")
    private final class Inbound implements StreamObserver<HitReport> {
        private final ServerCallStreamObserver<HitsTaken> call;
        private final Caller caller;
        private final SerialQueue calls = new SerialQueue(threads);
        private Optional<Stream> stream = Optional.empty();

        Inbound(ServerCallStreamObserver<HitsTaken> call, Caller caller) {
            this.call = call;
            this.caller = caller;
            call.disableAutoRequest();
            call.setOnCancelHandler(this::end);
            call.setOnCloseHandler(this::end);
            call.request(1);
        }

        @Override
        public void onNext(HitReport message) {
            if (stream.isEmpty()) {
                begin(message);
                return;
            }
            if (message.getSequence() < 1 || message.getRulesCount() > OpenReports.MOST_RULES) {
                refuse(
                        Status.INVALID_ARGUMENT.withDescription(
                                "report %d of %d rules (expected: numbers from 1, at most %d rules)"
                                        .formatted(
                                                message.getSequence(),
                                                message.getRulesCount(),
                                                OpenReports.MOST_RULES)));
                return;
            }
            handler.onReport(
                    stream.get(),
                    new HitsHandler.Report(
                            message.getSequence(),
                            message.getRulesList().stream()
                                    .map(it ->
                                            new HitsHandler.Hits(
                                                    it.getResource(),
                                                    it.getRule(),
                                                    it.getHits(),
                                                    it.getLastHit()))
                                    .toList(),
                            message.getAnswers(),
                            message.getErrors()));
        }

        private void begin(HitReport hello) {
            int length = hello.getNodeId().length();
            if (length == 0 || length > OpenReports.LONGEST_NAME) {
                refuse(
                        Status.INVALID_ARGUMENT.withDescription(
                                "node_id: %d letters (expected: 1 to %d, in the first message)"
                                        .formatted(length, OpenReports.LONGEST_NAME)));
                return;
            }
            Optional<String> refusal = caller.refusal(NodeInfo.of(hello.getNodeId(), ""));
            if (refusal.isPresent()) {
                refuse(Status.PERMISSION_DENIED.withDescription(refusal.get()));
                return;
            }
            var begun =
                    new Stream(
                            ids.incrementAndGet(), hello.getNodeId(), hello.getRun(), call, calls);
            if (!open.begin(begun)) {
                refuse(
                        Status.RESOURCE_EXHAUSTED.withDescription(
                                "more than " + OpenReports.MOST + " proxies report hits"));
                return;
            }
            stream = Optional.of(begun);
            call.request(1);
        }

        private void refuse(Status why) {
            end();
            calls.execute(() -> {
                if (!call.isCancelled()) {
                    call.onError(why.asRuntimeException());
                }
            });
        }

        @Override
        public void onError(Throwable error) {
            end();
        }

        @Override
        public void onCompleted() {
            end();
            calls.execute(() -> {
                if (!call.isCancelled()) {
                    call.onCompleted();
                }
            });
        }

        private void end() {
            Optional<Stream> ended = stream;
            stream = Optional.empty();
            ended.ifPresent(open::end);
        }
    }
}
