package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.route.RetryBackoff;
import dev.heddle.proxy.route.RetryCondition;
import dev.heddle.proxy.route.RetryPolicy;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.WireException;
import envoy.config.route.v3.RetryPolicy.RateLimitedRetryBackOff;
import envoy.config.route.v3.RetryPolicy.ResetHeader;
import envoy.config.route.v3.RetryPolicy.ResetHeaderFormat;
import envoy.config.route.v3.RetryPolicy.RetryBackOff;
import envoy.config.route.v3.RetryPolicy.RetryHostPredicate;
import envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reads policies of retries.
final class RetryPolicyParser {
    private static final String PREVIOUS_HOSTS =
            "type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3."
                    + "PreviousHostsPredicate";

    private static final String PREVIOUS_PRIORITIES =
            "type.googleapis.com/envoy.extensions.retry.priority.previous_priorities.v3."
                    + "PreviousPrioritiesConfig";

    private final Findings findings;
    private final MatchParser matches;

    /// What was read before: thousands of routes have a handful of policies.
    private final Map<RetryConfig, RetryConfig> known = new HashMap<>();

    RetryPolicyParser(Findings findings, MatchParser matches) {
        this.findings = findings;
        this.matches = matches;
    }

    RetryConfig parse(String path, envoy.config.route.v3.RetryPolicy policy) {
        findings.fields(
                path,
                policy,
                Set.of(
                        "retry_on",
                        "num_retries",
                        "per_try_timeout",
                        "per_try_idle_timeout",
                        "retry_priority",
                        "retry_host_predicate",
                        "host_selection_retry_max_attempts",
                        "retriable_status_codes",
                        "retry_back_off",
                        "rate_limited_retry_back_off",
                        "retriable_headers",
                        "retriable_request_headers"));
        long retries =
                policy.hasNumRetries()
                        ? Integer.toUnsignedLong(policy.getNumRetries().getValue())
                        : 1;
        var read =
                new RetryPolicy(
                        conditions(join(path, "retry_on"), policy.getRetryOn()),
                        (int) Math.min(retries, Integer.MAX_VALUE),
                        new RetryPolicy.Tries(
                                findings.duration(
                                        join(path, "per_try_timeout"), policy.getPerTryTimeout()),
                                findings.duration(
                                        join(path, "per_try_idle_timeout"),
                                        policy.getPerTryIdleTimeout())),
                        backoff(path, policy),
                        hosts(path, policy),
                        List.copyOf(policy.getRetriableStatusCodesList()),
                        RetryPolicy.NONE.headers(),
                        RetryPolicy.NONE.requests());
        return shared(
                new RetryConfig(
                        read,
                        matches.headers(
                                join(path, "retriable_headers"), policy.getRetriableHeadersList()),
                        matches.headers(
                                join(path, "retriable_request_headers"),
                                policy.getRetriableRequestHeadersList()),
                        RetryConfig.Told.NOTHING));
    }

    /// One instance for all that are equal.
    RetryConfig shared(RetryConfig config) {
        return known.computeIfAbsent(config, same -> same);
    }

    private Set<RetryCondition> conditions(String path, String text) {
        var conditions = EnumSet.noneOf(RetryCondition.class);
        for (String each : text.split(",", -1)) {
            String word = each.strip();
            if (word.equals("http3-post-connect-failure")) {
                findings.notImplemented(path, word);
            } else if (!word.isEmpty()) {
                RetryCondition.of(word)
                        .ifPresentOrElse(
                                conditions::add,
                                () -> findings.reject(path, "'" + word + "' is unknown"));
            }
        }
        return conditions;
    }

