package dev.heddle.proxy.recording;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.AccessLogConfig;
import dev.heddle.proxy.config.SeriesLimits;
import dev.heddle.proxy.flight.FlightRecorder;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Protocol;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.runtime.Transport;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.ClusterStat;
import dev.heddle.telemetry.AccessLogFormat;
import dev.heddle.telemetry.JsonFormat;
import dev.heddle.telemetry.MeterView;
import dev.heddle.telemetry.Reading;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.local.LocalIoHandler;
import io.netty.util.concurrent.Ticker;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessLogsTest {

    @TempDir Path directory;

    private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    private final ProxyMeters meters = new ProxyMeters(1);
    private final StreamInfo info = new StreamInfo();
    private final SeriesStore series =
            new SeriesStore(SeriesLimits.USUAL, MeterView.WHOLE, InstantSource.system());

    private ExchangeRecorder recorder(AccessLogs files, AccessLogConfig... logs) {
        return new ExchangeRecorder(
                meters,
                meters.meters().shard(),
                "l",
                "s",
                List.of(logs),
                files,
                new FlightRecorder(
                        new Worker(
                                0,
                                new ManualIoEventLoop(
                                        null, Thread.currentThread(), LocalIoHandler.newFactory()),
                                Transport.LOCAL,
                                Ticker.systemTicker(),
                                InstantSource.system(),
                                () -> 0)));
    }

    private static AccessLogConfig.Line text(String format) {
        return new AccessLogConfig.Line.Text(AccessLogFormat.parse(format));
    }

    private static JsonFormat json(String format) {
        return new JsonFormat.Value(AccessLogFormat.parse(format));
    }

    /// A request that timed out, one second and a half after it began.
    private void complete(ExchangeRecorder recorder) {
        var client = new InetSocketAddress(InetAddress.getLoopbackAddress(), 5);
        recorder.connectionOpened(false);
        recorder.started(Protocol.HTTP_11);
        info.start(0, 0);
        info.onConnection(7, "l", "c", client, client);
        info.setCluster("reviews");
        info.setUpstreamHost("10.0.0.1:80");
        info.setResponseCode(504);
        info.flag(ResponseFlag.UT);
        info.ended(1_500_000_000);
        recorder.completed(RequestHead.of("GET", "http", "a", "/\"x"), ResponseHead.of(504), info);
        recorder.connectionClosed(null, false, 0);
    }

    private long value(String name) {
        for (Reading reading : meters.meters().read()) {
            if (reading.id().name().equals(name)) {
                return switch (reading) {
                    case Reading.CounterValue(_, long value) -> value;
                    case Reading.GaugeValue(_, long value) -> value;
                    case Reading.HistogramValue(_, var values) -> values.count();
                };
            }
        }
        throw new AssertionError("no meter " + name);
    }

    @Test
    void anExchangeIsOneLineInEachOfItsLogs() throws Exception {
        Path file = directory.resolve("access.log");
        try (var files = new AccessLogs(stdout, stdout, series)) {
            var recorder =
                    recorder(
                            files,
                            new AccessLogConfig.Lines(
                                    new AccessLogConfig.Target.Stdout(),
                                    text("%RESPONSE_CODE% %RESPONSE_FLAGS% %DURATION%\n")),
                            new AccessLogConfig.Lines(
                                    new AccessLogConfig.Target.File(file),
                                    new AccessLogConfig.Line.Json(
                                            new JsonFormat.Members(
                                                    new TreeMap<>(
                                                            Map.of(
                                                                    "sni",
                                                                    json("%REQUESTED_SERVER_NAME%"),
                                                                    "code",
                                                                    json("%RESPONSE_CODE%"),
                                                                    "path",
                                                                    json("%REQ(:PATH)%")))))));
            complete(recorder);
        }
        assertThat(stdout.toString(StandardCharsets.UTF_8)).isEqualTo("504 UT 1500\n");
        assertThat(Files.readString(file))
                .isEqualTo("{\"code\":504,\"path\":\"/\\\"x\",\"sni\":null}\n");
    }

    @Test
    void aFileThatCannotBeOpenedLosesItsLinesAndNothingElse() {
        try (var files = new AccessLogs(stdout, stdout, series)) {
            var recorder =
                    recorder(
                            files,
                            new AccessLogConfig.Lines(
                                    new AccessLogConfig.Target.File(directory), text("x\n")));
            complete(recorder);
        }
        assertThat(value("http.s.downstream_rq_5xx")).isOne();
    }

    @Test
    void anExchangeIsCountedUnderEnvoysNames() {
        try (var files = new AccessLogs(stdout, stdout, series)) {
            complete(recorder(files));
        }
        assertThat(value("http.s.downstream_rq_total")).isOne();
        assertThat(value("http.s.downstream_rq_active")).isZero();
        assertThat(value("http.s.downstream_rq_5xx")).isOne();
        assertThat(value("http.s.downstream_rq_timeout")).isOne();
        assertThat(value("http.s.downstream_rq_time")).isOne();
        assertThat(value("http.s.downstream_cx_total")).isOne();
        assertThat(value("http.s.downstream_cx_active")).isZero();
        assertThat(value("listener.l.downstream_cx_total")).isOne();
        assertThat(value("cluster.reviews.upstream_rq_504")).isOne();
    }

    /// E16: whatever clients make up, the number of meters is bounded by the configuration.
    @Test
    void whatClientsMakeUpMakesNoMeters() {
        try (var files = new AccessLogs(stdout, stdout, series)) {
            var recorder = recorder(files);
            complete(recorder);
            int before = meters.meters().read().size();
            for (int i = 0; i < 10_000; i++) {
                RequestHead request = RequestHead.of("M" + i, "http", "h" + i + ".test", "/" + i);
                request.headers().add(HeaderName.X_REQUEST_ID, "id-" + i);
                info.start(0, 0);
                info.setRoute("all", "route");
                info.setResponseCode(404);
                info.flag(ResponseFlag.NR);
                info.ended(1);
                recorder.started(Protocol.HTTP_2);
                recorder.completed(request, ResponseHead.of(404), info);
            }
            assertThat(meters.meters().read()).hasSize(before);
        }
    }

    @Test
    void aTallyIsTheSameWheneverAsked() {
        meters.tally("a", 0).add(ClusterStat.UPSTREAM_RQ_TOTAL);
        assertThat(meters.tally("a", 0).get(ClusterStat.UPSTREAM_RQ_TOTAL)).isOne();
        assertThat(meters.tally("b", 0).get(ClusterStat.UPSTREAM_RQ_TOTAL)).isZero();
    }
}
