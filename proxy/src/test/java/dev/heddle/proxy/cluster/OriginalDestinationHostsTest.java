package dev.heddle.proxy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.ClusterConfig.Discovery;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.observe.Tally;
import dev.heddle.proxy.runtime.Transport;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.ClusterStat;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.Pick;
import dev.heddle.proxy.upstream.PickContext;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.local.LocalIoHandler;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OriginalDestinationHostsTest {
    private static final HeaderName HEADER = HeaderName.of("x-where");

    private final MockTicker ticker = Ticker.newMockTicker();
    private final ManualIoEventLoop loop =
            new ManualIoEventLoop(
                    null, Thread.currentThread(), LocalIoHandler.newFactory(), ticker);
    private final Worker worker =
            new Worker(
                    0, loop, Transport.LOCAL, ticker, () -> Instant.EPOCH, new SplittableRandom(1));
    private final Tally<ClusterStat> stats = new Tally<>(ClusterStat.class);

    private OriginalDestinationHosts hosts(Optional<HeaderName> header, OptionalInt port) {
        var question = new Discovery.OriginalDestination(header, port, Duration.ofSeconds(5));
        return new OriginalDestinationHosts(question, worker, stats);
    }

    private final OriginalDestinationHosts hosts = hosts(Optional.empty(), OptionalInt.empty());

    private record Context(@Nullable RequestHead request, @Nullable InetSocketAddress wanted)
            implements PickContext {
        @Override
        public RandomGenerator random() {
            throw new AssertionError("there is no choice");
        }

        @Override
        public @Nullable InetSocketAddress originalDestination() {
            return wanted;
        }
    }

    private static InetSocketAddress address(String ip, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(ip), port);
    }

    private static Host pick(OriginalDestinationHosts from, InetSocketAddress wanted) {
        return (Host) from.pick(new Context(null, wanted));
    }

    private void pass(Duration time) {
        ticker.advance(time.toNanos(), TimeUnit.NANOSECONDS);
        loop.runNow();
    }

    @Test
    void aConnectionThatWasMadeToTheProxyGoesNowhere() {
        assertThat(hosts.pick(new Context(null, null))).isEqualTo(Pick.NoHealthyHost.NONE);
        assertThat(hosts.hosts()).isEmpty();
    }

    @Test
    void anAddressIsOneHostAsLongAsItIsUsed() {
        Host first = pick(hosts, address("10.0.0.1", 80));
        assertThat(first.addressText()).isEqualTo("10.0.0.1:80");
        assertThat(pick(hosts, address("10.0.0.1", 80))).isSameAs(first);
        assertThat(pick(hosts, address("10.0.0.1", 81))).isNotSameAs(first);
        assertThat(stats.get(ClusterStat.ORIGINAL_DST_HOSTS_ACTIVE)).isEqualTo(2);
    }

    @Test
    void whoIsNotWantedForLongAndHasNoConnectionIsForgotten() {
        Host busy = pick(hosts, address("10.0.0.1", 80));
        busy.requestStarted();
        Host connected = pick(hosts, address("10.0.0.2", 80));
        var drained = new ArrayList<String>();
        connected.attach(
                new Host.Attachment() {
                    @Override
                    public void drain() {
                        drained.add("connected");
                    }

                    @Override
                    public boolean isUsed() {
                        return drained.isEmpty() && connected.weight() == 1;
                    }
                });
        Host idle = pick(hosts, address("10.0.0.3", 80));
        idle.attach(() -> drained.add("idle"));

        pass(Duration.ofSeconds(5));
        assertThat(hosts.hosts()).contains(idle);
        pass(Duration.ofSeconds(5));
        assertThat(hosts.hosts()).containsExactlyInAnyOrder(busy, connected);
        assertThat(drained).containsExactly("idle");

        busy.requestEnded();
        connected.setWeight(2);
        pass(Duration.ofSeconds(5));
        assertThat(hosts.hosts()).isEmpty();
        assertThat(stats.get(ClusterStat.ORIGINAL_DST_HOSTS_ACTIVE)).isZero();
    }

    @Test
    void clientsCannotHaveItRememberMoreThanItsBound() {
        var drained = new ArrayList<String>();
        for (int i = 0; i < OriginalDestinationHosts.MOST; i++) {
            Host host = pick(hosts, address("10.1.0.1", i + 1));
            host.attach(() -> drained.add(host.addressText()));
        }
        // Wanted again, so not the oldest any more.
        pick(hosts, address("10.1.0.1", 1));
        pick(hosts, address("10.2.0.1", 1));
        assertThat(hosts.hosts()).hasSize(OriginalDestinationHosts.MOST);
        assertThat(drained).containsExactly("10.1.0.1:2");
    }

    @Test
    void aPortOfItsOwnReplacesThatOfTheConnection() {
        var moved = hosts(Optional.empty(), OptionalInt.of(15_006));
        assertThat(pick(moved, address("::1", 80)).address()).isEqualTo(address("::1", 15_006));
    }

    @Test
    void aRequestSaysWhereItGoesAndAMistakeIsCounted() {
        var asked = hosts(Optional.of(HEADER), OptionalInt.empty());
        var request = new RequestHead();
        InetSocketAddress made = address("10.0.0.1", 80);
        assertThat(((Host) asked.pick(new Context(request, made))).address()).isEqualTo(made);
        for (String text : new String[] {"10.0.0.2:81", "[fd00::2]:81"}) {
            request.headers().set(HEADER, text);
            assertThat(((Host) asked.pick(new Context(request, null))).addressText())
                    .endsWith(":81");
        }
        assertThat(stats.get(ClusterStat.ORIGINAL_DST_HOST_INVALID)).isZero();
        String[] wrong = {
            "web:80", "10.0.0.2", "10.2:80", "10.0.0.2:65536", "[10.0.0.2]:80", ":80"
        };
        for (String text : wrong) {
            request.headers().set(HEADER, text);
            assertThat(((Host) asked.pick(new Context(request, made))).address()).isEqualTo(made);
        }
        assertThat(stats.get(ClusterStat.ORIGINAL_DST_HOST_INVALID)).isEqualTo(wrong.length);
    }
}