    private RetryBackoff backoff(String path, envoy.config.route.v3.RetryPolicy policy) {
        Duration base = RetryBackoff.ENVOY.base();
        Duration most = RetryBackoff.ENVOY.most();
        if (policy.hasRetryBackOff()) {
            String at = join(path, "retry_back_off");
            RetryBackOff backoff = policy.getRetryBackOff();
            findings.fields(at, backoff, Set.of("base_interval", "max_interval"));
            base = interval(join(at, "base_interval"), backoff.getBaseInterval());
            most =
                    backoff.hasMaxInterval()
                            ? interval(join(at, "max_interval"), backoff.getMaxInterval())
                            : base.multipliedBy(10);
            if (most.compareTo(base) < 0) {
                findings.reject(
                        join(at, "max_interval"), most + " (expected: at least " + base + ")");
                most = base;
            }
        }
        var headers = new ArrayList<RetryBackoff.ResetHeader>();
        Duration longest = RetryBackoff.ENVOY.longestReset();
        if (policy.hasRateLimitedRetryBackOff()) {
            String at = join(path, "rate_limited_retry_back_off");
            RateLimitedRetryBackOff limited = policy.getRateLimitedRetryBackOff();
            findings.fields(at, limited, Set.of("reset_headers", "max_interval"));
            for (int i = 0; i < limited.getResetHeadersCount(); i++) {
                headers.add(header(at + ".reset_headers[" + i + "]", limited.getResetHeaders(i)));
            }
            if (headers.isEmpty()) {
                findings.reject(join(at, "reset_headers"), "[] (expected: one or more)");
            }
            if (limited.hasMaxInterval()) {
                longest = interval(join(at, "max_interval"), limited.getMaxInterval());
            }
        }
        return new RetryBackoff(base, most, headers, longest);
    }

    /// At least a millisecond; Envoy rounds less than that up.
    private Duration interval(String path, google.protobuf.Duration value) {
        Duration interval = findings.duration(path, value);
        if (interval.isZero()) {
            findings.reject(path, "0s (expected: more)");
        }
        Duration least = Duration.ofMillis(1);
        return interval.compareTo(least) < 0 ? least : interval;
    }

    private RetryBackoff.ResetHeader header(String path, ResetHeader header) {
        findings.fields(path, header, Set.of("name", "format"));
        if (header.getFormat() == ResetHeaderFormat.UNRECOGNIZED) {
            findings.reject(join(path, "format"), "is unknown");
        }
        HeaderName name = HeaderName.HOST;
        try {
            name = HeaderName.of(header.getName());
        } catch (IllegalArgumentException e) {
            findings.reject(join(path, "name"), String.valueOf(e.getMessage()));
        }
        return new RetryBackoff.ResetHeader(
                name, header.getFormat() == ResetHeaderFormat.UNIX_TIMESTAMP);
    }

    private RetryPolicy.Hosts hosts(String path, envoy.config.route.v3.RetryPolicy policy) {
        boolean avoidsPrevious = false;
        for (int i = 0; i < policy.getRetryHostPredicateCount(); i++) {
            RetryHostPredicate predicate = policy.getRetryHostPredicate(i);
            String at = path + ".retry_host_predicate[" + i + "]";
            findings.fields(at, predicate, Set.of("name", "typed_config"));
            String type = predicate.getTypedConfig().getTypeUrl();
            if (type.equals(PREVIOUS_HOSTS)) {
                avoidsPrevious = true;
            } else {
                findings.notImplemented(at, type.isEmpty() ? predicate.getName() : type);
            }
        }
        long picks = policy.getHostSelectionRetryMaxAttempts();
        return new RetryPolicy.Hosts(
                avoidsPrevious,
                priorities(join(path, "retry_priority"), policy),
                Math.clamp(picks, 1, 1_000));
    }

    /// After how many attempts other priorities are tried; 0 for never.
    private int priorities(String path, envoy.config.route.v3.RetryPolicy policy) {
        if (!policy.hasRetryPriority()) {
            return 0;
        }
        Any config = policy.getRetryPriority().getTypedConfig();
        findings.fields(path, policy.getRetryPriority(), Set.of("name", "typed_config"));
        if (!config.getTypeUrl().equals(PREVIOUS_PRIORITIES)) {
            findings.notImplemented(
                    path,
                    config.getTypeUrl().isEmpty()
                            ? policy.getRetryPriority().getName()
                            : config.getTypeUrl());
            return 0;
        }
        try {
            var read = PreviousPrioritiesConfig.parseFrom(config.getValue());
            findings.range(
                    join(path, "typed_config.update_frequency"),
                    read.getUpdateFrequency(),
                    1,
                    Integer.MAX_VALUE);
            return Math.max(1, read.getUpdateFrequency());
        } catch (WireException e) {
            findings.reject(join(path, "typed_config"), String.valueOf(e.getMessage()));
            return 0;
        }
    }
}
