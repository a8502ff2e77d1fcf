package dev.heddle.signals.rollup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.signals.record.Edge;
import dev.heddle.signals.record.Logs;
import dev.heddle.signals.record.MetricPoint;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Side;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RollupsTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    @TempDir Path temp;

    private Path file() {
        return temp.resolve("rollups.sqlite");
    }

    private Rollups open(Rollups.Limits limits, Instant now) throws IOException {
        return Rollups.open(file(), limits, now);
    }

    private static RequestLog at(Instant time) {
        return Logs.one(time.toEpochMilli() * 1_000, "id");
    }

    private Map<Edge, Tally> stored(Instant from, Instant to) {
        return Rollups.stored(file(), from.getEpochSecond(), to.getEpochSecond()).edges();
    }

    private long storedRequests(Instant from, Instant to) {
        return stored(from, to).values().stream().mapToLong(Tally::requests).sum();
    }

    @Test
    void minutesAreKeptOverARestartAndAddedTo() throws IOException {
        try (var rollups = open(Rollups.Limits.USUAL, NOON)) {
            rollups.add(at(NOON.plusSeconds(5)), NOON.plusSeconds(6));
            rollups.flush();
            rollups.add(at(NOON.plusSeconds(7)), NOON.plusSeconds(8));
        }
        Instant later = NOON.plusSeconds(30);
        try (var rollups = open(Rollups.Limits.USUAL, later)) {
            rollups.add(at(NOON.plusSeconds(9)), later);
            rollups.add(at(NOON.plusSeconds(65)), NOON.plusSeconds(66));
            rollups.flush();
            assertThat(rollups.edges()).isEqualTo(1);
        }
        assertThat(storedRequests(NOON, NOON.plusSeconds(60))).isEqualTo(3);
        assertThat(storedRequests(NOON, NOON.plusSeconds(120))).isEqualTo(4);
        Tally whole = stored(NOON, NOON.plusSeconds(120)).values().iterator().next();
        assertThat(whole.latencies().count()).isEqualTo(4);
        assertThat(whole.durationMicros()).isEqualTo(20_000);
        assertThat(whole.sent()).isEqualTo(400);
    }

    @Test
    void theLastQuarterOfAnHourIsKnownByTenSeconds() throws IOException {
        try (var rollups = open(Rollups.Limits.USUAL, NOON)) {
            for (int second = 0; second < 1_200; second++) {
                Instant now = NOON.plusSeconds(second);
                rollups.add(at(now), now);
            }
            Instant now = NOON.plusSeconds(1_200);
            long end = now.getEpochSecond();
            var lately = rollups.recent(end - 60, end, now).orElseThrow();
            assertThat(lately.edges().values())
                    .singleElement()
                    .satisfies(tally -> assertThat(tally.requests()).isEqualTo(60));
            assertThat(rollups.recent(end - 901, end, now)).isEmpty();
            assertThat(rollups.recent(end - 900, end, now)).isPresent();
        }
    }

    @Test
    void afterADayMinutesBecomeHoursAndOldHoursGo() throws IOException {
        try (var rollups = open(Rollups.Limits.USUAL, NOON)) {
            for (int minute = 0; minute < 120; minute++) {
                Instant now = NOON.plusSeconds(minute * 60L);
                rollups.add(at(now), now);
            }
            rollups.flush();
            rollups.tidy(NOON.plus(Duration.ofHours(25)));
            // 12:00 to 13:00 is an hour now; 13:00 to 14:00 are minutes still.
            Instant one = NOON.plus(Duration.ofHours(1));
            assertThat(storedRequests(NOON, NOON.plusSeconds(60))).isEqualTo(60);
            assertThat(storedRequests(one, one.plusSeconds(60))).isEqualTo(1);
            assertThat(storedRequests(NOON, NOON.plus(Duration.ofHours(2)))).isEqualTo(120);

            rollups.tidy(NOON.plus(Duration.ofDays(30)).plus(Duration.ofHours(1)));
            assertThat(storedRequests(NOON, NOON.plus(Duration.ofHours(2)))).isEqualTo(60);
            rollups.tidy(NOON.plus(Duration.ofDays(31)));
            assertThat(storedRequests(NOON, NOON.plus(Duration.ofHours(2)))).isZero();
            assertThat(rollups.edges()).isZero();
        }
    }

    @Test
    void aFileThatIsTooLargeLosesItsOldestTimes() throws IOException {
        var limits = new Rollups.Limits(Duration.ofHours(24), Duration.ofDays(30), 100_000, 5_000);
        try (var rollups = open(limits, NOON)) {
            for (int minute = 0; minute < 600; minute++) {
                Instant now = NOON.plusSeconds(minute * 60L);
                for (int service = 0; service < 10; service++) {
                    rollups.add(
                            Logs.of(
                                    now.toEpochMilli() * 1_000,
                                    "id",
                                    "s" + service,
                                    "v1",
                                    200,
                                    1_000,
                                    Side.SOURCE),
                            now);
                }
                if (minute % 100 == 99) {
                    rollups.flush();
                    rollups.tidy(now);
                }
            }
            assertThat(Files.size(file())).isLessThan(120_000);
        }
        Instant end = NOON.plus(Duration.ofHours(10));
        assertThat(storedRequests(end.minusSeconds(600), end)).isEqualTo(100);
        assertThat(storedRequests(NOON, NOON.plusSeconds(600))).isZero();
        try (var rollups = open(limits, end)) {
            rollups.tidy(NOON.plus(Duration.ofDays(60)));
            assertThat(Files.size(file())).isLessThan(50_000);
        }
    }

    @Test
    void edgesForWhichThereIsNoRoomAreCountedOut() throws IOException {
        var limits = new Rollups.Limits(Duration.ofHours(24), Duration.ofDays(30), 1 << 20, 3);
        try (var rollups = open(limits, NOON)) {
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < 5; i++) {
                    rollups.add(
                            Logs.of(
                                    NOON.toEpochMilli() * 1_000,
                                    "id",
                                    "s" + i,
                                    "v1",
                                    200,
                                    1_000,
                                    Side.SOURCE),
                            NOON);
                }
                rollups.flush();
            }
            assertThat(rollups.edges()).isEqualTo(3);
            assertThat(rollups.refused()).isEqualTo(4);
        }
        assertThat(storedRequests(NOON, NOON.plusSeconds(60))).isEqualTo(6);
    }

    @Test
    void whoTellsMetricsIsNotCountedByItsLogs() throws IOException {
        try (var rollups = open(Rollups.Limits.USUAL, NOON)) {
            RequestLog log = at(NOON);
            var edge = Edge.of(log);
            assertThat(rollups.add(log, NOON)).isTrue();
            rollups.add(
                    new MetricPoint(
                            new MetricPoint.Series(
                                    "node", "istio_requests_total", edge, 503, -1, List.of()),
                            0,
                            NOON.toEpochMilli() * 1_000,
                            true,
                            new MetricPoint.Value.Sum(10)),
                    NOON);
            assertThat(rollups.add(log, NOON.plusSeconds(299))).isFalse();
            assertThat(rollups.add(log, NOON.plusSeconds(300))).isTrue();
            rollups.flush();
        }
        Tally tally = stored(NOON, NOON.plusSeconds(600)).values().iterator().next();
        assertThat(tally.requests()).isEqualTo(12);
        assertThat(tally.errors()).isEqualTo(10);
    }

    @Test
    void aFileThatIsDamagedIsPutAside() throws IOException {
        Files.writeString(file(), "this is no file of SQLite, and that for quite some bytes");
        try (var rollups = open(Rollups.Limits.USUAL, NOON)) {
            rollups.add(at(NOON), NOON);
        }
        assertThat(storedRequests(NOON, NOON.plusSeconds(60))).isEqualTo(1);
        assertThat(temp.resolve("rollups.sqlite.damaged")).exists();
    }

    @Test
    void soIsOneOfWhatProxiesCost() throws IOException {
        Path costs = temp.resolve("usages.sqlite");
        Files.writeString(costs, "this is no file of SQLite, and that for quite some bytes");
        Usages.open(costs, Rollups.Limits.USUAL).close();
        assertThat(temp.resolve("usages.sqlite.damaged")).exists();
        Usages.open(costs, Rollups.Limits.USUAL).close();
    }
}
