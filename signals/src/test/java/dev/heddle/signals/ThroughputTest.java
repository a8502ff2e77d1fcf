package dev.heddle.signals;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.signals.intake.Kind;
import dev.heddle.signals.record.Logs;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Span;
import dev.heddle.signals.search.Search;
import dev.heddle.testkit.Seed;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is promised: 2,000 logs or spans a second on one core, without loss.
class ThroughputTest {
    private static final int A_SECOND = 2_000;
    private static final int SECONDS = 6;

    @TempDir Path temp;

    private static long writerNanos() {
        var threads = ManagementFactory.getThreadMXBean();
        return Stream.of(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(info -> info != null && info.getThreadName().equals("signals-writer"))
                .mapToLong(info -> threads.getThreadCpuTime(info.getThreadId()))
                .findFirst()
                .orElseThrow();
    }

    private static Span span(RequestLog log, int number) {
        return new Span(
                "%032x".formatted(number + 1L),
                "%016x".formatted(number + 1L),
                "",
                "egress " + log.destination().service(),
                "client",
                log.timeMicros(),
                log.outcome().durationMicros(),
                log.isError(),
                "",
                "web.shop",
                "node",
                "shop",
                Map.of(
                        "guid:x-request-id",
                        log.ids().requestId(),
                        "http.url",
                        "http://reviews:9080/reviews/0",
                        "upstream_cluster",
                        log.way().cluster(),
                        "http.status_code",
                        "200"));
    }

    /// The writer is one thread; its time of a processor is its share of a core. Half of the load
    /// is spans.
    @Test
    void twoThousandASecondTakeLessThanOneCore() throws Exception {
        var random = Seed.ofRun().random();
        try (var signals = Signals.start(SignalsBootstrap.in(temp))) {
            long nanos = writerNanos();
            for (int i = 0; i < SECONDS; i++) {
                var logs = new ArrayList<RequestLog>();
                var spans = new ArrayList<Span>();
                for (int of = 0; of < A_SECOND / 2; of++) {
                    RequestLog log = Logs.any(random, Instant.now().toEpochMilli() * 1_000);
                    logs.add(log);
                    spans.add(span(log, i * A_SECOND + of));
                }
                signals.intake().offer(Kind.LOG, logs);
                signals.intake().offer(Kind.SPAN, spans);
                // As much as comes in a second is one commit.
                signals.settle();
            }
            double share = (writerNanos() - nanos) / 1e9 / SECONDS;
            System.out.printf(
                    "signals: %d logs and spans a second take %.0f %% of a core%n",
                    A_SECOND, share * 100);
            assertThat(share).as("share of a core").isLessThan(1);
            for (Kind kind : List.of(Kind.LOG, Kind.SPAN)) {
                assertThat(signals.intake().counts(kind).dropped()).isEmpty();
                assertThat(signals.intake().counts(kind).received())
                        .isEqualTo(A_SECOND / 2 * SECONDS);
            }
            assertThat(signals.kept().signals()).isEqualTo(A_SECOND * SECONDS);
            assertThat(signals.find(Search.all(Search.Kind.SPANS, 1_000)).signals()).hasSize(1_000);
        }
    }

    /// More than can wait is dropped and counted, of each kind by itself.
    @Test
    void whatThereIsNoRoomForIsCounted() throws Exception {
        var bootstrap = SignalsBootstrap.in(temp);
        var small =
                new SignalsBootstrap(
                        temp,
                        bootstrap.index(),
                        bootstrap.rollups(),
                        100,
                        bootstrap.commitEvery(),
                        bootstrap.places(),
                        bootstrap.backend(),
                        bootstrap.prometheus(),
                        bootstrap.clock(),
                        bootstrap.nanos());
        var random = Seed.ofRun().random();
        var logs = new ArrayList<RequestLog>();
        for (int i = 0; i < 150; i++) {
            logs.add(Logs.any(random, Instant.now().toEpochMilli() * 1_000));
        }
        try (var signals = Signals.start(small)) {
            int taken = signals.intake().offer(Kind.LOG, logs);
            signals.settle();
            var counts = signals.intake().counts(Kind.LOG);
            assertThat(taken).isEqualTo(100);
            assertThat(counts.waiting()).isZero();
            assertThat(counts.received()).isEqualTo(150);
            assertThat(counts.allDropped()).isEqualTo(50);
            assertThat(signals.kept().signals()).isEqualTo(100);
            assertThat(signals.intake().counts(Kind.SPAN).allDropped()).isZero();
        }
    }
}
