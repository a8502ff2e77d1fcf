package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.filter.localratelimit.Action;
import dev.heddle.proxy.filter.localratelimit.Asked;
import dev.heddle.proxy.filter.localratelimit.Asked.Counted;
import dev.heddle.proxy.filter.localratelimit.Limit;
import dev.heddle.proxy.filter.localratelimit.LocalRateLimit;
import dev.heddle.proxy.filter.localratelimit.LocalRateLimit.Header;
import dev.heddle.proxy.filter.localratelimit.TokenBuckets;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.LocalReply.Field;
import dev.heddle.proxy.observe.ExchangeRecord;
import dev.heddle.proxy.route.Chance;
import dev.heddle.xds.wire.Any;
import envoy.config.core.v3.HeaderValueOption;
import envoy.config.core.v3.RuntimeFractionalPercent;
import envoy.config.route.v3.RateLimit;
import envoy.extensions.common.ratelimit.v3.LocalRateLimitDescriptor;
import envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import envoy.extensions.common.ratelimit.v3.XRateLimitHeadersRFCVersion;
import envoy.type.v3.TokenBucket;
import google.protobuf.UInt32Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads how many requests may pass.
final class LocalRateLimitParser {
    private static final Chance NEVER = new Chance(0, 1);
    private static final Duration LEAST_INTERVAL = Duration.ofMillis(50);
    private static final int MOST_VALUES = 20;
    private static final int MOST_HEADERS = 10;

    private final Findings findings;

    private LocalRateLimitParser(Findings findings) {
        this.findings = findings;
    }

    /// @param isOfRoute whether a route says it, which must have a bucket
    static LocalRateLimit parse(Any config, boolean isOfRoute) {
        return Findings.read(
                config,
                envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit
                        .getDefaultInstance(),
                (said, findings) -> new LocalRateLimitParser(findings).limit(said, isOfRoute));
    }

    private LocalRateLimit limit(
            envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit said,
            boolean isOfRoute) {
        findings.fields(
                "",
                said,
                Set.of(
                        "stat_prefix",
                        "status",
                        "token_bucket",
                        "filter_enabled",
                        "filter_enforced",
                        "request_headers_to_add_when_not_enforced",
                        "response_headers_to_add",
                        "descriptors",
                        "enable_x_ratelimit_headers",
                        "always_consume_default_token_bucket",
                        "rate_limited_as_resource_exhausted",
                        "rate_limits",
                        "max_dynamic_descriptors"));
        findings.required("stat_prefix", said.getStatPrefix());
        if (isOfRoute && !said.hasTokenBucket()) {
            findings.reject("token_bucket", "is missing (expected: one, as a route says it)");
        }
        int status = said.hasStatus() ? said.getStatus().getCodeValue() : 0;
        return new LocalRateLimit(
                said.getStatPrefix(),
                status < 400 || status > 599 ? 429 : status,
                said.hasTokenBucket() ? Optional.of(buckets(said)) : Optional.empty(),
                share("filter_enabled", said.hasFilterEnabled(), said.getFilterEnabled()),
                share("filter_enforced", said.hasFilterEnforced(), said.getFilterEnforced()),
                headers("response_headers_to_add", said.getResponseHeadersToAddList()).stream()
                        .map(it -> new Field(it.name(), it.value()))
                        .toList(),
                headers(
                        "request_headers_to_add_when_not_enforced",
                        said.getRequestHeadersToAddWhenNotEnforcedList()),
                said.getEnableXRatelimitHeaders() == XRateLimitHeadersRFCVersion.DRAFT_VERSION_03,
                said.getRateLimitedAsResourceExhausted());
    }

    private Chance share(String path, boolean isSaid, RuntimeFractionalPercent said) {
        return isSaid ? new ChanceParser(findings).runtime(path, said) : NEVER;
    }

