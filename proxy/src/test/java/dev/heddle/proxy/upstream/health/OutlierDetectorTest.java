package dev.heddle.proxy.upstream.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heddle.proxy.runtime.Transport;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.health.OutlierDetection.Consecutive;
import dev.heddle.proxy.upstream.health.OutlierDetection.Ejection;
import dev.heddle.proxy.upstream.health.OutlierDetection.FailurePercentage;
import dev.heddle.proxy.upstream.health.OutlierDetection.SuccessRate;
import dev.heddle.proxy.upstream.health.OutlierDetection.Threshold;
import dev.heddle.testkit.Seed;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.local.LocalIoHandler;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OutlierDetectorTest {
    private static final int WORKERS = 2;

    private final MockTicker ticker = Ticker.newMockTicker();
    private final ManualIoEventLoop loop =
            new ManualIoEventLoop(
                    null, Thread.currentThread(), LocalIoHandler.newFactory(), ticker);
    private final Worker worker =
            new Worker(
                    0,
                    loop,
                    Transport.LOCAL,
                    ticker,
                    InstantSource.system(),
                    Seed.ofRun().random());
    private int told;

    private static OutlierDetection rules(int maxPercent, SuccessRate rate, int failures) {
        return new OutlierDetection(
                Duration.ofSeconds(10),
                new Ejection(
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(70),
                        Duration.ZERO,
                        maxPercent,
                        false),
                new Consecutive(new Threshold(3, 100), new Threshold(0, 0), new Threshold(2, 100)),
                rate,
                new FailurePercentage(failures, 3, 10, 100, 100),
                false,
                true);
    }

    private static OutlierDetection inARow(int maxPercent) {
        return rules(maxPercent, new SuccessRate(1_000, 1, 1900, 0, 0), 100);
    }

    private ClusterHealth cluster(OutlierDetection rules, int hosts) {
        ClusterHealth health =
                ClusterHealth.start(
                        new ClusterHealth.Rules(
                                Optional.of(rules), Optional.empty(), Optional.empty(), false),
                        worker,
                        WORKERS,
                        null,
                        () -> {});
        health.adopt(
                IntStream.range(0, hosts)
                        .mapToObj(i -> new ClusterHealth.Member(address(i), true, false))
                        .toList(),
                false,
                null);
        health.follow(() -> told++);
        settle();
        return health;
    }

    private static InetSocketAddress address(int host) {
        return InetSocketAddress.createUnresolved("10.0.0." + host, 80);
    }

    private static HostHealth host(ClusterHealth cluster, int host) {
        return Objects.requireNonNull(cluster.host(address(host)));
    }

    private void settle() {
        while (loop.runNow() > 0) {
            // Each turn may make work for the next.
        }
    }

    private void advance(Duration duration) {
        for (long i = 0; i < duration.toMillis(); i += 100) {
            ticker.advance(100, TimeUnit.MILLISECONDS);
            settle();
        }
    }

    private void answers(HostHealth host, int status, int times) {
        for (int i = 0; i < times; i++) {
            PassiveMonitor monitor = Objects.requireNonNull(host.monitor());
            monitor.onStatus(i % WORKERS, status);
        }
        settle();
    }

    @Test
    void errorsInARowAreCountedOverAllWorkersAndOneSuccessEndsThem() {
        ClusterHealth cluster = cluster(inARow(100), 2);
        HostHealth host = host(cluster, 0);
        answers(host, 500, 2);
        answers(host, 200, 1);
        answers(host, 500, 2);
        assertThat(host.isFailed()).isFalse();
        answers(host, 503, 1);
        assertThat(host.flags()).containsExactly(HealthFlag.FAILED_OUTLIER_CHECK);
        assertThat(told).isEqualTo(1);
        assertThat(cluster.count(OutlierStat.EJECTIONS_ENFORCED_CONSECUTIVE_5XX)).isEqualTo(1);
    }

    /// A base longer each time, up to the longest; and each interval that it is well makes the next
    /// ejection shorter again.
    @Test
    void whoFailsAgainIsLeftAloneLonger() {
        ClusterHealth cluster = cluster(inARow(100), 2);
        HostHealth host = host(cluster, 0);
        var lengths = new ArrayList<Long>();
        for (int i = 0; i < 4; i++) {
            answers(host, 500, 3);
            lengths.add(secondsOut(host));
        }
        assertThat(lengths).containsExactly(30L, 60L, 70L, 70L);
        advance(Duration.ofMinutes(2));
        answers(host, 500, 3);
        assertThat(secondsOut(host)).isEqualTo(30);
    }

    private long secondsOut(HostHealth host) {
        long seconds = 0;
        while (host.isFailed()) {
            advance(Duration.ofSeconds(10));
            seconds += 10;
        }
        return seconds;
    }

    @Test
    void noMoreAreEjectedThanMayBe() {
        ClusterHealth cluster = cluster(inARow(40), 5);
        for (int i = 0; i < 4; i++) {
            answers(host(cluster, i), 500, 3);
        }
        assertThat(cluster.ejected()).isEqualTo(2);
        assertThat(cluster.count(OutlierStat.EJECTIONS_OVERFLOW)).isEqualTo(2);
        assertThat(cluster.count(OutlierStat.EJECTIONS_DETECTED_CONSECUTIVE_5XX)).isEqualTo(4);
    }

    @Test
    void whoFailsMoreThanTheOthersIsEjected() {
        ClusterHealth cluster = cluster(rules(100, new SuccessRate(5, 100, 1900, 100, 0), 100), 5);
        for (int i = 0; i < 5; i++) {
            for (int call = 0; call < 100; call++) {
                answers(host(cluster, i), i == 0 && call % 2 == 0 ? 404 : 200, 1);
                answers(host(cluster, i), i == 4 && call % 2 == 0 ? 500 : 200, 1);
            }
        }
        advance(Duration.ofSeconds(10));
        assertThat(ejected(cluster, 5)).containsExactly(4);
        assertThat(cluster.average().average()).isCloseTo(95, within(0.001));
        assertThat(cluster.average().threshold()).isCloseTo(76, within(0.001));
        assertThat(host(cluster, 4).rates().external()).isEqualTo(75);
        advance(Duration.ofSeconds(10));
        assertThat(cluster.average()).isEqualTo(RateAverage.NONE);
    }

    @Test
    void whoFailsTooOftenIsEjectedWhereEnoughWasAsked() {
        ClusterHealth cluster = cluster(rules(100, new SuccessRate(1_000, 1, 0, 0, 0), 50), 4);
        for (int i = 0; i < 4; i++) {
            for (int call = 0; call < (i == 3 ? 4 : 10); call++) {
                answers(host(cluster, i), i >= 2 && call % 2 == 0 ? 500 : 200, 1);
            }
        }
        advance(Duration.ofSeconds(10));
        assertThat(ejected(cluster, 4)).containsExactly(2);
        assertThat(cluster.count(OutlierStat.EJECTIONS_ENFORCED_FAILURE_PERCENTAGE)).isEqualTo(1);
    }

    private static List<Integer> ejected(ClusterHealth cluster, int hosts) {
        return IntStream.range(0, hosts).filter(i -> host(cluster, i).isFailed()).boxed().toList();
    }

    @Test
    void aHostThatIsGoneIsForgottenAndOneThatStaysIsNot() {
        ClusterHealth cluster = cluster(inARow(100), 2);
        answers(host(cluster, 0), 500, 3);
        answers(host(cluster, 1), 500, 3);
        cluster.adopt(
                List.of(
                        new ClusterHealth.Member(address(1), true, false),
                        new ClusterHealth.Member(address(2), true, false)),
                false,
                null);
        assertThat(cluster.ejected()).isEqualTo(1);
        assertThat(cluster.host(address(0))).isNull();
        assertThat(host(cluster, 1).isFailed()).isTrue();
    }
}
