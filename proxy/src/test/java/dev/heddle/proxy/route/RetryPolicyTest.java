package dev.heddle.proxy.route;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.http.UpstreamFailure;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryPolicyTest {
    private static RetryPolicy policy(String on) {
        return policy(on, _ -> true);
    }

    private static RetryPolicy policy(String on, Predicate<RequestHead> requests) {
        return new RetryPolicy(
                Arrays.stream(on.split(" ", -1))
                        .filter(word -> !word.isEmpty())
                        .map(word -> RetryCondition.of(word).orElseThrow())
                        .collect(Collectors.toSet()),
                2,
                RetryPolicy.Tries.UNLIMITED,
                RetryBackoff.ENVOY,
                RetryPolicy.Hosts.ANY,
                List.of(418, 425),
                head -> head.headers().contains(HeaderName.of("x-again")),
                requests);
    }

    private static ResponseHead response(int status, String header) {
        ResponseHead head = ResponseHead.of(status);
        if (!header.isEmpty()) {
            String[] parts = header.split(": ", -1);
            head.headers().add(HeaderName.of(parts[0]), parts[1]);
        }
        return head;
    }

    private static RequestHead request(String... headers) {
        var head = new RequestHead();
        for (String header : headers) {
            String[] parts = header.split(": ", -1);
            head.headers().add(HeaderName.of(parts[0]), parts[1]);
        }
        return head;
    }

    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
                    5xx,                     500, '',                        BACK_OFF
                    5xx,                     599, '',                        BACK_OFF
                    5xx,                     499, '',                        NO
                    5xx,                     200, 'grpc-status: 14',         NO
                    gateway-error,           500, '',                        NO
                    gateway-error,           502, '',                        BACK_OFF
                    gateway-error,           503, '',                        BACK_OFF
                    gateway-error,           504, '',                        BACK_OFF
                    gateway-error,           505, '',                        NO
                    retriable-4xx,           409, '',                        BACK_OFF
                    retriable-4xx,           404, '',                        NO
                    retriable-status-codes,  418, '',                        BACK_OFF
                    retriable-status-codes,  425, '',                        AT_ONCE
                    retriable-status-codes,  503, '',                        NO
                    connect-failure,         503, '',                        NO
                    reset,                   503, '',                        NO
                    refused-stream,          503, '',                        NO
                    retriable-headers,       200, 'x-again: 1',              BACK_OFF
                    retriable-headers,       200, 'x-other: 1',              NO
                    5xx,                     503, 'x-envoy-ratelimited: 1',  NO
                    envoy-ratelimited,       429, 'x-envoy-ratelimited: 1',  BACK_OFF
                    envoy-ratelimited,       429, '',                        NO
                    cancelled,               200, 'grpc-status: 1',          BACK_OFF
                    deadline-exceeded,       200, 'grpc-status: 4',          BACK_OFF
                    resource-exhausted,      200, 'grpc-status: 8',          BACK_OFF
                    internal,                200, 'grpc-status: 13',         BACK_OFF
                    unavailable,             200, 'grpc-status: 14',         BACK_OFF
                    unavailable,             200, 'grpc-status: 13',         NO
                    unavailable,             200, 'grpc-status: x',          NO
                    'cancelled unavailable', 200, 'grpc-status: 14',         BACK_OFF
                    """)
    void responsesAreRetriedAsEnvoyRetriesThem(
            String on, int status, String header, RetryVerdict verdict) {
        assertThat(policy(on).after(response(status, header), request())).isEqualTo(verdict);
    }

    @Test
    void whoSentEarlyDataHearsThatItWasTooEarly() {
        assertThat(
                        policy("retriable-status-codes")
                                .after(response(425, ""), request("early-data: 1")))
                .isEqualTo(RetryVerdict.NO);
    }

    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
                    '',                    false, no
                    'connect-failure',     false, connect
                    'refused-stream',      true,  refused
                    'reset',               true,  connect timeout lost reset refused protocol try
                    'reset-before-request',true,  no
                    'reset-before-request',false, connect timeout lost reset refused protocol try
                    '5xx',                 true,  connect timeout lost reset refused protocol try
                    'gateway-error',       true,  connect timeout lost reset refused protocol try
                    'retriable-4xx',       true,  no
                    'unavailable',         true,  no
                    """)
    void failuresAreRetriedAsEnvoyRetriesThem(String on, boolean isSent, String retried) {
        RetryPolicy policy = policy(on);
        assertThat(
                        List.of(
                                policy.after(new UpstreamFailure.ConnectFailed(false, ""), isSent),
                                policy.after(new UpstreamFailure.ConnectFailed(true, ""), isSent),
                                policy.after(new UpstreamFailure.ConnectionLost(), isSent),
                                policy.after(new UpstreamFailure.Reset(false), isSent),
                                policy.after(new UpstreamFailure.Reset(true), isSent),
                                policy.after(new UpstreamFailure.ProtocolError(), isSent),
                                policy.after(new UpstreamFailure.TryTimeout(false), isSent)))
                .containsExactly(
                        verdict(retried, "connect"),
                        verdict(retried, "connect"),
                        verdict(retried, "lost"),
                        verdict(retried, "reset"),
                        verdict(retried, "refused"),
                        verdict(retried, "protocol"),
                        verdict(retried, "try"));
        assertThat(
                        List.of(
                                policy.after(new UpstreamFailure.Overflow(), isSent),
                                policy.after(new UpstreamFailure.NoHealthyHost(), isSent),
                                policy.after(new UpstreamFailure.NoCluster(503), isSent),
                                policy.after(new UpstreamFailure.NoRoute(), isSent),
                                policy.after(new UpstreamFailure.Timeout(), isSent)))
                .containsOnly(RetryVerdict.NO);
    }

    private static RetryVerdict verdict(String words, String word) {
        return RetryVerdict.when(List.of(words.split(" ", -1)).contains(word));
    }

    @Test
    void aRequestMayAskForMore() {
        RequestHead asks =
                request(
                        "x-envoy-retry-on: gateway-error, nonsense,unavailable",
                        "x-envoy-retry-grpc-on: cancelled,5xx",
                        "x-envoy-max-retries: 7",
                        "x-envoy-retriable-status-codes: 404, x,410",
                        "x-envoy-retriable-header-names: x-more,  ,y",
                        "x-envoy-upstream-rq-per-try-timeout-ms: 5",
                        "x-kept: 1");
        assertThat(RetryPolicy.tryTimeout(asks.headers(), Duration.ZERO))
                .isEqualTo(Duration.ofMillis(5));
        RetryPolicy merged = requireNonNull(policy("reset").forRequest(asks));
        assertThat(merged.on())
                .containsExactlyInAnyOrder(
                        RetryCondition.RESET,
                        RetryCondition.GATEWAY_ERROR,
                        RetryCondition.GRPC_CANCELLED);
        assertThat(merged.retries()).isEqualTo(7);
        assertThat(merged.statuses()).containsExactly(418, 425, 404, 410);
        assertThat(merged.headers().test(response(200, "x-more: 1"))).isTrue();
        assertThat(merged.headers().test(response(200, "x-again: 1"))).isTrue();
        assertThat(merged.headers().test(response(200, "x-no: 1"))).isFalse();
        assertThat(asks.headers().toString()).contains("x-kept").doesNotContain("x-envoy");
    }

    @Test
    void nothingIsRetriedUnlessSomebodyAsks() {
        assertThat(RetryPolicy.NONE.forRequest(request("x-envoy-max-retries: 3"))).isNull();
        assertThat(RetryPolicy.NONE.forRequest(request("x-envoy-retry-on: 5xx"))).isNotNull();
        assertThat(RetryPolicy.NONE.forRequest(request("x-envoy-retry-on: often"))).isNull();
    }

    @Test
    void requestsThatTheRouteDoesNotNameAreNotRetried() {
        RetryPolicy policy = policy("5xx", head -> head.headers().contains(HeaderName.TE));
        assertThat(policy.forRequest(request("te: trailers"))).isSameAs(policy);
        assertThat(policy.forRequest(request("x-envoy-retry-on: 5xx"))).isNull();
    }

    @Test
    void theWaitGrowsToItsBound() {
        var random = new SplittableRandom(1);
        for (int retry = 0; retry < 8; retry++) {
            long most = 0;
            for (int i = 0; i < 2_000; i++) {
                most = Math.max(most, RetryBackoff.ENVOY.nanos(retry, random));
            }
            assertThat(Duration.ofNanos(most))
                    .isBetween(
                            Duration.ofMillis(Math.min(250, 25L << retry) * 98 / 100),
                            Duration.ofMillis(Math.min(250, 25L << retry)));
        }
    }

    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
                    'retry-after: 3',       3
                    'retry-after: 301',     0
                    'retry-after: soon',    0
                    'retry-after: 0',       0
                    'x-until: 1005',        5
                    'x-until: 999',         0
                    'x-other: 3',           0
                    """)
    void anUpstreamMaySayWhenToComeAgain(String header, long seconds) {
        var backoff =
                new RetryBackoff(
                        Duration.ofMillis(25),
                        Duration.ofMillis(250),
                        List.of(
                                new RetryBackoff.ResetHeader(HeaderName.of("retry-after"), false),
                                new RetryBackoff.ResetHeader(HeaderName.of("x-until"), true)),
                        Duration.ofMinutes(5));
        var asked =
                backoff.nanosAsked(response(429, header).headers(), 1_000, new SplittableRandom(1));
        if (seconds == 0) {
            assertThat(asked).isEmpty();
        } else {
            assertThat(Duration.ofNanos(asked.orElseThrow()))
                    .isBetween(Duration.ofSeconds(seconds), Duration.ofMillis(seconds * 1_500));
        }
    }
}
