package dev.heddle.proxy.recording;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.AccessLogConfig;
import dev.heddle.proxy.config.AccessLogConfig.Family;
import dev.heddle.proxy.config.AccessLogConfig.Tag;
import dev.heddle.proxy.config.SeriesLimits;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.observe.ExchangeRecord;
import dev.heddle.proxy.observe.Metadata;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.telemetry.AccessLogFormat;
import dev.heddle.telemetry.MeterShard;
import dev.heddle.telemetry.MeterView;
import dev.heddle.telemetry.Meters;
import dev.heddle.telemetry.PrometheusText;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StatsLoggerTest {
    private static final long START = 1_000_000;

    private final Meters meters = new Meters();
    private final MeterShard worker = meters.shard();
    private final ExchangeRecord record = new ExchangeRecord();
    private final StreamInfo info = new StreamInfo();
    private long now = START;

    private static Family family(String name, boolean isHistogram, String value) {
        return new Family(
                name,
                name.replaceFirst("_", "."),
                isHistogram,
                Stream.of("path=%REQ(:PATH)%", "response_code=%RESPONSE_CODE%", "reporter=source")
                        .map(it -> it.split("=", 2))
                        .map(it -> new Tag(it[0], AccessLogFormat.parse(it[1])))
                        .toList(),
                AccessLogFormat.parse(value));
    }

    private static AccessLogConfig.Stats stats(Family... families) {
        return new AccessLogConfig.Stats(List.of(families));
    }

    private static final AccessLogConfig.Stats BOTH =
            stats(
                    family("istio_request_duration_milliseconds", true, "%DURATION%"),
                    family("istio_requests_total", false, "1"));

    private SeriesStore store(int most, Duration idle) {
        return new SeriesStore(
                new SeriesLimits(most, idle, false),
                MeterView.WHOLE,
                () -> Instant.ofEpochSecond(now));
    }

    private void request(AccessLogger logger, String path, int status, long millis) {
        info.start(now * 1_000_000_000, 0);
        info.setResponseCode(status);
        info.ended(millis * 1_000_000);
        logger.log(
                record.of(RequestHead.of("GET", "http", "a", path), ResponseHead.of(status), info));
    }

    private static List<String> lines(SeriesStore store, String prefix) {
        var page = new PrometheusText();
        store.tell(page, _ -> true);
        return page.text().lines().filter(it -> it.startsWith(prefix)).toList();
    }

    private static long sum(List<String> lines) {
        return lines.stream()
                .mapToLong(it -> Long.parseLong(it.substring(it.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Test
    void requestsOfTheSameLabelsAreOneSeries() {
        SeriesStore store = store(10, Duration.ZERO);
        var logger = new StatsLogger(BOTH, store, worker);
        request(logger, "/a", 200, 7);
        request(logger, "/a", 200, 10);
        request(logger, "/b\"\\", 503, 400_000);
        assertThat(lines(store, "istio_requests_total"))
                .containsExactlyInAnyOrder(
                        "istio_requests_total{path=\"/a\",response_code=\"200\","
                                + "reporter=\"source\"}"
                                + " 2",
                        "istio_requests_total{path=\"/b\\\"\\\\\",response_code=\"503\","
                                + "reporter=\"source\"} 1");
        assertThat(lines(store, "# TYPE istio"))
                .containsExactly(
                        "# TYPE istio_request_duration_milliseconds histogram",
                        "# TYPE istio_requests_total counter");
        String known = "{path=\"/a\",response_code=\"200\",reporter=\"source\"";
        assertThat(lines(store, "istio_request_duration_milliseconds"))
                .contains(
                        "istio_request_duration_milliseconds_bucket" + known + ",le=\"5\"} 0",
                        "istio_request_duration_milliseconds_bucket" + known + ",le=\"10\"} 2",
                        "istio_request_duration_milliseconds_bucket" + known + ",le=\"+Inf\"} 2",
                        "istio_request_duration_milliseconds_sum" + known + "} 17",
                        "istio_request_duration_milliseconds_count" + known + "} 2")
                .hasSize(2 * 22);
    }

    @Test
    void workersAndListenersAreAddedUp() {
        SeriesStore store = store(10, Duration.ZERO);
        var all =
                List.of(
                        new StatsLogger(BOTH, store, worker),
                        new StatsLogger(BOTH, store, worker),
                        new StatsLogger(BOTH, store, meters.shard()));
        all.forEach(logger -> request(logger, "/a", 200, 1));
        assertThat(lines(store, "istio_requests_total")).hasSize(1);
        assertThat(sum(lines(store, "istio_requests_total"))).isEqualTo(3);
    }

    @Test
    void aHundredThousandValuesOfALabelStayInTheBudgetAndLoseNoError() {
        SeriesStore store = store(100, Duration.ZERO);
        var loggers =
                List.of(
                        new StatsLogger(BOTH, store, worker),
                        new StatsLogger(BOTH, store, meters.shard()));
        for (int i = 0; i < 100_000; i++) {
            request(
                    loggers.get(i % 2),
                    "/" + i,
                    i % 1000 == 0 ? 503 : 200,
                    i % 500 == 0 ? 9_000 : 1);
        }
        List<String> totals = lines(store, "istio_requests_total");
        assertThat(totals).hasSizeLessThanOrEqualTo(100);
        assertThat(sum(totals)).isEqualTo(100_000);
        assertThat(sum(totals.stream().filter(it -> it.contains("\"503\"")).toList()))
                .isEqualTo(100);
        List<String> durations = lines(store, "istio_request_duration_milliseconds_bucket");
        assertThat(
                        sum(durations.stream().filter(it -> it.contains("le=\"+Inf\"")).toList())
                                - sum(
                                        durations.stream()
                                                .filter(it -> it.contains("le=\"5000\""))
                                                .toList()))
                .as("slow requests")
                .isEqualTo(200);
        assertThat(totals).anyMatch(it -> it.contains("path=\"other\""));
        assertThat(sum(lines(store, "heddle_telemetry_shed_total{label=\"path\"}")))
                .isGreaterThan(99_000);
        assertThat(lines(store, "heddle_telemetry_dropped_total"))
                .containsExactly("heddle_telemetry_dropped_total{} 0");
    }

    @Test
    void whereNothingMayBeGivenUpRequestsAreNotCountedAndThatIs() {
        SeriesStore store = store(2, Duration.ZERO);
        var logger = new StatsLogger(BOTH, store, worker);
        for (int status : new int[] {200, 201, 202, 203}) {
            request(logger, "/a", status, 1);
        }
        assertThat(sum(lines(store, "istio_requests_total"))).isEqualTo(2);
        assertThat(sum(lines(store, "heddle_telemetry_dropped_total"))).isEqualTo(2);
    }

    @Test
    void aSeriesThatNobodyUsesGoesAndOneThatIsUsedKeepsItsValue() {
        SeriesStore store = store(10, Duration.ofSeconds(60));
        var logger = new StatsLogger(BOTH, store, worker);
        request(logger, "/a", 200, 1);
        request(logger, "/b", 200, 1);
        now += 50;
        request(logger, "/a", 200, 1);
        now += 20;
        assertThat(lines(store, "istio_requests_total{path=\"/b\"")).isEmpty();
        request(logger, "/a", 200, 1);
        assertThat(sum(lines(store, "istio_requests_total"))).isEqualTo(3);
        assertThat(sum(lines(store, "heddle_telemetry_evicted_total"))).isEqualTo(1);
        assertThat(sum(lines(store, "heddle_telemetry_series{"))).isEqualTo(1);
    }

    private static final List<Tag> OF_PLACES =
            Stream.of(
                            "cluster=%UPSTREAM_CLUSTER_RAW%",
                            "workload=%METADATA(UPSTREAM_HOST:heddle:workload)%",
                            "response_code=%RESPONSE_CODE%",
                            "service=%COALESCE({\"operators\":[{\"command\":\"CEL\",\"param\":"
                                    + "\"xds.cluster_metadata.filter_metadata['istio']['services']"
                                    + "[0]['name']\"},{\"command\":\"CEL\",\"param\":\"'unknown'\"}]})%",
                            "route=%CEL(xds.route_name)%",
                            "reporter=source")
                    .map(it -> it.split("=", 2))
                    .map(it -> new Tag(it[0], AccessLogFormat.parse(it[1])))
                    .toList();

    private static final AccessLogConfig.Stats BY_PLACE =
            stats(
                    new Family(
                            "istio_requests_total",
                            "istio.requests_total",
                            false,
                            OF_PLACES,
                            AccessLogFormat.parse("1")));

    private static Metadata says(String key, Object value) {
        return _ -> Map.<String, @Nullable Object>of(key, value);
    }

    /// Sends one to a host whose workload has a name.
    private void requestTo(AccessLogger logger, String host, String workload, int status) {
        info.start(now * 1_000_000_000, 0);
        info.setResponseCode(status);
        info.setCluster(host);
        info.setUpstreamHost(host);
        info.setHostMetadata(says("workload", workload));
        info.setClusterMetadata(says("services", List.of(Map.of("name", host))));
        info.setRoute("any", "r");
        info.ended(1);
        logger.log(
                record.of(RequestHead.of("GET", "http", "a", "/"), ResponseHead.of(status), info));
    }

    private static String of(String host, String workload, int status) {
        return ("istio_requests_total{cluster=\"%1$s\",workload=\"%2$s\",response_code=\"%3$d\","
                        + "service=\"%1$s\",route=\"r\",reporter=\"source\"}")
                .formatted(host, workload, status);
    }

    @Test
    void labelsSayWhereEachRequestWentHoweverManyPlacesThereAre() {
        SeriesStore store = store(10_000, Duration.ZERO);
        var logger = new StatsLogger(BY_PLACE, store, worker);
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 1_000; i++) {
                requestTo(logger, "10.0.0." + i, "w" + i, i % 2 == 0 ? 200 : 503);
            }
        }
        List<String> lines = lines(store, "istio_requests_total");
        assertThat(lines).hasSize(1_000).allMatch(it -> it.endsWith(" 3"));
        assertThat(lines).contains(of("10.0.0.7", "w7", 503) + " 3");
    }

    @Test
    void aHostThatSaysSomethingElseOfItselfIsCountedAsThatFromThenOn() {
        SeriesStore store = store(10, Duration.ZERO);
        var logger = new StatsLogger(BY_PLACE, store, worker);
        requestTo(logger, "10.0.0.1", "old", 200);
        requestTo(logger, "10.0.0.1", "new", 200);
        requestTo(logger, "10.0.0.1", "x".repeat(300), 200);
        assertThat(lines(store, "istio_requests_total"))
                .containsExactlyInAnyOrder(
                        of("10.0.0.1", "old", 200) + " 1",
                        of("10.0.0.1", "new", 200) + " 1",
                        of("10.0.0.1", "x".repeat(256), 200) + " 1");
    }

    @Test
    void alsoWherePlacesAreTooManyToBeToldApart() {
        SeriesStore store = store(20, Duration.ZERO);
        var logger = new StatsLogger(BY_PLACE, store, worker);
        for (int i = 0; i < 1_000; i++) {
            requestTo(logger, "10.0.0.1", "w" + i, i % 100 == 0 ? 503 : 200);
        }
        List<String> lines = lines(store, "istio_requests_total");
        assertThat(sum(lines)).isEqualTo(1_000);
        assertThat(lines).contains(of("10.0.0.1", "other", 503) + " 10");
    }

    @Test
    void aRequestOfKnownLabelsAllocatesNothing() {
        allocatesNothing(BOTH);
    }

    @Test
    void norDoesOneWhoseLabelsSayWhereItWent() {
        allocatesNothing(BY_PLACE);
    }

    private void allocatesNothing(AccessLogConfig.Stats stats) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        SeriesStore store = store(10, Duration.ofSeconds(60));
        var logger = new StatsLogger(stats, store, worker);
        RequestHead head = RequestHead.of("GET", "http", "a", "/a");
        record.of(head, ResponseHead.of(200), info);
        info.start(now * 1_000_000_000, 0);
        info.setResponseCode(200);
        info.setCluster("c");
        info.setUpstreamHost("10.0.0.1");
        info.setHostMetadata(says("workload", "w"));
        info.ended(1);
        for (int i = 0; i < 20_000; i++) {
            logger.log(record);
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 10_000; i++) {
            logger.log(record);
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(50_000);
    }
}
