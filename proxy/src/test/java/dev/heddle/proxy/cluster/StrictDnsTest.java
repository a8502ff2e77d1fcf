package dev.heddle.proxy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.Assignment;
import dev.heddle.proxy.config.ClusterConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private final StrictDns dns = new StrictDns(this::resolve, thread, thread);

    private List<InetAddress> resolve(String name) throws UnknownHostException {
        List<InetAddress> answer = names.get(name);
        if (answer == null) {
            throw new UnknownHostException(name);
        }
        return answer;
    }

    private static List<InetAddress> addresses(String... literals) {
        return Stream.of(literals).map(InetAddress::ofLiteral).toList();
    }

    private static ClusterConfig.Discovery.Dns question(boolean firstOnly, String... names) {
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
                firstOnly,
                Duration.ofMillis(5),
                false,
                ClusterConfig.Family.AUTO);
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
