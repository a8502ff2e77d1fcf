package dev.heddle.console.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.control.access.Account;
import dev.heddle.control.access.Caller;
import dev.heddle.control.access.Grant;
import dev.heddle.control.world.VersionChange;
import dev.heddle.control.world.VersionChange.ResourceChange;
import dev.heddle.control.world.WorldHistory.Version;
import dev.heddle.signals.record.Party;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Secure;
import dev.heddle.signals.record.Side;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChangeBeforeTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    private static Version version(long number, Instant since, String namespace) {
        return new Version(
                number,
                since,
                new VersionChange(
                        List.of("alice"),
                        "faster",
                        List.of(
                                new ResourceChange(
                                        "configured",
                                        "VirtualService " + namespace + "/api",
                                        namespace)),
                        1));
    }

    private static RequestLog failed(long micros) {
        return new RequestLog(
                NOW.toEpochMilli() * 1_000,
                new RequestLog.Reporter("", Side.SOURCE),
                new RequestLog.Ids("a", "", ""),
                Party.UNKNOWN,
                Party.UNKNOWN,
                new RequestLog.Request("http", "GET", "api", "/"),
                new RequestLog.Outcome(503, -1, List.of("UH"), "", "", micros, 0, 0, 0),
                new RequestLog.Way("", "", "", "", "", "", "", Secure.NO, ""));
    }

    private static Optional<String> of(List<Version> versions, Grant... grants) {
        return ChangeBefore.of(versions, failed(5_000_000), caller(grants));
    }

    private static Caller caller(Grant... grants) {
        return new Caller(new Account("u", "", List.of(grants)), "", "");
    }

    @Test
    void whatCameJustBeforeIsSaid() {
        assertThat(
                        of(
                                List.of(
                                        version(9, NOW.plusSeconds(60), "shop"),
                                        version(8, NOW.minusSeconds(3), "shop"),
                                        version(7, NOW.minusSeconds(5), "shop")),
                                Grant.of("viewer")))
                .contains(
                        "Version 8 of the configuration came 3 s before, by alice ('faster'):"
                                + " VirtualService shop/api configured.");
    }

    @Test
    void whatCameWhileTheRequestWasUnderWayIsSaid() {
        assertThat(
                        of(
                                List.of(
                                        version(8, NOW.plusSeconds(3), "shop"),
                                        version(7, NOW.minusSeconds(5), "shop")),
                                Grant.of("viewer")))
                .hasValueSatisfying(
                        it -> assertThat(it).contains("Version 8").contains("meanwhile"));
    }

    @Test
    void whatIsOldAndWhatWasThereFirstIsNot() {
        assertThat(
                        of(
                                List.of(
                                        version(8, NOW.minusSeconds(3_600), "shop"),
                                        version(7, NOW.minusSeconds(4_000), "shop")),
                                Grant.of("viewer")))
                .isEmpty();
        assertThat(of(List.of(version(1, NOW.minusSeconds(3), "shop")), Grant.of("viewer")))
                .isEmpty();
    }

    @Test
    void whoseNamespaceItIsNotIsNotTold() {
        assertThat(
                        of(
                                List.of(
                                        version(8, NOW.minusSeconds(3), "bank"),
                                        version(7, NOW.minusSeconds(5), "bank")),
                                Grant.of("viewer:shop")))
                .isEmpty();
    }
}
