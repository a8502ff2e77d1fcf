package dev.heddle.proxy.recording;

import dev.heddle.proxy.config.AccessLogConfig;
import dev.heddle.proxy.config.AccessLogConfig.Family;
import dev.heddle.proxy.config.AccessLogConfig.Tag;
import dev.heddle.proxy.config.SeriesLimits;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.observe.ExchangeRecord;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.telemetry.AccessLogFormat;
import dev.heddle.telemetry.MeterView;
import dev.heddle.telemetry.Meters;
import java.time.InstantSource;
import java.util.List;

/// Requests that one worker counted by path and status, how many they are and how long they took.
@Confined("test")
public final class CountedRequests {
    private final SeriesStore store =
            new SeriesStore(SeriesLimits.USUAL, MeterView.WHOLE, InstantSource.system());
    private final StatsLogger logger;

    public CountedRequests() {
        List<Tag> tags =
                List.of(
                        new Tag("path", AccessLogFormat.parse("%REQ(:PATH)%")),
                        new Tag("response_code", AccessLogFormat.parse("%RESPONSE_CODE%")));
        this.logger =
                new StatsLogger(
                        new AccessLogConfig.Stats(
                                List.of(
                                        new Family(
                                                "istio_request_duration_milliseconds",
                                                "istio.request_duration_milliseconds",
                                                true,
                                                tags,
                                                AccessLogFormat.parse("%DURATION%")),
                                        new Family(
                                                "istio_requests_total",
                                                "istio.requests_total",
                                                false,
                                                tags,
                                                AccessLogFormat.parse("1")))),
                        store,
                        new Meters().shard());
    }

    /// Where they are counted.
    public SeriesStore store() {
        return store;
    }

    /// Counts one more.
    public void request(String path, int status, long millis) {
        var info = new StreamInfo();
        info.start(1_000_000_000L, 0);
        info.setResponseCode(status);
        info.ended(millis * 1_000_000);
        logger.log(
                new ExchangeRecord()
                        .of(
                                RequestHead.of("GET", "http", "a", path),
                                ResponseHead.of(status),
                                info));
    }
}
