package dev.heddle.proxy.hosthealth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.ads.SideCalls;
import dev.heddle.proxy.upstream.health.HostCheck;
import dev.heddle.proxy.upstream.health.Unwell;
import heddle.health.v1.HealthReport;
import heddle.health.v1.HealthTaken;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HealthReportsTest {
    private static final long SECOND = 1_000_000_000;

    private final List<Unwell> unwell = new ArrayList<>();
    private final Control control = new Control();
    private final HealthReports reports =
            new HealthReports(
                    control,
                    "web",
                    hears -> unwell.forEach(hears),
                    () -> 100 * SECOND,
                    () -> Instant.ofEpochSecond(5_000));

    /// A control plane that writes down what it hears.
    private static final class Control implements SideCalls {
        private final List<HealthReport> heard = new ArrayList<>();
        private long connection = 1;
        private int calls;
        private @Nullable Hearer hearer;

        @Override
        public long connection() {
            return connection;
        }

        @Override
        public Optional<Call> call(String method, Hearer begun) {
            assertThat(method).isEqualTo("/heddle.health.v1.HostHealth/Report");
            hearer = begun;
            calls++;
            return Optional.of(
                    new Call() {
                        @Override
                        public void send(byte[] message) {
                            try {
                                heard.add(HealthReport.parseFrom(message));
                            } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                                throw new AssertionError(e);
                            }
                        }

                        @Override
                        public void end() {
                            begun.onEnd(false, "ended");
                        }

                        @Override
                        public void cancel(String reason) {
                            begun.onEnd(false, reason);
                        }
                    });
        }

        HealthReport last() {
            return heard.getLast();
        }

        void takes() {
            Objects.requireNonNull(hearer)
                    .onMessage(
                            HealthTaken.newBuilder()
                                    .setSequence(last().getSequence())
                                    .build()
                                    .toByteArray());
        }

        void ends(boolean isUnknown) {
            Objects.requireNonNull(hearer).onEnd(isUnknown, "UNAVAILABLE: gone");
        }
    }

    private static Unwell ejected(int port) {
        return new Unwell(
                "outbound|80||shop.mesh",
                new InetSocketAddress("10.0.0.1", port),
                Optional.of(new Unwell.Ejected("consecutive_5xx", 90 * SECOND, 120 * SECOND, 2)),
                Optional.empty());
    }

    @Test
    void aCallBeginsWithWhoItIsAndWithAllThatIsSo() {
        unwell.add(ejected(1));
        unwell.add(
                new Unwell(
                        "outbound|80||shop.mesh",
                        new InetSocketAddress("10.0.0.2", 2),
                        Optional.empty(),
                        Optional.of(
                                new Unwell.Checked(
                                        Unwell.State.FAILED,
                                        Optional.of(
                                                new Unwell.FailedCheck(
                                                        HostCheck.Failure.NETWORK_TIMEOUT,
                                                        99 * SECOND))))));
        reports.onTurn();
        assertThat(control.heard.getFirst().getNodeId()).isEqualTo("web");
        HealthReport report = control.last();
        assertThat(report.getSequence()).isEqualTo(1);
        assertThat(report.getHosts(0).getAddress()).isEqualTo("10.0.0.1");
        assertThat(report.getHosts(0).getEjection().getBy()).isEqualTo("consecutive_5xx");
        assertThat(report.getHosts(0).getEjection().getSinceMillis()).isEqualTo(4_990_000);
        assertThat(report.getHosts(0).getEjection().getUntilMillis()).isEqualTo(5_020_000);
        assertThat(report.getHosts(0).getEjection().getTimes()).isEqualTo(2);
        assertThat(report.getHosts(1).getCheck().getState()).isEqualTo("failed");
        assertThat(report.getHosts(1).getCheck().getBy()).isEqualTo("timeout");
        assertThat(report.getHosts(1).getCheck().getSinceMillis()).isEqualTo(4_999_000);
    }

    @Test
    void aProxyWithoutTroubleSaysSoOnce() {
        reports.onTurn();
        control.takes();
        reports.onTurn();
        assertThat(control.heard).hasSize(2);
        assertThat(control.last().getHostsCount()).isZero();
    }

    @Test
    void oneReportIsOnItsWayAndTheNextSaysWhatIsSoThen() {
        reports.onTurn();
        unwell.add(ejected(1));
        reports.onTurn();
        unwell.add(ejected(2));
        reports.onTurn();
        assertThat(control.heard).hasSize(2);
        control.takes();
        reports.onTurn();
        assertThat(control.last().getHostsCount()).isEqualTo(2);
        control.takes();
        unwell.clear();
        reports.onTurn();
        assertThat(control.last().getHostsCount()).isZero();
        assertThat(control.last().getSequence()).isEqualTo(3);
    }

    @Test
    void aCallThatBeginsAnewSaysEverythingAgain() {
        unwell.add(ejected(1));
        reports.onTurn();
        control.takes();
        control.ends(false);
        reports.onTurn();
        assertThat(control.calls).isEqualTo(2);
        assertThat(control.last().getHostsCount()).isEqualTo(1);
        assertThat(control.last().getSequence()).isEqualTo(1);
    }

    @Test
    void whoDoesNotKnowTheCallIsAskedAgainWithTheNextConnection() {
        reports.onTurn();
        control.ends(true);
        reports.onTurn();
        assertThat(control.calls).isEqualTo(1);
        control.connection = 2;
        reports.onTurn();
        assertThat(control.calls).isEqualTo(2);
    }

    @Test
    void aReportThatNobodyTakesEndsTheCallInTheEnd() {
        reports.onTurn();
        for (int i = 0; i < 31; i++) {
            reports.onTurn();
        }
        assertThat(control.calls).isEqualTo(2);
    }

    @Test
    void tooManyAreCountedAndNotNamed() {
        for (int i = 0; i < 1_005; i++) {
            unwell.add(ejected(i));
        }
        reports.onTurn();
        assertThat(control.last().getHostsCount()).isEqualTo(1_000);
        assertThat(control.last().getMore()).isEqualTo(5);
    }
}
