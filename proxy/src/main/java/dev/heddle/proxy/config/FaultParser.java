package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.filter.fault.FaultConfig;
import dev.heddle.proxy.http.GrpcStatus;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.route.Chance;
import dev.heddle.xds.wire.Any;
import envoy.extensions.filters.common.fault.v3.FaultDelay;
import envoy.extensions.filters.common.fault.v3.FaultRateLimit;
import envoy.extensions.filters.http.fault.v3.FaultAbort;
import envoy.extensions.filters.http.fault.v3.HTTPFault;
import envoy.type.v3.FractionalPercent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Reads what is to fail.
final class FaultParser {
    private static final HeaderName NODE = HeaderName.of("x-envoy-downstream-service-node");

    private static final Set<String> READ =
            Set.of(
                    "delay",
                    "abort",
                    "headers",
                    "downstream_nodes",
                    "upstream_cluster",
                    "max_active_faults",
                    "response_rate_limit",
                    "disable_downstream_cluster_stats",
                    "delay_percent_runtime",
                    "abort_percent_runtime",
                    "response_rate_limit_percent_runtime");

    /// Shares are what the runtime may say; there is no metadata of an exchange.
    private static final Set<String> NOTED =
            Set.of(
                    "delay_duration_runtime",
                    "abort_http_status_runtime",
                    "max_active_faults_runtime",
                    "abort_grpc_status_runtime",
                    "filter_metadata");

    private final Findings findings;
    private final ChanceParser chances;

    private FaultParser(Findings findings) {
        this.findings = findings;
        this.chances = new ChanceParser(findings);
    }

    static FaultConfig parse(Any config) {
        return Findings.read(
                config,
                HTTPFault.getDefaultInstance(),
                (fault, findings) -> new FaultParser(findings).fault(fault));
    }

    private FaultConfig fault(HTTPFault fault) {
        findings.fields("", fault, READ, NOTED);
        return new FaultConfig(
                fault.hasDelay() ? Optional.of(delay(fault)) : Optional.empty(),
                fault.hasAbort() ? Optional.of(abort(fault)) : Optional.empty(),
                fault.hasResponseRateLimit() ? Optional.of(rate(fault)) : Optional.empty(),
                requests(fault),
                fault.getUpstreamCluster(),
                fault.hasMaxActiveFaults()
                        ? OptionalLong.of(
                                Integer.toUnsignedLong(fault.getMaxActiveFaults().getValue()))
                        : OptionalLong.empty(),
                !fault.getDisableDownstreamClusterStats());
    }

    private Predicate<RequestHead> requests(HTTPFault fault) {
        HeaderCondition[] headers =
                HeaderCondition.all(
                        new MatchParser(findings).headers("headers", fault.getHeadersList()));
        List<String> nodes = List.copyOf(fault.getDownstreamNodesList());
        return request ->
                (nodes.isEmpty() || nodes.stream().anyMatch(it -> request.headers().is(NODE, it)))
                        && Stream.of(headers).allMatch(it -> it.test(request));
    }

    private FaultConfig.Delay delay(HTTPFault fault) {
        FaultDelay delay = fault.getDelay();
        findings.fields("delay", delay, Set.of("fixed_delay", "header_delay", "percentage"));
        Optional<Duration> fixed =
                switch (delay.getFaultDelaySecifierCase()) {
                    case FIXED_DELAY -> {
                        String at = join("delay", "fixed_delay");
                        Duration time = findings.duration(at, delay.getFixedDelay());
                        if (time.isZero()) {
                            findings.reject(at, "0s (expected: more)");
                        }
                        yield Optional.of(time);
                    }
                    case HEADER_DELAY -> Optional.empty();
                    case FAULTDELAYSECIFIER_NOT_SET -> {
                        findings.reject(
                                "delay", "has no time (expected: fixed_delay or header_delay)");
                        yield Optional.empty();
                    }
                };
        return new FaultConfig.Delay(
                fixed,
                share(
                        join("delay", "percentage"),
                        delay.getPercentage(),
                        fault.getDelayPercentRuntime(),
                        "fault.http.delay.fixed_delay_percent"));
    }

    private FaultConfig.Abort abort(HTTPFault fault) {
        FaultAbort abort = fault.getAbort();
        findings.fields(
                "abort", abort, Set.of("http_status", "grpc_status", "header_abort", "percentage"));
        FaultConfig.Answer answer =
                switch (abort.getErrorTypeCase()) {
                    case HTTP_STATUS -> {
                        long status = Integer.toUnsignedLong(abort.getHttpStatus());
                        findings.range(join("abort", "http_status"), status, 200, 599);
                        yield new FaultConfig.Answer.Http(
                                Math.clamp(abort.getHttpStatus(), 200, 599));
                    }
                    case GRPC_STATUS -> {
                        long status = Integer.toUnsignedLong(abort.getGrpcStatus());
                        findings.range(join("abort", "grpc_status"), status, 0, GrpcStatus.LAST);
                        yield new FaultConfig.Answer.Grpc(
                                Math.clamp(abort.getGrpcStatus(), 0, GrpcStatus.LAST));
                    }
                    case HEADER_ABORT -> new FaultConfig.Answer.Asked();
                    case ERRORTYPE_NOT_SET -> {
                        findings.reject(
                                "abort",
                                "has no error (expected: http_status, grpc_status or"
                                        + " header_abort)");
                        yield new FaultConfig.Answer.Asked();
                    }
                };
        return new FaultConfig.Abort(
                answer,
                share(
                        join("abort", "percentage"),
                        abort.getPercentage(),
                        fault.getAbortPercentRuntime(),
                        "fault.http.abort.abort_percent"));
    }

    private FaultConfig.Rate rate(HTTPFault fault) {
        FaultRateLimit rate = fault.getResponseRateLimit();
        String path = "response_rate_limit";
        findings.fields(path, rate, Set.of("fixed_limit", "header_limit", "percentage"));
        OptionalLong fixed =
                switch (rate.getLimitTypeCase()) {
                    case FIXED_LIMIT -> {
                        long kib = rate.getFixedLimit().getLimitKbps();
                        findings.range(
                                join(path, "fixed_limit.limit_kbps"), kib, 1, Integer.MAX_VALUE);
                        yield OptionalLong.of(Math.max(1, kib));
                    }
                    case HEADER_LIMIT -> OptionalLong.empty();
                    case LIMITTYPE_NOT_SET -> {
                        findings.reject(
                                path, "has no limit (expected: fixed_limit or header_limit)");
                        yield OptionalLong.empty();
                    }
                };
        return new FaultConfig.Rate(
                fixed,
                share(
                        join(path, "percentage"),
                        rate.getPercentage(),
                        fault.getResponseRateLimitPercentRuntime(),
                        "fault.http.rate_limit.response_percent"));
    }

    /// @param key of the runtime; empty for Envoy's usual one
    private Chance share(String path, FractionalPercent percent, String key, String usualKey) {
        return chances.percent(path, percent).by(key.isEmpty() ? usualKey : key);
    }
}
