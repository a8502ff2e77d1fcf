package dev.heddle.proxy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.ClusterConfig.Discovery;
import dev.heddle.proxy.config.ClusterConfig.Family;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.runtime.Transport;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.HostFinder.Outcome;
import dev.heddle.proxy.upstream.Pick;
import dev.heddle.proxy.upstream.PickContext;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.local.LocalIoHandler;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DynamicHostsTest {
    private final MockTicker ticker = Ticker.newMockTicker();
    private final ManualIoEventLoop loop =
            new ManualIoEventLoop(
                    null, Thread.currentThread(), LocalIoHandler.newFactory(), ticker);
    private final Worker worker =
            new Worker(
                    0, loop, Transport.LOCAL, ticker, () -> Instant.EPOCH, new SplittableRandom(1));
    private final Map<String, String> names = new HashMap<>(Map.of("a.example.com", "10.0.0.1"));
    private final Queue<Runnable> lookUps = new ArrayDeque<>();
    private final DynamicHosts hosts = hosts(false);
    private final List<Outcome> told = new ArrayList<>();

    private DynamicHosts hosts(boolean isSecured) {
        var question =
                new Discovery.Dynamic(
                        Family.AUTO, Duration.ofSeconds(60), Duration.ofMinutes(5), 2, 1);
        return new DynamicHosts(
                question, isSecured, worker, new LookUps(this::resolve, lookUps::add));
    }

    private List<InetAddress> resolve(String name) throws UnknownHostException {
        String address = names.get(name);
        if (address == null) {
            throw new UnknownHostException(name);
        }
        return List.of(InetAddress.ofLiteral(address));
    }

    private record Context(String authority) implements PickContext {
        @Override
        public RandomGenerator random() {
            throw new AssertionError("there is no choice");
        }

        @Override
        public @Nullable RequestHead request() {
            return RequestHead.of("GET", "http", authority, "/");
        }
    }

    private @Nullable Outcome find(String name) {
        return hosts.find(name, told::add);
    }

    private Pick pick(String authority) {
        return hosts.pick(new Context(authority));
    }

    private void answer() {
        while (!lookUps.isEmpty()) {
            lookUps.remove().run();
        }
        loop.runNow();
    }

    private void pass(Duration time) {
        ticker.advance(time.toNanos(), TimeUnit.NANOSECONDS);
        loop.runNow();
        answer();
    }

    @Test
    void aNameIsLookedUpOnceAndThenThere() {
        assertThat(find("A.example.com")).isNull();
        assertThat(pick("a.example.com")).isEqualTo(Pick.NoHealthyHost.NONE);
        answer();
        assertThat(told).containsExactly(Outcome.FOUND);
        Host host = (Host) pick("a.example.com:80");
        assertThat(host.addressText()).isEqualTo("10.0.0.1:80");
        assertThat(host.hostname()).isEqualTo("a.example.com");
        assertThat(find("a.example.com")).isEqualTo(Outcome.FOUND);
        assertThat(lookUps).isEmpty();
    }

    @Test
    void aNameThatNobodyHasIsToldAndNotKept() {
        find("b.example.com");
        answer();
        assertThat(told).containsExactly(Outcome.UNKNOWN);
        names.put("b.example.com", "10.0.0.2");
        find("b.example.com:8080");
        answer();
        assertThat(((Host) pick("b.example.com:8080")).addressText()).isEqualTo("10.0.0.2:8080");
    }

    @Test
    void addressesNeedNoLookUp() {
        assertThat(find("10.0.0.7:81")).isEqualTo(Outcome.FOUND);
        assertThat(((Host) pick("10.0.0.7:81")).addressText()).isEqualTo("10.0.0.7:81");
        assertThat(find("[::1]")).isEqualTo(Outcome.FOUND);
        assertThat(((Host) pick("[::1]:80")).addressText()).endsWith(":80");
        assertThat(lookUps).isEmpty();
    }

    @Test
    void overTlsTheUsualPortIsAnother() {
        DynamicHosts secured = hosts(true);
        secured.find("a.example.com", told::add);
        answer();
        Host host = (Host) secured.pick(new Context("a.example.com"));
        assertThat(host.addressText()).isEqualTo("10.0.0.1:443");
    }

    @Test
    void aKnownNameFollowsItsAddressAndStaysWhenALookUpFails() {
        find("a.example.com");
        answer();
        Host host = (Host) pick("a.example.com");
        names.put("a.example.com", "10.0.0.9");
        pass(Duration.ofSeconds(60));
        assertThat(pick("a.example.com")).isSameAs(host);
        assertThat(host.addressText()).isEqualTo("10.0.0.9:80");
        names.clear();
        pass(Duration.ofSeconds(60));
        assertThat(pick("a.example.com")).isSameAs(host);
    }

    @Test
    void whatNobodyWantsForLongIsForgotten() {
        find("a.example.com");
        answer();
        var drained = new ArrayList<String>();
        ((Host) pick("a.example.com")).attach(() -> drained.add("a"));
        for (int i = 0; i < 7; i++) {
            pass(Duration.ofSeconds(60));
        }
        assertThat(hosts.hosts()).isEmpty();
        assertThat(drained).containsExactly("a");
    }

    @Test
    void clientsCannotHaveItRememberOrWaitForMoreThanItsBounds() {
        names.put("b.example.com", "10.0.0.2");
        names.put("c.example.com", "10.0.0.3");
        find("a.example.com");
        assertThat(find("a.example.com")).isEqualTo(Outcome.OVERFLOW);
        find("b.example.com");
        assertThat(find("c.example.com")).isEqualTo(Outcome.OVERFLOW);
        answer();
        ((Host) pick("a.example.com")).requestStarted();
        assertThat(find("c.example.com")).isNull();
        answer();
        assertThat(hosts.hosts())
                .extracting(Host::hostname)
                .containsExactlyInAnyOrder("a.example.com", "c.example.com");
    }
}
