package dev.heddle.proxy.filter.localratelimit;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.LocalReply.Field;
import dev.heddle.proxy.route.Chance;
import java.util.List;
import java.util.Optional;

/// How many requests may pass (`envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit`).
///
/// @param statPrefix below which it is counted, as in `default/reviews`
/// @param status of answers to those that may not; 400 to 599
/// @param buckets empty where nothing is limited
/// @param enabled for which share of the requests tokens are taken
/// @param enforced which share of those without a token may not pass
/// @param told to clients that may not pass
/// @param marks of requests that pass without a token
/// @param tellsLimits whether clients are told of limits (`x-ratelimit-limit`, `-remaining`,
///   `-reset`)
/// @param isExhausted whether callers of gRPC are told RESOURCE_EXHAUSTED; else UNAVAILABLE
public record LocalRateLimit(
        String statPrefix,
        int status,
        Optional<TokenBuckets> buckets,
        Chance enabled,
        Chance enforced,
        List<Field> told,
        List<Header> marks,
        boolean tellsLimits,
        boolean isExhausted) {

    /// @param replaces what a request has of that name
    public record Header(HeaderName name, String value, boolean replaces) {}

    public LocalRateLimit {
        told = List.copyOf(told);
        marks = List.copyOf(marks);
    }
}
