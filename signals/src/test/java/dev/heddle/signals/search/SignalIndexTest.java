package dev.heddle.signals.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.signals.record.Logs;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Side;
import dev.heddle.signals.record.Signal;
import dev.heddle.signals.record.Span;
import dev.heddle.signals.search.Search.Kind;
import dev.heddle.testkit.Seed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignalIndexTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final long MICROS = NOON.toEpochMilli() * 1_000;

    @TempDir Path temp;

    private SignalIndex open(SignalIndex.Limits limits, Instant now) throws IOException {
        return SignalIndex.open(temp, limits, now);
    }

    private static Span span(long time, String id) {
        return new Span(
                "0123456789abcdef0123456789abcdef",
                id,
                "",
                "egress reviews",
                "client",
                time,
                900,
                false,
                "",
                "web.shop",
                "node",
                "shop",
                Map.of("guid:x-request-id", "r-7", "http.status_code", "200"));
    }

    private static List<String> ids(Found found) {
        return found.signals().stream()
                .map(it -> it instanceof RequestLog log ? log.ids().requestId() : "span")
                .toList();
    }

    private static Search search(
            String service, Optional<Search.Codes> codes, String flag, String text) {
        return new Search(
                Kind.LOGS,
                OptionalLong.empty(),
                OptionalLong.empty(),
                service,
                "",
                "",
                codes,
                flag,
                false,
                text,
                "",
                "",
                "",
                null,
                Optional.empty(),
                100);
    }

    @Test
    void whatIsKeptIsFoundAsItWas() throws IOException {
        var random = Seed.ofRun().random();
        try (var index = open(SignalIndex.Limits.USUAL, NOON)) {
            var all = new ArrayList<Signal>();
            for (int i = 0; i < 200; i++) {
                all.add(Logs.any(random, MICROS + i));
            }
            all.add(span(MICROS + 1_000, "0123456789abcdef"));
            for (Signal signal : all) {
                index.add(signal);
            }
            assertThat(index.find(Search.all(Kind.BOTH, 1_000)).signals()).isEmpty();
            index.commit();
            assertThat(index.find(Search.all(Kind.BOTH, 1_000)).signals())
                    .isEqualTo(all.reversed());
        }
        try (var index = open(SignalIndex.Limits.USUAL, NOON)) {
            assertThat(index.size()).isEqualTo(201);
            assertThat(index.find(Search.all(Kind.SPANS, 10)).signals()).hasSize(1);
        }
    }

    @Test
    void oneLooksByServiceCodeFlagAndWords() throws IOException {
        try (var index = open(SignalIndex.Limits.USUAL, NOON)) {
            index.add(Logs.of(MICROS, "a", "reviews", "v1", 200, 1, Side.SOURCE));
            index.add(Logs.of(MICROS + 1, "b", "reviews", "v2", 503, 1, Side.SOURCE));
            index.add(Logs.of(MICROS + 2, "c", "ratings", "v1", 404, 1, Side.SOURCE));
            index.add(span(MICROS + 3, "0123456789abcdef"));
            index.commit();
            var none = Optional.<Search.Codes>empty();
            assertThat(ids(index.find(search("reviews", none, "", "")))).containsExactly("b", "a");
            assertThat(ids(index.find(search("ratings.default.svc.cluster.local", none, "", ""))))
                    .containsExactly("c");
            assertThat(ids(index.find(search("web", none, "", "")))).hasSize(3);
            var errors = Optional.of(new Search.Codes(400, 599));
            assertThat(ids(index.find(search("", errors, "", "")))).containsExactly("c", "b");
            assertThat(ids(index.find(search("", none, "UF", "")))).containsExactly("b");
            assertThat(ids(index.find(search("", none, "", "GET /ratings/0"))))
                    .containsExactly("c");
            assertThat(ids(index.find(search("", none, "", "Upstream_res*")))).containsExactly("b");
            assertThat(ids(index.find(search("", none, "", "nothing")))).isEmpty();
        }
    }

    @Test
    void oneLooksByRequestTraceTimeAndNamespace() throws IOException {
        try (var index = open(SignalIndex.Limits.USUAL, NOON)) {
            index.add(Logs.one(MICROS, "r-7"));
            index.add(Logs.one(MICROS + 5, "r-8"));
            index.add(span(MICROS + 9, "0123456789abcdef"));
            index.commit();
            assertThat(ids(index.find(Search.ofId("r-7", false, null))))
                    .containsExactly("span", "r-7");
            assertThat(ids(index.find(Search.ofId("0123456789abcdef0123456789abcdef", true, null))))
                    .hasSize(3);
            assertThat(ids(index.find(Search.ofId("r-7", false, Set.of("default")))))
                    .containsExactly("r-7");
            assertThat(ids(index.find(Search.ofId("r-7", false, Set.of("bank"))))).isEmpty();
            var between =
                    new Search(
                            Kind.BOTH,
                            OptionalLong.of(MICROS + 5),
                            OptionalLong.of(MICROS + 9),
                            "",
                            "",
                            "",
                            Optional.empty(),
                            "",
                            false,
                            "",
                            "",
                            "",
                            "",
                            null,
                            Optional.empty(),
                            10);
            assertThat(ids(index.find(between))).containsExactly("r-8");
        }
    }

    private static Search page(Optional<Search.Cursor> after) {
        Search all = Search.all(Kind.LOGS, 7);
        return new Search(
                all.kind(),
                all.fromMicros(),
                all.toMicros(),
                "",
                "",
                "",
                Optional.empty(),
                "",
                false,
                "",
                "",
                "",
                "",
                null,
                after.map(it -> Search.Cursor.of(it.toString())),
                7);
    }

    @Test
    void pagesFollowEachOtherAlsoWhereManyAreOfOneTime() throws IOException {
        var random = Seed.ofRun().random();
        var limits = new SignalIndex.Limits(Duration.ofDays(3), 1 << 20, 2);
        try (var index = open(limits, NOON)) {
            for (int i = 0; i < 100; i++) {
                index.add(Logs.one(MICROS + random.nextInt(5), "r-" + i));
                if (i % 25 == 24) {
                    // The parts are an hour and a half of three days.
                    index.commit();
                    index.tidy(NOON.plus(Duration.ofHours(40L * (i / 25 + 1) % 70)));
                }
            }
            index.commit();
            var all = index.find(Search.all(Kind.LOGS, 1_000)).signals();
            assertThat(all).hasSize(100);
            var paged = new ArrayList<Signal>();
            Optional<Search.Cursor> after = Optional.empty();
            do {
                Found found = index.find(page(after));
                paged.addAll(found.signals());
                after = found.next();
            } while (after.isPresent());
            assertThat(paged).isEqualTo(all);
        }
    }

    private List<String> parts() throws IOException {
        try (Stream<Path> files = Files.list(temp)) {
            return files.map(it -> it.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void whatIsTooOldGoesAPartAtATime() throws IOException {
        var limits = new SignalIndex.Limits(Duration.ofHours(4), 1 << 30, 4);
        try (var index = open(limits, NOON)) {
            for (int minute = 0; minute < 600; minute++) {
                Instant now = NOON.plusSeconds(minute * 60L);
                index.add(Logs.one(now.toEpochMilli() * 1_000, "r-" + minute));
                if (minute % 10 == 9) {
                    index.commit();
                    index.tidy(now);
                }
            }
            // Four hours, and at most the hour of which a part is.
            assertThat(index.size()).isBetween(240L, 320L);
            assertThat(parts()).hasSizeBetween(4, 6);
            assertThat(ids(index.find(Search.all(Kind.LOGS, 1)))).containsExactly("r-599");
        }
    }

    @Test
    void whatIsTooMuchGoesTheOldestFirst() throws IOException {
        var random = Seed.ofRun().random();
        long most = 2_000_000;
        var limits = new SignalIndex.Limits(Duration.ofDays(3), most, 8);
        try (var index = open(limits, NOON)) {
            for (int i = 0; i < 20_000; i++) {
                index.add(Logs.any(random, MICROS + i));
                if (i % 500 == 499) {
                    index.commit();
                    index.tidy(NOON);
                    assertThat(index.bytes()).isLessThan(most + most / 8 + 100_000);
                }
            }
            assertThat(index.size()).isBetween(1_000L, 19_000L);
            long newest = index.find(Search.all(Kind.LOGS, 1)).signals().getFirst().timeMicros();
            assertThat(newest).isEqualTo(MICROS + 19_999);
        }
        try (var index = open(limits, NOON)) {
            assertThat(index.size()).isPositive();
        }
    }

    @Test
    void aRestartGoesOnWithTheNewestPart() throws IOException {
        for (int run = 0; run < 5; run++) {
            try (var index = open(SignalIndex.Limits.USUAL, NOON.plusSeconds(run))) {
                index.add(Logs.one(MICROS, "r-" + run));
            }
        }
        try (var index = open(SignalIndex.Limits.USUAL, NOON)) {
            assertThat(ids(index.find(Search.all(Kind.LOGS, 10)))).hasSize(5);
            assertThat(parts()).containsExactly("0000000001");
            // It is as old as its beginning, not as the last restart.
            index.tidy(NOON.plus(Duration.ofHours(5)));
            assertThat(parts()).hasSize(2);
        }
    }

    @Test
    void whoWritesAlreadyIsNotDisturbed() throws IOException {
        try (var index = open(SignalIndex.Limits.USUAL, NOON)) {
            assertThatThrownBy(() -> open(SignalIndex.Limits.USUAL, NOON))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another process writes there");
            index.add(Logs.one(MICROS, "a"));
            index.commit();
            assertThat(ids(index.find(Search.all(Kind.LOGS, 10)))).containsExactly("a");
        }
        assertThat(parts()).containsExactly("0000000001");
    }

    @Test
    void aPartThatIsDamagedIsPutAsideAndTheOthersAreFound() throws IOException {
        try (var index = open(SignalIndex.Limits.USUAL, NOON)) {
            index.add(Logs.one(MICROS, "a"));
            index.commit();
            // Another part is begun.
            index.tidy(NOON.plus(Duration.ofHours(10)));
            index.add(Logs.one(MICROS, "b"));
        }
        try (Stream<Path> files = Files.list(temp.resolve("0000000001"))) {
            for (Path file : files.filter(it -> it.toString().contains("segments_")).toList()) {
                Files.write(file, new byte[] {1, 2, 3});
            }
        }
        try (var index = open(SignalIndex.Limits.USUAL, NOON)) {
            assertThat(ids(index.find(Search.all(Kind.LOGS, 10)))).containsExactly("b");
        }
        assertThat(parts()).contains("damaged-0000000001");
    }
}
