package dev.heddle.proxy.recording;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.Assignment;
import dev.heddle.proxy.config.ClusterConfig;
import dev.heddle.proxy.config.ProxyConfig;
import dev.heddle.proxy.upstream.Circuit;
import dev.heddle.proxy.upstream.Circuit.Resource;
import dev.heddle.proxy.upstream.CircuitLimits;
import dev.heddle.proxy.upstream.ClusterSettings;
import dev.heddle.telemetry.MeterView;
import dev.heddle.telemetry.Reading;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ProxyMetersTest {
    private final Circuit circuit = new Circuit();
    private final ProxyMeters meters = new ProxyMeters(1, MeterView.WHOLE, _ -> circuit, _ -> null);

    private static ProxyConfig with(CircuitLimits limits) {
        var settings =
                new ClusterSettings(
                        "a", Duration.ofSeconds(5), Duration.ofHours(1), 0, 1 << 20, limits);
        var config =
                new ClusterConfig(
                        settings,
                        "a",
                        new ClusterConfig.Discovery.Eds("a", Duration.ofSeconds(15)),
                        new ClusterConfig.Balancing.RoundRobin(),
                        false,
                        50);
        var state = new ProxyConfig.ClusterState(config, new Assignment("a", List.of(), 140));
        return new ProxyConfig(1, Map.of(), Map.of(), Map.of("a", state), Map.of());
    }

    private Map<String, Long> breakers() {
        var values = new TreeMap<String, Long>();
        for (Reading reading : meters.meters().read()) {
            String name = reading.id().name();
            if (name.contains(".circuit_breakers.default.")
                    && reading instanceof Reading.GaugeValue(_, long value)) {
                values.put(name.substring("cluster.a.circuit_breakers.default.".length()), value);
            }
        }
        return values;
    }

    @Test
    void circuitBreakersSayWhatIsReachedAndWhatIsLeft() {
        var limits = new CircuitLimits(2, 1, 5, 3, Optional.empty(), true);
        meters.onConfig(with(limits));
        assertThat(circuit.tryAcquire(Resource.CONNECTIONS, limits)).isTrue();
        assertThat(circuit.tryAcquire(Resource.PENDING_REQUESTS, limits)).isTrue();
        assertThat(breakers())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                "cx_open", 0L,
                                "rq_pending_open", 1L,
                                "rq_open", 0L,
                                "rq_retry_open", 0L,
                                "remaining_cx", 1L,
                                "remaining_pending", 0L,
                                "remaining_rq", 5L,
                                "remaining_retries", 3L));
    }

    @Test
    void whatIsLeftIsNotSaidUnlessItIsAskedFor() {
        meters.onConfig(with(CircuitLimits.ENVOY));
        assertThat(breakers())
                .containsOnlyKeys("cx_open", "rq_pending_open", "rq_open", "rq_retry_open");
    }
}
