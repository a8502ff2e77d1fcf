package dev.heddle.compiler.xds;

import com.google.protobuf.BoolValue;
import com.google.protobuf.UInt32Value;
import dev.heddle.compiler.ir.Portion;
import dev.heddle.compiler.ir.RateLimits;
import dev.heddle.compiler.ir.RateLimits.Each;
import dev.heddle.compiler.ir.RateLimits.Limit;
import dev.heddle.compiler.ir.RouteMatch;
import dev.heddle.compiler.ir.RouteMatch.HeaderMatch;
import dev.heddle.compiler.ir.RouteMatch.PathMatch;
import dev.heddle.compiler.ir.RouteMatch.ValueMatch;
import io.envoyproxy.envoy.config.route.v3.RateLimit;
import io.envoyproxy.envoy.config.route.v3.RateLimit.Action;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.LocalRateLimitDescriptor;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.type.v3.TokenBucket;
import java.time.Duration;

/// Emits limits as descriptors with buckets, one for each rule: what a request is said to be is
/// made by the rule's actions, which say nothing of one that the rule is not for.
final class RateLimitEmitter {
    private static final String FILTER = "envoy.filters.http.local_ratelimit";

    /// Values that are remembered for each rule that tells requests apart; with one more, the one
    /// is forgotten that was not seen for longest.
    private static final int MOST_VALUES = 10_000;

    /// As many as Envoy can count: a filter must have a bucket for requests that no rule is for.
    private static final Limit NO_LIMIT =
            new Limit(0xffff_ffffL, Duration.ofSeconds(1), 0xffff_ffffL);

    private static final String RULE = "rule";
    private static final String MATCH = "match";
    private static final String RANGE = "masked_remote_address";
    private static final String ADDRESS = "remote_address";

    private RateLimitEmitter() {}

    /// A filter that by itself limits nothing.
    static void filter(HttpConnectionManager.Builder out) {
        out.addHttpFilters(
                HttpFilter.newBuilder()
                        .setName(FILTER)
                        .setTypedConfig(
                                Protos.pack(
                                        LocalRateLimit.newBuilder()
                                                .setStatPrefix("local_ratelimit")
                                                .build())));
    }

    static void emit(RateLimits limits, Route.Builder out) {
        LocalRateLimit.Builder filter =
                LocalRateLimit.newBuilder()
                        .setStatPrefix(limits.policy())
                        .setTokenBucket(bucket(NO_LIMIT))
                        .setFilterEnabled(FeatureEmitter.fraction(Portion.ALL))
                        .setAlwaysConsumeDefaultTokenBucket(BoolValue.of(false))
                        .setRateLimitedAsResourceExhausted(true);
        if (!limits.isShadow()) {
            filter.setFilterEnforced(FeatureEmitter.fraction(Portion.ALL));
        }
        if (limits.rules().stream().anyMatch(rule -> !rule.each().isEmpty())) {
            filter.setMaxDynamicDescriptors(UInt32Value.of(MOST_VALUES));
        }
        limits.rules().forEach(rule -> emit(rule, filter));
        out.putTypedPerFilterConfig(FILTER, Protos.pack(filter.build()));
    }

    private static void emit(RateLimits.Rule rule, LocalRateLimit.Builder filter) {
        RateLimit.Builder asked = RateLimit.newBuilder();
        LocalRateLimitDescriptor.Builder counted =
                LocalRateLimitDescriptor.newBuilder().setTokenBucket(bucket(rule.limit()));
        asked.addActions(
                Action.newBuilder()
                        .setGenericKey(
                                Action.GenericKey.newBuilder()
                                        .setDescriptorKey(RULE)
                                        .setDescriptorValue(rule.name())));
        counted.addEntries(entry(RULE, rule.name()));
        if (!rule.of().matchesEverything()) {
            asked.addActions(Action.newBuilder().setHeaderValueMatch(match(rule.of())));
            counted.addEntries(entry(MATCH, MATCH));
        }
        for (String range : rule.sources()) {
            asked.addActions(Action.newBuilder().setMaskedRemoteAddress(masked(range)));
            counted.addEntries(entry(RANGE, range));
        }
        for (Each each : rule.each()) {
            switch (each) {
                case Each.Header(String name) -> {
                    asked.addActions(
                            Action.newBuilder()
                                    .setRequestHeaders(
                                            Action.RequestHeaders.newBuilder()
                                                    .setHeaderName(name)
                                                    .setDescriptorKey(name)));
                    counted.addEntries(entry(name, ""));
                }
                case Each.Address() -> {
                    asked.addActions(
                            Action.newBuilder()
                                    .setRemoteAddress(Action.RemoteAddress.getDefaultInstance()));
                    counted.addEntries(entry(ADDRESS, ""));
                }
            }
        }
        filter.addRateLimits(asked).addDescriptors(counted);
    }

    /// @param value empty for each by itself
    private static RateLimitDescriptor.Entry.Builder entry(String key, String value) {
        return RateLimitDescriptor.Entry.newBuilder().setKey(key).setValue(value);
    }

    private static TokenBucket.Builder bucket(Limit limit) {
        return TokenBucket.newBuilder()
                .setMaxTokens((int) limit.burst())
                .setTokensPerFill(UInt32Value.of((int) limit.requests()))
                .setFillInterval(Protos.duration(limit.per()));
    }

    private static Action.MaskedRemoteAddress masked(String range) {
        UInt32Value bits =
                UInt32Value.of(Integer.parseInt(range.substring(range.indexOf('/') + 1)));
        return range.contains(":")
                ? Action.MaskedRemoteAddress.newBuilder().setV6PrefixMaskLen(bits).build()
                : Action.MaskedRemoteAddress.newBuilder().setV4PrefixMaskLen(bits).build();
    }

    private static Action.HeaderValueMatch match(RouteMatch match) {
        Action.HeaderValueMatch.Builder out =
                Action.HeaderValueMatch.newBuilder()
                        .setDescriptorKey(MATCH)
                        .setDescriptorValue(MATCH);
        String path = path(match.path());
        if (!path.isEmpty()) {
            out.addHeaders(
                    MatchEmitter.header(
                            new HeaderMatch(":path", new ValueMatch.Regex(path), false)));
        }
        match.headers().forEach(it -> out.addHeaders(MatchEmitter.header(it)));
        return out.build();
    }

    /// The expression of a path with or without a query, as `:path` has it; empty for any.
    private static String path(PathMatch path) {
        return switch (path) {
            case PathMatch.Exact(String exact) -> quoted(exact) + "(\\?.*)?";
            case PathMatch.Prefix(String prefix) -> prefix.equals("/") ? "" : quoted(prefix) + ".*";
            case PathMatch.Segments(String prefix) -> quoted(prefix) + "([/?].*)?";
            case PathMatch.Regex(String regex) -> "(?:" + regex + ")(\\?.*)?";
        };
    }

    private static String quoted(String text) {
        return "\\Q" + text.replace("\\E", "\\E\\\\E\\Q") + "\\E";
    }
}
