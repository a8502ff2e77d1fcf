package dev.heddle.control.hits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.ConfigReader;
import dev.heddle.control.source.SourceState;
import dev.heddle.control.world.Edition;
import dev.heddle.control.world.WorldBuilder;
import dev.heddle.testkit.VirtualTime;
import dev.heddle.xds.server.HitsHandler.Hits;
import dev.heddle.xds.server.HitsHandler.Report;
import dev.heddle.xds.server.HitsStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuleHitsTest {
    private static final String REVIEWS = "VirtualService default/reviews";
    private static final String HEAD =
            """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: reviews}
            spec:
              hosts: [reviews]
              http:
            """;
    private static final String OLD =
            """
              - match: [{uri: {prefix: /old}}]
                route: [{destination: {host: reviews, subset: v1}}]
            """;
    private static final String REST =
            """
              - route: [{destination: {host: reviews, subset: v2}}]
            """;

    @TempDir Path data;
    private final VirtualTime time = new VirtualTime();
    private RuleHits hits;

    @BeforeEach
    void open() throws IOException {
        Files.createDirectories(data.resolve("state"));
        hits = start();
    }

    @AfterEach
    void close() {
        hits.close();
    }

    private RuleHits start() {
        var started = new RuleHits(data, time, System::nanoTime);
        started.start();
        return started;
    }

    private void restart() {
        hits.close();
        hits = start();
    }

    /// A proxy's end.
    private record Stream(long id, String node, long run, BlockingQueue<Long> answers)
            implements HitsStream {
        Stream(long id, long run) {
            this(id, "web", run, new LinkedBlockingQueue<>());
        }

        @Override
        public void taken(long sequence) {
            answers.add(sequence);
        }

        long answer() throws InterruptedException {
            Long answer = answers.poll(10, TimeUnit.SECONDS);
            assertThat(answer).as("an answer within 10 s").isNotNull();
            return answer;
        }
    }

    private static Edition edition(String text) {
        var read = ConfigReader.RESOURCES.read("reviews.yaml", text);
        var file =
                new ConfigFile(
                        "reviews.yaml",
                        new VirtualTime().instant(),
                        text,
                        read.resources(),
                        read.findings());
        var files = new TreeMap<>(Map.of(file.name(), file));
        return WorldBuilder.first(
                new SourceState(files, List.of()),
                MeshSettings.DEFAULT,
                new VirtualTime().instant());
    }

    private HitCounts counts() {
        return hits.counts().orTimeout(10, TimeUnit.SECONDS).join();
    }

    private String id(String field) {
        return counts().rules().stream()
                .filter(rule -> rule.origin().path().toString().equals(field))
                .findFirst()
                .orElseThrow()
                .id();
    }

    private Map<String, Long> hitsByField() {
        var byField = new TreeMap<String, Long>();
        counts().rules().forEach(it -> byField.put(it.origin().path().toString(), it.hits()));
        return byField;
    }

    private Report report(long sequence, String rule, long count) {
        return new Report(
                sequence, List.of(new Hits(REVIEWS, rule, count, time.instant().getEpochSecond())));
    }

    @Test
    void aProxyIsToldWhenItsHitsSurviveARestartAndWhatItRepeatsIsCountedOnce() throws Exception {
        hits.publish(edition(HEAD + OLD + REST));
        String old = id("spec.http[0].match[0]");
        time.advance(Duration.ofMinutes(5));
        var stream = new Stream(1, 17);
        hits.onOpened(stream);
        hits.onReport(stream, report(1, old, 3));
        assertThat(stream.answer()).isEqualTo(1);
        assertThat(Files.readString(data.resolve("state/rule-hits")))
                .contains("rule " + old + " 3 ")
                .contains("run 0000000000000011 1");

        restart();
        var again = new Stream(1, 17);
        hits.onOpened(again);
        // It comes before the world does, and waits for it.
        hits.onReport(again, report(1, old, 3));
        assertThat(again.answers()).isEmpty();
        hits.publish(edition(HEAD + OLD + REST));
        assertThat(again.answer()).isEqualTo(1);
        hits.onReport(again, report(2, old, 4));
        assertThat(again.answer()).isEqualTo(2);
        // Another process of the same proxy counts from 1.
        var other = new Stream(2, 18);
        hits.onOpened(other);
        hits.onReport(other, report(1, old, 1));
        assertThat(other.answer()).isEqualTo(1);

        assertThat(hitsByField()).containsEntry("spec.http[0].match[0]", 8L);
        RuleCount count = counts().rules().getFirst();
        assertThat(count.last()).contains(time.instant());
        assertThat(count.since()).isEqualTo(new VirtualTime().instant());
        assertThat(counts().reporters()).containsExactly("web");
    }

    @Test
    void hitsFollowARuleThatMovesAndAreNotShownForTheOneInItsPlace() throws Exception {
        hits.publish(edition(HEAD + OLD + REST));
        var stream = new Stream(1, 17);
        hits.onOpened(stream);
        String old = id("spec.http[0].match[0]");
        hits.onReport(stream, report(1, old, 3));
        hits.onReport(stream, report(2, id("spec.http[1]"), 5));
        time.advance(Duration.ofDays(40));

        hits.publish(
                edition(
                        HEAD
                                + "  - match: [{uri: {prefix: /new}}]\n"
                                + "    route: [{destination: {host: reviews}}]\n"
                                + OLD
                                + REST.replace("v2", "v3")));

        assertThat(hitsByField())
                .isEqualTo(
                        Map.of(
                                "spec.http[0].match[0]", 0L,
                                "spec.http[1].match[0]", 3L,
                                "spec.http[2]", 0L));
        assertThat(counts().rules())
                .filteredOn(rule -> rule.hits() == 0)
                .allMatch(rule -> rule.since().equals(time.instant()));
        // A proxy that still runs what was before counts for what was before.
        hits.onReport(stream, report(3, old, 1));
        await().until(() -> hitsByField().getOrDefault("spec.http[1].match[0]", 0L) == 4L);
    }

    @Test
    void hitsOfAResourceThatGoesAreForgotten() throws Exception {
        hits.publish(edition(HEAD + OLD + REST));
        var stream = new Stream(1, 17);
        hits.onOpened(stream);
        hits.onReport(stream, report(1, id("spec.http[1]"), 5));
        assertThat(stream.answer()).isEqualTo(1);

        hits.publish(edition("# nothing\n"));
        await().until(() -> !Files.readString(data.resolve("state/rule-hits")).contains("\nrule "));
        hits.publish(edition(HEAD + OLD + REST));

        assertThat(hitsByField()).containsEntry("spec.http[1]", 0L);
    }

    @Test
    void whatCannotBeTrueIsBoundedAndWhatNobodyKnowsIsDropped() throws Exception {
        hits.publish(edition(HEAD + REST));
        String rest = id("spec.http[0]");
        var liar = new Stream(1, 666);
        hits.onOpened(liar);
        long now = time.instant().getEpochSecond();
        hits.onReport(
                liar,
                new Report(
                        1,
                        List.of(
                                new Hits(REVIEWS, rest, Long.MAX_VALUE, Long.MAX_VALUE),
                                new Hits(REVIEWS, rest, Long.MIN_VALUE, now),
                                new Hits(REVIEWS, "ffffffffffff", 7, now),
                                new Hits("Secret default/x\nend 0", rest, 9, -1))));
        assertThat(liar.answer()).isEqualTo(1);

        assertThat(counts().rules()).hasSize(1);
        assertThat(counts().rules().getFirst().hits()).isEqualTo(1_000_000_000_000L);
        assertThat(counts().rules().getFirst().last()).contains(time.instant());
        assertThat(counts().unknown()).isEqualTo(16);
        assertThat(Files.readString(data.resolve("state/rule-hits"))).doesNotContain("Secret");
    }

    @Test
    void noMoreRunsAreRememberedThanThereIsRoomFor() throws Exception {
        hits.publish(edition(HEAD + REST));
        String rest = id("spec.http[0]");
        for (int run = 0; run < HitTable.MOST_RUNS + 50; run++) {
            var stream = new Stream(run, run);
            hits.onOpened(stream);
            hits.onReport(stream, report(1, rest, 1));
            hits.onClosed(stream);
        }
        assertThat(hitsByField()).containsEntry("spec.http[0]", HitTable.MOST_RUNS + 50L);
        hits.close();
        assertThat(Files.readString(data.resolve("state/rule-hits")).lines())
                .filteredOn(line -> line.startsWith("run "))
                .hasSize(HitTable.MOST_RUNS);
        assertThat(counts(start())).isEqualTo(0);
    }

    private static int counts(RuleHits fresh) {
        try (fresh) {
            return fresh.counts().orTimeout(10, TimeUnit.SECONDS).join().rules().size();
        }
    }

    @Test
    void aDamagedFileIsPassedOver() throws Exception {
        hits.publish(edition(HEAD + REST));
        var stream = new Stream(1, 17);
        hits.onOpened(stream);
        hits.onReport(stream, report(1, id("spec.http[0]"), 5));
        assertThat(stream.answer()).isEqualTo(1);
        hits.close();
        Path file = data.resolve("state/rule-hits");
        String text = Files.readString(file);
        Files.writeString(file, text.replace(" 5 ", " 6 "));

        hits = start();
        hits.publish(edition(HEAD + REST));

        assertThat(hitsByField()).containsEntry("spec.http[0]", 0L);
    }

    @Test
    void whereNothingCanBeWrittenProxiesAreNotToldAndCountsGoOn() throws Exception {
        hits.publish(edition(HEAD + REST));
        String rest = id("spec.http[0]");
        await().until(() -> Files.exists(data.resolve("state/rule-hits")));
        Files.delete(data.resolve("state/rule-hits"));
        Files.delete(data.resolve("state"));
        var stream = new Stream(1, 17);
        hits.onOpened(stream);
        hits.onReport(stream, report(1, rest, 5));
        assertThat(stream.answers().poll(1500, TimeUnit.MILLISECONDS)).isNull();
        assertThat(hitsByField()).containsEntry("spec.http[0]", 5L);
        hits.onClosed(stream);
        var next = new Stream(2, 17);
        hits.onOpened(next);
        hits.onReport(next, report(1, rest, 5));

        Files.createDirectories(data.resolve("state"));

        assertThat(next.answer()).isEqualTo(1);
        assertThat(hitsByField()).containsEntry("spec.http[0]", 5L);
    }
}
