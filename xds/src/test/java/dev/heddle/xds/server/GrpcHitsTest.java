package dev.heddle.xds.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.xds.XdsType;
import heddle.hits.v1.HitReport;
import heddle.hits.v1.Hits;
import heddle.hits.v1.HitsTaken;
import heddle.hits.v1.RuleHitsGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Reports over a socket, by clients that need not be ours.
@Timeout(30)
class GrpcHitsTest {
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private XdsServer server;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        server =
                XdsServer.start(
                        XdsServer.Settings.on(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                        new Nobody(),
                        Optional.of(new Handler()));
        channel =
                NettyChannelBuilder.forAddress("127.0.0.1", server.address().getPort())
                        .usePlaintext()
                        .build();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.close();
    }

    private final class Handler implements HitsHandler {
        @Override
        public void onOpened(HitsStream stream) {
            heard.add("opened " + stream.node());
        }

        @Override
        public void onReport(HitsStream stream, Report report) {
            heard.add("report " + report.sequence() + " of " + report.rules().size());
            stream.taken(report.sequence());
        }

        @Override
        public void onClosed(HitsStream stream) {
            heard.add("closed " + stream.node());
        }
    }

    private static final class Nobody implements XdsHandler {
        @Override
        public void onOpened(XdsStream stream) {}

        @Override
        public void onAck(XdsStream stream, XdsType type, String version) {}

        @Override
        public void onNack(
                XdsStream stream,
                XdsType type,
                String version,
                String text,
                List<String> resources) {}

        @Override
        public void onClosed(XdsStream stream, String reason) {}
    }

    private StreamObserver<HitReport> call() {
        return RuleHitsGrpc.newStub(channel)
                .report(
                        new StreamObserver<>() {
                            @Override
                            public void onNext(HitsTaken taken) {
                                answers.add("taken " + taken.getSequence());
                            }

                            @Override
                            public void onError(Throwable error) {
                                Status status = Status.fromThrowable(error);
                                answers.add(status.getCode() + ": " + status.getDescription());
                            }

                            @Override
                            public void onCompleted() {
                                answers.add("completed");
                            }
                        });
    }

    private static HitReport hello(String node) {
        return HitReport.newBuilder().setNodeId(node).setRun(1).build();
    }

    private static HitReport report(long sequence, int rules) {
        var report = HitReport.newBuilder().setSequence(sequence);
        for (int i = 0; i < rules; i++) {
            report.addRules(Hits.newBuilder().setResource("x").setRule("" + i).setHits(1));
        }
        return report.build();
    }

    private static String next(BlockingQueue<String> from) throws InterruptedException {
        String next = from.poll(10, TimeUnit.SECONDS);
        return next == null ? "nothing within 10 s" : next;
    }

    @Test
    void reportsAreTakenOneAfterTheOther() throws Exception {
        StreamObserver<HitReport> call = call();
        call.onNext(hello("web"));
        call.onNext(report(1, 3));
        call.onNext(report(2, 0));
        assertThat(next(heard)).isEqualTo("opened web");
        assertThat(next(heard)).isEqualTo("report 1 of 3");
        assertThat(next(answers)).isEqualTo("taken 1");
        assertThat(next(heard)).isEqualTo("report 2 of 0");
        call.onCompleted();
        assertThat(next(heard)).isEqualTo("closed web");
        assertThat(next(answers) + next(answers)).isEqualTo("taken 2completed");
    }

    @Test
    void whoSaysNoNameIsTurnedAway() throws Exception {
        call().onNext(hello(""));
        assertThat(next(answers))
                .isEqualTo(
                        "INVALID_ARGUMENT: node_id: 0 letters (expected: 1 to 512, in the first"
                                + " message)");
        call().onNext(hello("x".repeat(513)));
        assertThat(next(answers)).startsWith("INVALID_ARGUMENT: node_id: 513 letters");
        assertThat(heard).isEmpty();
    }

    @Test
    void whoSaysTooMuchOrCountsWronglyIsCutOff() throws Exception {
        StreamObserver<HitReport> call = call();
        call.onNext(hello("web"));
        call.onNext(report(1, 5_001));
        assertThat(next(heard)).isEqualTo("opened web");
        assertThat(next(answers))
                .isEqualTo(
                        "INVALID_ARGUMENT: report 1 of 5001 rules (expected: numbers from 1, at most"
                                + " 5000 rules)");
        assertThat(next(heard)).isEqualTo("closed web");

        StreamObserver<HitReport> other = call();
        other.onNext(hello("other"));
        other.onNext(report(0, 1));
        assertThat(next(answers)).startsWith("INVALID_ARGUMENT: report 0 of 1 rules");
    }

    @Test
    void whoGoesIsHeardOf() throws Exception {
        call().onNext(hello("web"));
        assertThat(next(heard)).isEqualTo("opened web");
        channel.shutdownNow();
        assertThat(next(heard)).isEqualTo("closed web");
    }
}
