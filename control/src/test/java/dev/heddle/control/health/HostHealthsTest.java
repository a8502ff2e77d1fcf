package dev.heddle.control.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.control.health.HostHealths.ToldHealth;
import dev.heddle.xds.server.HealthHandler.Ejection;
import dev.heddle.xds.server.HealthHandler.HealthStream;
import dev.heddle.xds.server.HealthHandler.Report;
import dev.heddle.xds.server.HealthHandler.UnwellHost;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HostHealthsTest {
    private final HostHealths healths = new HostHealths();

    private static UnwellHost host(int port) {
        return new UnwellHost(
                "outbound|80||shop.mesh",
                "10.0.0.1",
                port,
                Optional.of(new Ejection("consecutive_5xx", 1, 2, 1)),
                Optional.empty());
    }

    @Test
    void aReportTakesThePlaceOfTheOneBefore() {
        var web = new HealthStream(1, "web");
        healths.onReport(web, new Report(List.of(host(1), host(2)), 0));
        healths.onReport(web, new Report(List.of(host(2)), 0));
        assertThat(healths.all()).containsExactly(new ToldHealth(1, "web", List.of(host(2)), 0));
    }

    @Test
    void whatAProxySaidGoesWithItsCall() {
        var web = new HealthStream(1, "web");
        healths.onReport(web, new Report(List.of(host(1)), 0));
        healths.onClosed(web);
        assertThat(healths.all()).isEmpty();
    }

    @Test
    void ofTwoCallsOfAProxyTheLaterOneCounts() {
        healths.onReport(new HealthStream(2, "web"), new Report(List.of(host(2)), 0));
        healths.onReport(new HealthStream(1, "web"), new Report(List.of(host(1)), 0));
        healths.onReport(new HealthStream(3, "api"), new Report(List.of(), 0));
        assertThat(healths.all()).extracting(ToldHealth::node).containsExactly("api", "web");
        assertThat(healths.all().getLast().hosts()).containsExactly(host(2));
    }

    @Test
    void moreThanThereIsRoomForIsCountedAndMakesRoomAgain() {
        List<UnwellHost> many = Collections.nCopies(2_000, host(1));
        for (int i = 1; i <= 25; i++) {
            healths.onReport(new HealthStream(i, "proxy-" + i), new Report(many, 0));
        }
        var late = new HealthStream(26, "proxy-late");
        healths.onReport(late, new Report(many, 7));
        assertThat(healths.all().getLast())
                .isEqualTo(new ToldHealth(26, "proxy-late", List.of(), 2_007));
        healths.onClosed(new HealthStream(1, "proxy-1"));
        healths.onReport(late, new Report(many, 7));
        assertThat(healths.all().getLast().hosts()).hasSize(2_000);
    }
}
