package dev.heddle.proxy.route;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.http.UpstreamFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// When a request is sent upstream again; the decision is here, and nothing else.
///
/// @param on after what; empty for never
/// @param retries how often, beside the first attempt
/// @param tries how long each attempt may take
/// @param backoff how long to wait before each retry
/// @param hosts which host a retry goes to
/// @param statuses that [RetryCondition#RETRIABLE_STATUS_CODES] speaks of
/// @param headers which responses [RetryCondition#RETRIABLE_HEADERS] speaks of
/// @param requests which requests may be retried at all
public record RetryPolicy(
        Set<RetryCondition> on,
        int retries,
        Tries tries,
        RetryBackoff backoff,
        Hosts hosts,
        List<Integer> statuses,
        Predicate<ResponseHead> headers,
        Predicate<RequestHead> requests) {
    private static final HeaderName ASKED = HeaderName.of("x-envoy-retry-on");
    private static final HeaderName ASKED_GRPC = HeaderName.of("x-envoy-retry-grpc-on");
    private static final HeaderName MOST = HeaderName.of("x-envoy-max-retries");
    private static final HeaderName STATUSES = HeaderName.of("x-envoy-retriable-status-codes");
    private static final HeaderName NAMES = HeaderName.of("x-envoy-retriable-header-names");
    private static final HeaderName HEDGE = HeaderName.of("x-envoy-hedge-on-per-try-timeout");
    private static final HeaderName PER_TRY =
            HeaderName.of("x-envoy-upstream-rq-per-try-timeout-ms");
    private static final HeaderName RATE_LIMITED = HeaderName.of("x-envoy-ratelimited");
    private static final HeaderName EARLY_DATA = HeaderName.of("early-data");
    private static final int TOO_EARLY = 425;
    private static final int MOST_ASKED = 1_000_000;

    /// Retries nothing unless a request asks for it.
    public static final RetryPolicy NONE =
            new RetryPolicy(
                    Set.of(),
                    1,
                    Tries.UNLIMITED,
                    RetryBackoff.ENVOY,
                    Hosts.ANY,
                    List.of(),
                    _ -> false,
                    _ -> true);

    /// How long an attempt may take; zero for no limit.
    ///
    /// @param timeout until its response begins, from the request's end
    /// @param idleTimeout without a byte in either direction
    public record Tries(Duration timeout, Duration idleTimeout) {
        public static final Tries UNLIMITED = new Tries(Duration.ZERO, Duration.ZERO);
    }

    /// Which host a retry goes to.
    ///
    /// @param avoidsPrevious whether one that was tried is passed over
    /// @param leavesPrioritiesAfter after how many attempts, and again after as many, requests go
    ///   to priorities that were not tried; 0 for never
    /// @param picks how often a host may be passed over; the last one picked is taken
    public record Hosts(boolean avoidsPrevious, int leavesPrioritiesAfter, int picks) {
        /// Whichever the balancer picks.
        public static final Hosts ANY = new Hosts(false, 0, 1);

        /// Whether it matters which hosts were tried.
        public boolean looksBack() {
            return avoidsPrevious || leavesPrioritiesAfter > 0;
        }
    }

    public RetryPolicy {
        on = Set.copyOf(on);
        statuses = List.copyOf(statuses);
        if (retries < 0) {
            throw new IllegalArgumentException("retries: " + retries + " (expected: >= 0)");
        }
    }

    /// Takes what a request asks for out of its headers.
    ///
    /// @return this with what the request asks for; null when nothing is to be retried
    public @Nullable RetryPolicy forRequest(RequestHead request) {
        Headers asked = request.headers();
        RetryPolicy merged = this;
        if (asked.contains(ASKED) || asked.contains(ASKED_GRPC) || !on.isEmpty()) {
            merged = merged(asked, requests.test(request));
        }
        asked.remove(ASKED);
        asked.remove(ASKED_GRPC);
        asked.remove(MOST);
        asked.remove(STATUSES);
        asked.remove(NAMES);
        asked.remove(HEDGE);
        asked.remove(PER_TRY);
        return merged.on.isEmpty() ? null : merged;
    }

    private RetryPolicy merged(Headers asked, boolean isRetriable) {
        if (!isRetriable) {
            return NONE;
        }
        boolean isAsked =
                asked.contains(ASKED)
                        || asked.contains(ASKED_GRPC)
                        || asked.contains(MOST)
                        || asked.contains(STATUSES)
                        || asked.contains(NAMES);
        if (!isAsked) {
            return this;
        }
        Set<RetryCondition> conditions = EnumSet.noneOf(RetryCondition.class);
        conditions.addAll(on);
        conditions.addAll(RetryCondition.named(text(asked, ASKED), false));
        conditions.addAll(RetryCondition.named(text(asked, ASKED_GRPC), true));
        var more = new ArrayList<>(statuses);
        for (String code : text(asked, STATUSES).split(",", -1)) {
            int number = number(code);
            if (number >= 0) {
                more.add(number);
            }
        }
        int most = number(text(asked, MOST));
        return new RetryPolicy(
                conditions,
                most < 0 ? retries : most,
                tries,
                backoff,
                hosts,
                more,
                headers.or(anyOf(text(asked, NAMES))),
                requests);
    }

    private static String text(Headers headers, HeaderName name) {
        String value = headers.get(name);
        return value == null ? "" : value;
    }

    /// Negative for what is no number.
    private static int number(String text) {
        try {
            return Math.min(Integer.parseUnsignedInt(text.strip()), MOST_ASKED);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static Predicate<ResponseHead> anyOf(String names) {
        var wanted = new ArrayList<HeaderName>();
        for (String name : names.split(",", -1)) {
            try {
                wanted.add(HeaderName.of(name.strip()));
            } catch (IllegalArgumentException _) {
                // No response has a header of such a name.
            }
        }
        return head -> wanted.stream().anyMatch(head.headers()::contains);
    }

    /// What to do about a response that has begun.
    public RetryVerdict after(ResponseHead response, RequestHead request) {
        int status = response.status();
        if (response.headers().contains(RATE_LIMITED)) {
            return RetryVerdict.when(on.contains(RetryCondition.ENVOY_RATELIMITED));
        }
        if (isWanted(RetryCondition.SERVER_ERROR, status >= 500)
                || isWanted(RetryCondition.GATEWAY_ERROR, status >= 502 && status <= 504)
                || isWanted(RetryCondition.RETRIABLE_4XX, status == 409)) {
            return RetryVerdict.BACK_OFF;
        }
        if (isWanted(RetryCondition.RETRIABLE_STATUS_CODES, statuses.contains(status))) {
            if (status != TOO_EARLY) {
                return RetryVerdict.BACK_OFF;
            }
            // Who sent it as early data is to hear of it, and sends it again itself (RFC 8470).
            if (!request.headers().contains(EARLY_DATA)) {
                return RetryVerdict.AT_ONCE;
            }
        }
        return RetryVerdict.when(
                isWanted(RetryCondition.RETRIABLE_HEADERS, headers.test(response))
                        || isGrpcWanted(response.headers()));
    }

    private boolean isWanted(RetryCondition condition, boolean isMet) {
        return isMet && on.contains(condition);
    }

    /// Only a call that fails at once has its status in the head of its response.
    private boolean isGrpcWanted(Headers response) {
        String status = response.get(HeaderName.GRPC_STATUS);
        if (status == null) {
            return false;
        }
        return switch (status) {
            case "1" -> on.contains(RetryCondition.GRPC_CANCELLED);
            case "4" -> on.contains(RetryCondition.GRPC_DEADLINE_EXCEEDED);
            case "8" -> on.contains(RetryCondition.GRPC_RESOURCE_EXHAUSTED);
            case "13" -> on.contains(RetryCondition.GRPC_INTERNAL);
            case "14" -> on.contains(RetryCondition.GRPC_UNAVAILABLE);
            default -> false;
        };
    }

    /// What to do about an attempt that ended before its response began.
    ///
    /// @param isSent whether anything of the request may have reached the upstream
    public RetryVerdict after(UpstreamFailure failure, boolean isSent) {
        boolean isWanted =
                switch (failure) {
                    // Not attempts, or the end of them all; an open circuit is not to be kept busy.
                    case UpstreamFailure.NoRoute _,
                            UpstreamFailure.NoCluster _,
                            UpstreamFailure.NoHealthyHost _,
                            UpstreamFailure.Overflow _,
                            UpstreamFailure.BreakerOpen _,
                            UpstreamFailure.Timeout _ ->
                            false;
                    case UpstreamFailure.ConnectFailed _ ->
                            on.contains(RetryCondition.CONNECT_FAILURE) || isAnyReset(isSent);
                    case UpstreamFailure.Reset(boolean refused) ->
                            (refused && on.contains(RetryCondition.REFUSED_STREAM))
                                    || isAnyReset(isSent);
                    case UpstreamFailure.ConnectionLost _,
                            UpstreamFailure.ProtocolError _,
                            UpstreamFailure.TryTimeout _ ->
                            isAnyReset(isSent);
                };
        return RetryVerdict.when(isWanted);
    }

    private boolean isAnyReset(boolean isSent) {
        return on.contains(RetryCondition.RESET)
                || on.contains(RetryCondition.SERVER_ERROR)
                || on.contains(RetryCondition.GATEWAY_ERROR)
                || (!isSent && on.contains(RetryCondition.RESET_BEFORE_REQUEST));
    }

    /// How long an attempt of this request may take: what the request asks for, or the policy.
    public static Duration tryTimeout(Headers request, Duration configured) {
        String asked = request.get(PER_TRY);
        int millis = asked == null ? -1 : number(asked);
        return millis < 0 ? configured : Duration.ofMillis(millis);
    }
}
