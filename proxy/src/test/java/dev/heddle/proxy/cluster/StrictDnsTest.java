package dev.heddle.proxy.cluster;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.Assignment;
import dev.heddle.proxy.config.ClusterConfig;
import dev.heddle.proxy.config.ClusterConfig.Discovery.Retry;
import dev.heddle.proxy.config.ClusterConfig.Discovery.Timing;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StrictDnsTest {

    private final Map<String, List<InetAddress>> names = new ConcurrentHashMap<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final BlockingQueue<Optional<Assignment>> told = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
    private final StrictDns dns = new StrictDns(this::resolve, thread, thread, new Random(7));

    private List<InetAddress> resolve(String name) throws UnknownHostException {
        asked.add(name);
        List<InetAddress> answer = names.get(name);
        if (answer == null) {
            throw new UnknownHostException(name);
        }
        return answer;
    }

    private static List<InetAddress> addresses(String... literals) {
        return Stream.of(literals).map(InetAddress::ofLiteral).toList();
    }

    private static ClusterConfig.Discovery.Dns question(boolean isLogical, String... names) {
        return question(isLogical, ClusterConfig.Family.AUTO, names);
    }

    private static ClusterConfig.Discovery.Dns question(
            boolean isLogical, ClusterConfig.Family family, String... names) {
        List<Assignment.Endpoint> endpoints =
                Stream.of(names)
                        .map(name ->
                                new Assignment.Endpoint(
                                        InetSocketAddress.createUnresolved(name, 80),
                                        "",
                                        1,
                                        Assignment.Health.HEALTHY))
                        .toList();
        var place = new Assignment.Place(Assignment.Locality.UNKNOWN, 0, 0, endpoints);
        return new ClusterConfig.Discovery.Dns(
                new Assignment("c", List.of(place), 140),
                isLogical,
                Timing.every(Duration.ofMillis(5)),
                family);
    }

    private void watch(ClusterConfig.Discovery.Dns question) {
        thread.execute(() -> dns.watch("c", question, told::add));
    }

    private List<String> nextHosts() throws InterruptedException {
        Optional<Assignment> hosts = told.poll(5, TimeUnit.SECONDS);
        assertThat(hosts).isNotNull();
        return hosts.orElseThrow().places().stream()
                .flatMap(place -> place.endpoints().stream())
                .map(it -> it.address().getAddress().getHostAddress() + " " + it.hostname())
                .toList();
    }

    @AfterEach
    void stop() {
        thread.shutdownNow();
    }

    @Test
    void everyAddressOfEveryNameIsAHostAndChangesAreSeen() throws Exception {
        names.put("a", addresses("10.0.0.2", "10.0.0.1"));
        names.put("b", addresses("10.0.0.3"));
        watch(question(false, "a", "b"));
        assertThat(nextHosts()).containsExactly("10.0.0.1 a", "10.0.0.2 a", "10.0.0.3 b");
        names.put("a", addresses("10.0.0.9"));
        assertThat(nextHosts()).containsExactly("10.0.0.9 a", "10.0.0.3 b");
    }

    @Test
    void aNameThatFailsKeepsItsLastAddresses() throws Exception {
        names.put("a", addresses("10.0.0.1"));
        names.put("b", addresses("10.0.0.2"));
        watch(question(false, "a", "b"));
        assertThat(nextHosts()).hasSize(2);
        names.remove("a");
        names.put("b", addresses("10.0.0.3"));
        assertThat(nextHosts()).containsExactly("10.0.0.1 a", "10.0.0.3 b");
    }

    @Test
    void aFirstFailureIsToldSoThatNobodyWaits() throws Exception {
        watch(question(false, "none"));
        assertThat(told.take()).isEmpty();
        names.put("none", addresses("10.0.0.1"));
        Optional<Assignment> next = told.take();
        while (next.isEmpty()) {
            next = told.take();
        }
        assertThat(next.orElseThrow().size()).isOne();
    }

    @Test
    void aLogicalClusterHasOneHost() throws Exception {
        names.put("a", addresses("10.0.0.2", "10.0.0.1"));
        watch(question(true, "a"));
        assertThat(nextHosts()).containsExactly("10.0.0.2 a");
    }

    @Test
    void aLogicalHostOfBothFamiliesHasAllTheirAddresses() throws Exception {
        names.put("a", addresses("10.0.0.2", "::1", "10.0.0.1"));
        watch(question(true, ClusterConfig.Family.ALL, "a"));
        Assignment hosts = requireNonNull(told.poll(5, TimeUnit.SECONDS)).orElseThrow();
        assertThat(hosts.size()).isOne();
        Assignment.Endpoint host = hosts.places().getFirst().endpoints().getFirst();
        assertThat(host.address().getAddress()).isEqualTo(InetAddress.ofLiteral("10.0.0.2"));
        assertThat(host.others())
                .extracting(InetSocketAddress::getAddress)
                .isEqualTo(addresses("::1", "10.0.0.1"));
    }

    @Test
    void anEmptyAnswerLeavesALogicalHostWhereItWas() throws Exception {
        names.put("a", addresses("10.0.0.1"));
        watch(question(true, ClusterConfig.Family.V4_ONLY, "a"));
        assertThat(nextHosts()).containsExactly("10.0.0.1 a");
        names.put("a", addresses("::1"));
        asked.clear();
        for (int i = 0; i < 3; i++) {
            assertThat(asked.poll(5, TimeUnit.SECONDS)).isEqualTo("a");
        }
        names.put("a", addresses("10.0.0.2"));
        assertThat(nextHosts()).containsExactly("10.0.0.2 a");
    }

    @Test
    void failuresAreTriedAgainAfterGrowingTimesUpToTheLongest() {
        var timing =
                new Timing(
                        Duration.ofSeconds(5),
                        Duration.ZERO,
                        false,
                        new Retry(Duration.ofMillis(100), Duration.ofMillis(400)));
        var random = new Random(7);
        for (int failures = 1; failures < 40; failures++) {
            long most = Math.min(400, 100L << Math.min(failures - 1, 10));
            for (int i = 0; i < 100; i++) {
                assertThat(StrictDns.waitNanos(timing, failures, random))
                        .isBetween(1L, TimeUnit.MILLISECONDS.toNanos(most));
            }
        }
        assertThat(StrictDns.waitNanos(timing, 0, random)).isEqualTo(TimeUnit.SECONDS.toNanos(5));
    }

    @Test
    void jitterComesOnTopOfTheRefreshRate() {
        Retry fixed = new Retry(Duration.ofSeconds(1), Duration.ofSeconds(1));
        var timing = new Timing(Duration.ofSeconds(5), Duration.ofSeconds(2), false, fixed);
        var random = new Random(7);
        long least = TimeUnit.SECONDS.toNanos(5);
        assertThat(
                        random.longs(100)
                                .map(_ -> StrictDns.waitNanos(timing, 0, random))
                                .boxed()
                                .toList())
                .allSatisfy(it -> assertThat(it).isBetween(least, least / 5 * 7))
                .doesNotHaveDuplicates();
        assertThat(StrictDns.waitNanos(timing, 3, random)).isEqualTo(least / 5);
    }

    @Test
    void whatIsForgottenIsNotToldAgain() throws Exception {
        names.put("a", addresses("10.0.0.1"));
        watch(question(false, "a"));
        assertThat(nextHosts()).hasSize(1);
        thread.submit(() -> dns.forget("c")).get();
        names.put("a", addresses("10.0.0.2"));
        assertThat(told.poll(100, TimeUnit.MILLISECONDS)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "AUTO, ::1",
        "V4_PREFERRED, 10.0.0.1",
        "V4_ONLY, 10.0.0.1",
        "V6_ONLY, ::1",
        "ALL, 10.0.0.1 ::1"
    })
    void theFamilySaysWhichAddressesCount(ClusterConfig.Family family, String expected) {
        assertThat(StrictDns.ofFamily(addresses("10.0.0.1", "::1"), family))
                .isEqualTo(addresses(expected.split(" ")));
    }
}