    private TokenBuckets buckets(
            envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit said) {
        Limit others = bucket("token_bucket", said.getTokenBucket());
        long mostValues =
                said.hasMaxDynamicDescriptors()
                        ? Integer.toUnsignedLong(said.getMaxDynamicDescriptors().getValue())
                        : MOST_VALUES;
        findings.range("max_dynamic_descriptors", mostValues, 1, Integer.MAX_VALUE);
        List<Counted> counted =
                descriptors(said.getDescriptorsList(), (int) Math.max(1, mostValues));
        if (!counted.isEmpty() && said.getRateLimitsList().isEmpty()) {
            findings.reject(
                    "descriptors",
                    "are there without rate_limits, and routes' own are not implemented (expected:"
                            + " rate_limits beside them)");
        }
        var asked = new ArrayList<Asked>();
        for (int i = 0; i < said.getRateLimitsList().size(); i++) {
            Asked.of(actions("rate_limits[" + i + "]", said.getRateLimitsList().get(i)), counted)
                    .ifPresent(asked::add);
        }
        return new TokenBuckets(
                asked,
                others,
                !said.hasAlwaysConsumeDefaultTokenBucket()
                        || said.getAlwaysConsumeDefaultTokenBucket().getValue());
    }

    private Limit bucket(String path, TokenBucket bucket) {
        findings.fields(path, bucket, Set.of("max_tokens", "tokens_per_fill", "fill_interval"));
        long most = Integer.toUnsignedLong(bucket.getMaxTokens());
        UInt32Value fill = bucket.getTokensPerFill();
        long tokens = bucket.hasTokensPerFill() ? Integer.toUnsignedLong(fill.getValue()) : 1;
        findings.range(join(path, "max_tokens"), most, 1, 0xffff_ffffL);
        findings.range(join(path, "tokens_per_fill"), tokens, 1, 0xffff_ffffL);
        Duration interval =
                findings.duration(join(path, "fill_interval"), bucket.getFillInterval());
        if (interval.compareTo(LEAST_INTERVAL) < 0) {
            findings.reject(join(path, "fill_interval"), interval + " (expected: 50ms or more)");
            interval = LEAST_INTERVAL;
        }
        return new Limit(Math.max(1, most), Math.max(1, tokens), interval);
    }

    private List<Counted> descriptors(List<LocalRateLimitDescriptor> said, int mostValues) {
        var counted = new ArrayList<Counted>();
        var seen = new HashSet<List<Asked.Entry>>();
        for (int i = 0; i < said.size(); i++) {
            String path = "descriptors[" + i + "]";
            LocalRateLimitDescriptor descriptor = said.get(i);
            findings.fields(path, descriptor, Set.of("entries", "token_bucket"));
            if (descriptor.getEntriesList().isEmpty()) {
                findings.reject(join(path, "entries"), "is empty (expected: one or more)");
            }
            List<Asked.Entry> entries = entries(path, descriptor.getEntriesList());
            if (!seen.add(entries)) {
                findings.reject(path, "is the same as one before it (expected: each once)");
            }
            Limit limit = bucket(join(path, "token_bucket"), descriptor.getTokenBucket());
            counted.add(new Counted(new Asked.Descriptor(entries, limit, mostValues)));
        }
        return counted;
    }

    private List<Asked.Entry> entries(String path, List<RateLimitDescriptor.Entry> said) {
        var entries = new ArrayList<Asked.Entry>();
        for (int i = 0; i < said.size(); i++) {
            String at = join(path, "entries[" + i + "]");
            findings.fields(at, said.get(i), Set.of("key", "value"));
            findings.required(join(at, "key"), said.get(i).getKey());
            entries.add(new Asked.Entry(said.get(i).getKey(), said.get(i).getValue()));
        }
        return entries;
    }

    private List<Action> actions(String path, RateLimit said) {
        findings.fields(path, said, Set.of("actions"));
        if (said.getActionsList().isEmpty()) {
            findings.reject(join(path, "actions"), "is empty (expected: one or more)");
        }
        var actions = new ArrayList<Action>();
        for (int i = 0; i < said.getActionsList().size(); i++) {
            actions.add(action(join(path, "actions[" + i + "]"), said.getActionsList().get(i)));
        }
        return actions;
    }

