package dev.heddle.proxy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.Assignment;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LeavingHostsTest {
    private static final Assignment.Locality HERE = new Assignment.Locality("r", "here", "");
    private static final Assignment.Locality THERE = new Assignment.Locality("r", "there", "");

    private static Assignment.Place place(Assignment.Locality where, String... hosts) {
        return new Assignment.Place(
                where,
                0,
                1,
                Stream.of(hosts)
                        .map(host ->
                                new Assignment.Endpoint(
                                        InetSocketAddress.createUnresolved(host, 80),
                                        "",
                                        1,
                                        Assignment.Health.HEALTHY))
                        .toList());
    }

    @Test
    void whoStaysIsWhereItWasBeforeItsPlaceIsGoneToo() {
        List<Assignment.Place> before = List.of(place(HERE, "a", "b", "c"), place(THERE, "d", "e"));
        List<Assignment.Place> now = List.of(place(HERE, "b", "d"));
        assertThat(LeavingHosts.with(now, before, it -> !it.getHostString().equals("c")))
                .containsExactly(place(HERE, "b", "d", "a"), place(THERE, "e"));
        assertThat(LeavingHosts.with(now, before, _ -> false)).isEqualTo(now);
    }
}
