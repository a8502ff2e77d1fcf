package dev.heddle.proxy.upstream.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.testkit.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriorityLoadTest {

    private static List<PriorityLoad.Counts> counts(String text) {
        return Arrays.stream(text.split(" "))
                .map(it -> it.split("/"))
                .map(it ->
                        new PriorityLoad.Counts(
                                Integer.parseInt(it[0]),
                                Integer.parseInt(it[1]),
                                Integer.parseInt(it[2])))
                .toList();
    }

    private static String text(PriorityLoad load) {
        return load.shares().stream()
                .map(it -> "P" + it.priority() + " " + it.hosts() + " " + it.percent())
                .collect(Collectors.joining(", "));
    }

    /// Rows of the form healthy/degraded/all for each priority, after the tables of Envoy's pages
    /// on priority levels, degraded endpoints and panic.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "100/0/100 100/0/100 | 50 | P0 HEALTHY 100",
                "72/0/100 72/0/100 | 50 | P0 HEALTHY 100",
                "71/0/100 71/0/100 | 50 | P0 HEALTHY 99, P1 HEALTHY 1",
                "50/0/100 50/0/100 | 50 | P0 HEALTHY 70, P1 HEALTHY 30",
                "25/0/100 100/0/100 | 50 | P0 HEALTHY 35, P1 HEALTHY 65",
                "0/0/100 100/0/100 | 50 | P1 HEALTHY 100",
                "25/0/100 25/0/100 | 50 | P0 ALL 50, P1 ALL 50",
                "25/0/100 25/0/100 | 0 | P0 HEALTHY 50, P1 HEALTHY 50",
                "5/0/100 65/0/100 | 50 | P0 ALL 8, P1 HEALTHY 92",
                "25/75/100 | 50 | P0 HEALTHY 35, P0 DEGRADED 65",
                "0/0/3 | 50 | P0 ALL 100",
                "0/0/3 | 0 |",
                "0/0/0 0/0/2 | 50 | P1 ALL 100",
                "0/0/1 0/0/3 | 50 | P0 ALL 25, P1 ALL 75",
                "1/0/4 0/0/0 0/0/4 | 50 | P0 ALL 50, P2 ALL 50",
                "0/0/0 | 50 |"
            })
    void requestsAreDividedAsEnvoyDividesThem(String counts, double panic, String expected) {
        assertThat(text(PriorityLoad.of(counts(counts), 140, panic)))
                .isEqualTo(expected == null ? "" : expected);
    }

    @Test
    void sharesAlwaysAddUpAndNeverGoWhereNobodyIs() {
        Seed seed = Seed.ofRun();
        RandomGenerator random = seed.random();
        for (int run = 0; run < 5_000; run++) {
            var counts = new ArrayList<PriorityLoad.Counts>();
            for (int i = 0; i <= random.nextInt(4); i++) {
                int all = random.nextInt(20);
                int healthy = random.nextInt(all + 1);
                counts.add(
                        new PriorityLoad.Counts(healthy, random.nextInt(all - healthy + 1), all));
            }
            PriorityLoad load =
                    PriorityLoad.of(counts, 100 + random.nextInt(100), random.nextInt(101));
            if (load.shares().isEmpty()) {
                continue;
            }
            assertThat(load.shares().stream().mapToInt(PriorityLoad.Share::percent).sum())
                    .as("%s; %s", counts, seed)
                    .isEqualTo(100);
            assertThat(load.shares())
                    .as("%s; %s", counts, seed)
                    .allMatch(it -> hostsOf(counts.get(it.priority()), it.hosts()) > 0);
        }
    }

    private static int hostsOf(PriorityLoad.Counts counts, PriorityLoad.Hosts hosts) {
        return switch (hosts) {
            case HEALTHY -> counts.healthy();
            case DEGRADED -> counts.degraded();
            case ALL -> counts.all();
        };
    }
}
