package dev.heddle.proxy.recording;

import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.telemetry.Counter;
import dev.heddle.telemetry.Histogram;
import dev.heddle.telemetry.MeterScope;
import dev.heddle.telemetry.MeterShard;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Counts the requests of the routes of one `stat_prefix` on one worker.
@Confined("worker")
final class RouteCounters {
    private final MeterScope scope;
    private final Counter total;
    private final Counter completed;
    private final Counter retry;
    private final Counter retrySuccess;
    private final Counter retryLimitExceeded;
    private final Counter retryOverflow;
    private final Counter timeout;
    private final Histogram time;
    private final Map<Integer, Counter> byCode = new HashMap<>();
    private final Map<Integer, Counter> byClass = new HashMap<>();

    RouteCounters(MeterScope scope) {
        this.scope = scope;
        this.total = scope.counter("upstream_rq_total");
        this.completed = scope.counter("upstream_rq_completed");
        this.retry = scope.counter("upstream_rq_retry");
        this.retrySuccess = scope.counter("upstream_rq_retry_success");
        this.retryLimitExceeded = scope.counter("upstream_rq_retry_limit_exceeded");
        this.retryOverflow = scope.counter("upstream_rq_retry_overflow");
        this.timeout = scope.counter("upstream_rq_timeout");
        this.time = scope.histogram("upstream_rq_time");
    }

    /// A request that was meant for an upstream is over.
    void count(MeterShard shard, StreamInfo info) {
        int attempts = info.attempts();
        int status = info.responseCode();
        shard.add(total, attempts);
        if (info.hasFlag(ResponseFlag.UT)) {
            shard.increment(timeout);
        }
        if (attempts > 1) {
            retried(shard, info, attempts - 1, status);
        } else if (info.hasFlag(ResponseFlag.URX)) {
            shard.increment(retryLimitExceeded);
        }
        if (status == 0 || info.upstreamHost() == null) {
            return;
        }
        shard.increment(completed);
        shard.increment(
                byCode.computeIfAbsent(
                        status,
                        code ->
                                scope.counter(
                                        "upstream_rq_" + code,
                                        "upstream_rq",
                                        "envoy_response_code",
                                        Integer.toString(code))));
        shard.increment(
                byClass.computeIfAbsent(
                        status / 100,
                        digit ->
                                scope.counter(
                                        "upstream_rq_" + digit + "xx",
                                        "upstream_rq_xx",
                                        "envoy_response_code_class",
                                        Integer.toString(digit))));
        long began = info.firstUpstreamRequestByteNanos();
        long ended = info.lastUpstreamResponseByteNanos();
        if (began >= 0 && ended >= began) {
            shard.record(time, TimeUnit.NANOSECONDS.toMillis(ended - began));
        }
    }

    private void retried(MeterShard shard, StreamInfo info, int retries, int status) {
        shard.add(retry, retries);
        if (info.hasFlag(ResponseFlag.URX)) {
            shard.increment(retryLimitExceeded);
        } else if (info.hasFlag(ResponseFlag.UO)) {
            shard.increment(retryOverflow);
        } else if (status > 0 && status < 500) {
            shard.increment(retrySuccess);
        }
    }
}
