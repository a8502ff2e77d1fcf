package dev.heddle.xds.server;

import dev.heddle.xds.Confined;
import dev.heddle.xds.NodeInfo;
import heddle.health.v1.HealthReport;
import heddle.health.v1.HealthTaken;
import heddle.health.v1.HostHealthGrpc;
import heddle.health.v1.UnwellHost;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// The call by which proxies say which hosts they hold something against
/// (`heddle/host_health.proto`). What no proxy of ours says ends the call.
public final class GrpcHealth extends HostHealthGrpc.HostHealthImplBase {
    /// More proxies than one control plane serves.
    private static final int MOST = 10_000;

    /// In one report.
    private static final int MOST_HOSTS = 2_000;

    /// In letters, as a name of DNS with what Istio puts before it.
    private static final int LONGEST_NAME = 512;

    /// In letters: an address of IPv6 with its zone, or one of the words.
    private static final int LONGEST_WORD = 64;

    private static final int MOST_PORTS = 65_535;

    private final HealthHandler handler;
    private final AtomicLong ids = new AtomicLong();
    private final AtomicInteger open = new AtomicInteger();

    public GrpcHealth(HealthHandler handler) {
        this.handler = handler;
    }

    @Override
    public StreamObserver<HealthReport> report(StreamObserver<HealthTaken> answers) {
        return new Inbound((ServerCallStreamObserver<HealthTaken>) answers, Caller.current());
    }

    /// What comes in on one stream. gRPC calls it one call at a time.
    @Confined("gRPC call")
    private final class Inbound implements StreamObserver<HealthReport> {
        private final ServerCallStreamObserver<HealthTaken> call;
        private final Caller caller;
        private Optional<HealthHandler.HealthStream> stream = Optional.empty();
        private boolean isOver;

        Inbound(ServerCallStreamObserver<HealthTaken> call, Caller caller) {
            this.call = call;
            this.caller = caller;
            call.setOnCancelHandler(this::end);
            call.setOnCloseHandler(this::end);
        }

        @Override
        public void onNext(HealthReport message) {
            if (isOver) {
                return;
            }
            if (stream.isEmpty()) {
                begin(message.getNodeId());
                return;
            }
            Optional<String> wrong = wrong(message);
            if (wrong.isPresent()) {
                refuse(Status.INVALID_ARGUMENT.withDescription(wrong.get()));
                return;
            }
            handler.onReport(
                    stream.get(),
                    new HealthHandler.Report(
                            message.getHostsList().stream().map(GrpcHealth::host).toList(),
                            Math.max(0, message.getMore())));
            call.onNext(HealthTaken.newBuilder().setSequence(message.getSequence()).build());
        }

        private void begin(String node) {
            if (node.isEmpty() || node.length() > LONGEST_NAME) {
                refuse(
                        Status.INVALID_ARGUMENT.withDescription(
                                "node_id: %d letters (expected: 1 to %d, in the first message)"
                                        .formatted(node.length(), LONGEST_NAME)));
                return;
            }
            Optional<String> refusal = caller.refusal(NodeInfo.of(node, ""));
            if (refusal.isPresent()) {
                refuse(Status.PERMISSION_DENIED.withDescription(refusal.get()));
                return;
            }
            if (open.incrementAndGet() > MOST) {
                open.decrementAndGet();
                refuse(
                        Status.RESOURCE_EXHAUSTED.withDescription(
                                "more than " + MOST + " proxies report the health of hosts"));
                return;
            }
            stream = Optional.of(new HealthHandler.HealthStream(ids.incrementAndGet(), node));
        }

        private void refuse(Status why) {
            end();
            isOver = true;
            if (!call.isCancelled()) {
                call.onError(why.asRuntimeException());
            }
        }

        @Override
        public void onError(Throwable error) {
            end();
        }

        @Override
        public void onCompleted() {
            end();
            if (!isOver && !call.isCancelled()) {
                call.onCompleted();
            }
        }

        private void end() {
            Optional<HealthHandler.HealthStream> ended = stream;
            stream = Optional.empty();
            ended.ifPresent(it -> {
                open.decrementAndGet();
                handler.onClosed(it);
            });
        }
    }

    private static Optional<String> wrong(HealthReport report) {
        if (report.getSequence() < 1 || report.getHostsCount() > MOST_HOSTS) {
            return Optional.of(
                    "report %d of %d hosts (expected: numbers from 1, at most %d hosts)"
                            .formatted(report.getSequence(), report.getHostsCount(), MOST_HOSTS));
        }
        for (UnwellHost host : report.getHostsList()) {
            boolean isNamed =
                    isBetween(host.getCluster(), 1, LONGEST_NAME)
                            && isBetween(host.getAddress(), 1, LONGEST_WORD)
                            && host.getPort() >= 0
                            && host.getPort() <= MOST_PORTS;
            boolean isSaid =
                    isBetween(host.getEjection().getBy(), host.hasEjection() ? 1 : 0, LONGEST_WORD)
                            && isBetween(
                                    host.getCheck().getState(),
                                    host.hasCheck() ? 1 : 0,
                                    LONGEST_WORD)
                            && isBetween(host.getCheck().getBy(), 0, LONGEST_WORD);
            if (!isNamed || !isSaid || !(host.hasEjection() || host.hasCheck())) {
                return Optional.of(
                        "a host of '%.64s' (expected: a cluster, an address, a port, and why it is"
                                        .formatted(host.getCluster())
                                + " unwell, in short words)");
            }
        }
        return Optional.empty();
    }

    private static boolean isBetween(String text, int least, int most) {
        return text.length() >= least && text.length() <= most;
    }

    private static HealthHandler.UnwellHost host(UnwellHost said) {
        return new HealthHandler.UnwellHost(
                said.getCluster(),
                said.getAddress(),
                said.getPort(),
                said.hasEjection()
                        ? Optional.of(
                                new HealthHandler.Ejection(
                                        said.getEjection().getBy(),
                                        said.getEjection().getSinceMillis(),
                                        said.getEjection().getUntilMillis(),
                                        said.getEjection().getTimes()))
                        : Optional.empty(),
                said.hasCheck()
                        ? Optional.of(
                                new HealthHandler.Check(
                                        said.getCheck().getState(),
                                        said.getCheck().getBy(),
                                        said.getCheck().getSinceMillis()))
                        : Optional.empty());
    }
}