    private Action action(String path, RateLimit.Action said) {
        return switch (said.getActionSpecifierCase()) {
            case GENERIC_KEY -> {
                RateLimit.Action.GenericKey generic = said.getGenericKey();
                String at = join(path, "generic_key");
                findings.fields(at, generic, Set.of("descriptor_key", "descriptor_value"));
                findings.required(join(at, "descriptor_value"), generic.getDescriptorValue());
                yield new Action.Same(
                        key(generic.getDescriptorKey(), "generic_key"),
                        generic.getDescriptorValue());
            }
            case HEADER_VALUE_MATCH ->
                    headers(join(path, "header_value_match"), said.getHeaderValueMatch());
            case REQUEST_HEADERS -> header(join(path, "request_headers"), said.getRequestHeaders());
            case REMOTE_ADDRESS -> new Action.Address("remote_address", -1, -1);
            case MASKED_REMOTE_ADDRESS ->
                    range(join(path, "masked_remote_address"), said.getMaskedRemoteAddress());
            default -> {
                findings.notImplemented(path, said.getActionSpecifierCase());
                yield new Action.Same("-", "-");
            }
        };
    }

    private Action headers(String path, RateLimit.Action.HeaderValueMatch said) {
        findings.fields(
                path,
                said,
                Set.of("descriptor_key", "descriptor_value", "expect_match", "headers"));
        findings.required(join(path, "descriptor_value"), said.getDescriptorValue());
        HeaderCondition[] conditions =
                HeaderCondition.all(
                        new MatchParser(findings)
                                .headers(join(path, "headers"), said.getHeadersList()));
        boolean expected = !said.hasExpectMatch() || said.getExpectMatch().getValue();
        return new Action.When(
                key(said.getDescriptorKey(), "header_match"),
                said.getDescriptorValue(),
                request -> {
                    for (HeaderCondition condition : conditions) {
                        if (!condition.test(request.head())) {
                            return !expected;
                        }
                    }
                    return expected;
                });
    }

    private Action header(String path, RateLimit.Action.RequestHeaders said) {
        findings.fields(path, said, Set.of("header_name", "descriptor_key"));
        findings.required(join(path, "descriptor_key"), said.getDescriptorKey());
        return new Action.Header(
                said.getDescriptorKey(), name(join(path, "header_name"), said.getHeaderName()));
    }

    private Action range(String path, RateLimit.Action.MaskedRemoteAddress said) {
        findings.fields(path, said, Set.of("v4_prefix_mask_len", "v6_prefix_mask_len"));
        long bits4 = bits(said.hasV4PrefixMaskLen(), said.getV4PrefixMaskLen(), 32);
        long bits6 = bits(said.hasV6PrefixMaskLen(), said.getV6PrefixMaskLen(), 128);
        findings.range(join(path, "v4_prefix_mask_len"), bits4, 0, 32);
        findings.range(join(path, "v6_prefix_mask_len"), bits6, 0, 128);
        return new Action.Address(
                "masked_remote_address", Math.clamp(bits4, 0, 32), Math.clamp(bits6, 0, 128));
    }

    private static long bits(boolean isSaid, UInt32Value said, int all) {
        return isSaid ? Integer.toUnsignedLong(said.getValue()) : all;
    }

    private static String key(String said, String otherwise) {
        return said.isEmpty() ? otherwise : said;
    }

    private HeaderName name(String path, String name) {
        try {
            return HeaderName.of(name);
        } catch (IllegalArgumentException e) {
            findings.reject(path, String.valueOf(e.getMessage()));
            return HeaderName.HOST;
        }
    }

    /// Headers with values that are the same for each request.
    private List<Header> headers(String path, List<HeaderValueOption> said) {
        findings.range(path, said.size(), 0, MOST_HEADERS);
        var headers = new ArrayList<Header>();
        List<HeaderEdits.Write> writes = new HeaderEditParser(findings).added(path, said).writes();
        for (int i = 0; i < writes.size(); i++) {
            HeaderEdits.Write write = writes.get(i);
            boolean replaces = write.append() == HeaderEdits.Append.OVERWRITE_IF_EXISTS_OR_ADD;
            boolean adds = write.append() == HeaderEdits.Append.APPEND_IF_EXISTS_OR_ADD;
            if (!write.value().isConstant() || !(adds || replaces)) {
                findings.notImplemented(path + "[" + i + "]", write.text() + ", " + write.append());
            } else {
                headers.add(
                        new Header(
                                HeaderName.of(write.name()),
                                write.value().line(new ExchangeRecord()),
                                replaces));
            }
        }
        return headers;
    }
}
