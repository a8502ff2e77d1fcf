package dev.heddle.proxy.upstream.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.runtime.Transport;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.health.HealthCheck.Jitter;
import dev.heddle.proxy.upstream.health.HealthCheck.Pace;
import dev.heddle.proxy.upstream.health.HealthCheck.Probe;
import dev.heddle.proxy.upstream.health.HealthCheck.Way;
import dev.heddle.proxy.upstream.health.HostCheck.Failure;
import dev.heddle.testkit.Seed;
import dev.heddle.xds.wire.Bytes;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.local.LocalIoHandler;
import io.netty.util.concurrent.Ticker;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HostCheckTest {
    private static final InetSocketAddress ADDRESS =
            InetSocketAddress.createUnresolved("10.0.0.1", 80);

    private static final HealthCheck CHECK =
            new HealthCheck(
                    new Probe.Tcp(Bytes.EMPTY, List.of()),
                    Duration.ofSeconds(1),
                    new Pace(
                            Duration.ofSeconds(10),
                            Duration.ofSeconds(60),
                            Duration.ofSeconds(61),
                            Duration.ofSeconds(20),
                            Duration.ofSeconds(2),
                            Duration.ofSeconds(3),
                            new Jitter(Duration.ZERO, Duration.ZERO, 0)),
                    3,
                    2,
                    new Way(true, List.of(), Optional.empty()));

    private final AtomicBoolean hasTraffic = new AtomicBoolean(true);
    private final AtomicInteger told = new AtomicInteger();
    private final AtomicInteger allChecked = new AtomicInteger();
    private final ClusterHealth cluster = cluster();
    private final HostHealth host = Objects.requireNonNull(cluster.host(ADDRESS));
    private final HostCheck check = cluster.check(host, hasTraffic::get, _ -> {});

    private ClusterHealth cluster() {
        ClusterHealth health =
                ClusterHealth.start(
                        new ClusterHealth.Rules(
                                Optional.empty(), Optional.empty(), Optional.of(CHECK), true),
                        worker(),
                        1,
                        null,
                        allChecked::incrementAndGet);
        health.adopt(List.of(new ClusterHealth.Member(ADDRESS, true, false)), false, null);
        health.follow(told::incrementAndGet);
        return health;
    }

    private long passed() {
        return TimeUnit.NANOSECONDS.toSeconds(check.passed(false));
    }

    private long failed(Failure why) {
        return TimeUnit.NANOSECONDS.toSeconds(check.failed(why, false));
    }

    @Test
    void aHostIsNotUsedBeforeItWasAskedAndTheFirstAnswerDecides() {
        assertThat(host.flags()).containsExactly(HealthFlag.FAILED_ACTIVE_HC);
        assertThat(allChecked).hasValue(0);
        assertThat(passed()).isEqualTo(10);
        assertThat(host.flags()).isEmpty();
        assertThat(allChecked).hasValue(1);
        assertThat(told).hasValue(1);
        assertThat(passed()).isEqualTo(10);
        assertThat(told).hasValue(1);
    }

    @Test
    void itTakesManyFailuresOfTheNetworkAndOneOfTheHost() {
        passed();
        assertThat(failed(Failure.NETWORK)).isEqualTo(2);
        assertThat(failed(Failure.NETWORK_TIMEOUT)).isEqualTo(2);
        assertThat(host.isFailed()).isFalse();
        assertThat(passed()).isEqualTo(10);
        failed(Failure.NETWORK);
        failed(Failure.NETWORK);
        assertThat(failed(Failure.NETWORK_TIMEOUT)).isEqualTo(20);
        assertThat(host.flags())
                .containsExactly(HealthFlag.FAILED_ACTIVE_HC, HealthFlag.ACTIVE_HC_TIMEOUT);
        assertThat(failed(Failure.ACTIVE)).isEqualTo(20);
        assertThat(host.flags()).containsExactly(HealthFlag.FAILED_ACTIVE_HC);
        assertThat(passed()).isEqualTo(3);
        assertThat(passed()).isEqualTo(10);
        assertThat(host.isFailed()).isFalse();
        assertThat(failed(Failure.ACTIVE)).isEqualTo(20);
        assertThat(host.isFailed()).isTrue();
        assertThat(cluster.count(HealthCheckStat.NETWORK_FAILURE)).isEqualTo(5);
    }

    @Test
    void aFailureThatMayBeTriedAgainCountsAsOneOfTheNetwork() {
        passed();
        check.failed(Failure.ACTIVE, true);
        check.failed(Failure.ACTIVE, true);
        assertThat(host.isFailed()).isFalse();
        check.failed(Failure.ACTIVE, true);
        assertThat(host.isFailed()).isTrue();
    }

    @Test
    void whoNobodyUsesIsAskedSeldom() {
        hasTraffic.set(false);
        assertThat(passed()).isEqualTo(61);
        assertThat(failed(Failure.NETWORK)).isEqualTo(60);
        assertThat(failed(Failure.ACTIVE)).isEqualTo(60);
    }

    @Test
    void whoWorksBadlyIsDegraded() {
        check.passed(true);
        assertThat(host.isDegraded()).isTrue();
        assertThat(host.isFailed()).isFalse();
        assertThat(cluster.checked(true)).isEqualTo(1);
        passed();
        assertThat(host.isDegraded()).isFalse();
        assertThat(told).hasValue(2);
    }

    /// As long as its checks pass.
    @Test
    void whoIsTakenAwayStaysWhileItIsWell() {
        passed();
        cluster.adopt(List.of(), false, null);
        assertThat(cluster.host(ADDRESS)).isSameAs(host);
        assertThat(host.flags()).containsExactly(HealthFlag.PENDING_DYNAMIC_REMOVAL);
        cluster.adopt(List.of(new ClusterHealth.Member(ADDRESS, true, false)), false, null);
        assertThat(host.flags()).isEmpty();
        cluster.adopt(List.of(), false, null);
        failed(Failure.ACTIVE);
        cluster.adopt(List.of(), false, null);
        assertThat(cluster.host(ADDRESS)).isNull();
    }

    @Test
    void whatIsKnownOfAHostOutlivesOtherRules() {
        passed();
        ClusterHealth next =
                ClusterHealth.start(
                        new ClusterHealth.Rules(
                                Optional.empty(), Optional.empty(), Optional.of(CHECK), false),
                        worker(),
                        1,
                        cluster,
                        () -> {});
        next.adopt(List.of(new ClusterHealth.Member(ADDRESS, true, false)), false, cluster);
        assertThat(Objects.requireNonNull(next.host(ADDRESS)).isFailed()).isFalse();
        assertThat(next.isEachChecked()).isTrue();
        assertThat(next.count(HealthCheckStat.SUCCESS)).isEqualTo(1);
    }

    private static Worker worker() {
        return new Worker(
                0,
                new ManualIoEventLoop(null, Thread.currentThread(), LocalIoHandler.newFactory()),
                Transport.LOCAL,
                Ticker.systemTicker(),
                InstantSource.system(),
                Seed.ofRun().random());
    }
}
