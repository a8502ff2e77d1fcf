package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.telemetry.AccessLogRecord.LogType;
import dev.heddle.telemetry.CelExpression;
import dev.heddle.telemetry.CelSyntaxException;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.WireException;
import envoy.config.accesslog.v3.AccessLogFilter;
import envoy.config.accesslog.v3.ComparisonFilter;
import envoy.config.accesslog.v3.GrpcStatusFilter;
import envoy.config.accesslog.v3.MetadataFilter;
import envoy.config.accesslog.v3.RuntimeFilter;
import envoy.config.core.v3.RuntimeUInt32;
import envoy.data.accesslog.v3.AccessLogType;
import envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Reads which exchanges are meant.
final class LogFilterParser {
    /// Deeper ones are no filter of anybody's.
    private static final int MAX_DEPTH = 32;

    private final Findings findings;

    LogFilterParser(Findings findings) {
        this.findings = findings;
    }

    LogFilter filter(String path, AccessLogFilter filter) {
        return filter(path, filter, 0);
    }

    private LogFilter filter(String path, AccessLogFilter filter, int depth) {
        findings.fields(
                path,
                filter,
                Set.of(
                        "status_code_filter",
                        "duration_filter",
                        "not_health_check_filter",
                        "runtime_filter",
                        "and_filter",
                        "or_filter",
                        "header_filter",
                        "response_flag_filter",
                        "grpc_status_filter",
                        "metadata_filter",
                        "log_type_filter",
                        "extension_filter"));
        return switch (filter.getFilterSpecifierCase()) {
            case STATUS_CODE_FILTER -> {
                String at = join(path, "status_code_filter.comparison");
                ComparisonFilter comparison = filter.getStatusCodeFilter().getComparison();
                yield new LogFilter.Status(relation(at, comparison), bound(at, comparison));
            }
            case DURATION_FILTER -> {
                String at = join(path, "duration_filter.comparison");
                ComparisonFilter comparison = filter.getDurationFilter().getComparison();
                yield new LogFilter.Duration(relation(at, comparison), bound(at, comparison));
            }
            case NOT_HEALTH_CHECK_FILTER -> new LogFilter.NoHealthCheck();
            case RUNTIME_FILTER -> sampled(join(path, "runtime_filter"), filter.getRuntimeFilter());
            case AND_FILTER ->
                    new LogFilter.All(
                            several(
                                    join(path, "and_filter.filters"),
                                    filter.getAndFilter().getFiltersList(),
                                    depth));
            case OR_FILTER ->
                    new LogFilter.Some(
                            several(
                                    join(path, "or_filter.filters"),
                                    filter.getOrFilter().getFiltersList(),
                                    depth));
            case HEADER_FILTER ->
                    new LogFilter.Header(
                            HeaderCondition.of(
                                    new MatchParser(findings)
                                            .headers(
                                                    join(path, "header_filter.header"),
                                                    List.of(filter.getHeaderFilter().getHeader()))
                                            .getFirst()));
            case RESPONSE_FLAG_FILTER ->
                    flags(
                            join(path, "response_flag_filter.flags"),
                            filter.getResponseFlagFilter().getFlagsList());
            case GRPC_STATUS_FILTER -> grpc(filter.getGrpcStatusFilter());
            case METADATA_FILTER ->
                    found(join(path, "metadata_filter"), filter.getMetadataFilter());
            case LOG_TYPE_FILTER -> typed(join(path, "log_type_filter"), filter);
            case EXTENSION_FILTER -> extension(join(path, "extension_filter"), filter);
            case TRACEABLE_FILTER -> none();
            case FILTERSPECIFIER_NOT_SET -> {
                findings.reject(path, "is empty (expected: status_code_filter, …)");
                yield none();
            }
        };
    }

    private static LogFilter none() {
        return new LogFilter.Some(List.of());
    }

    private LogFilter.Relation relation(String path, ComparisonFilter comparison) {
        findings.fields(path, comparison, Set.of("op", "value"));
        return switch (comparison.getOp()) {
            case EQ -> LogFilter.Relation.EQUAL;
            case GE -> LogFilter.Relation.AT_LEAST;
            case LE -> LogFilter.Relation.AT_MOST;
            case UNRECOGNIZED -> {
                findings.reject(
                        join(path, "op"), comparison.getOpValue() + " (expected: EQ, GE or LE)");
                yield LogFilter.Relation.EQUAL;
            }
        };
    }

    private LogFilter.Bound bound(String path, ComparisonFilter comparison) {
        RuntimeUInt32 value = comparison.getValue();
        findings.fields(join(path, "value"), value, Set.of("default_value", "runtime_key"));
        return new LogFilter.Bound(
                Integer.toUnsignedLong(value.getDefaultValue()), value.getRuntimeKey());
    }

    private LogFilter sampled(String path, RuntimeFilter filter) {
        findings.fields(
                path,
                filter,
                Set.of("percent_sampled", "use_independent_randomness", "runtime_key"));
        return new LogFilter.Sampled(
                new ChanceParser(findings)
                        .percent(join(path, "percent_sampled"), filter.getPercentSampled())
                        .by(filter.getRuntimeKey()),
                !filter.getUseIndependentRandomness());
    }

    private List<LogFilter> several(String path, List<AccessLogFilter> filters, int depth) {
        if (filters.size() < 2 || depth == MAX_DEPTH) {
            findings.reject(
                    path,
                    filters.size()
                            + " filters, nested "
                            + depth
                            + " deep (expected: two or more, fewer than "
                            + MAX_DEPTH
                            + " deep)");
            return List.of();
        }
        var several = new ArrayList<LogFilter>();
        for (AccessLogFilter each : filters) {
            several.add(filter(path + "[" + several.size() + "]", each, depth + 1));
        }
        return several;
    }

    private LogFilter flags(String path, List<String> names) {
        Set<ResponseFlag> flags = EnumSet.noneOf(ResponseFlag.class);
        for (String name : names) {
            try {
                flags.add(ResponseFlag.valueOf(name));
            } catch (IllegalArgumentException _) {
                findings.reject(path, "'" + name + "' (expected: a response flag, as UF)");
            }
        }
        return new LogFilter.Flagged(flags);
    }

    private static LogFilter grpc(GrpcStatusFilter filter) {
        var numbers = new HashSet<Integer>();
        filter.getStatusesList().forEach(status -> numbers.add(status.getNumber()));
        return new LogFilter.Grpc(numbers, filter.getExclude());
    }

    private LogFilter typed(String path, AccessLogFilter filter) {
        Set<LogType> types = EnumSet.noneOf(LogType.class);
        for (AccessLogType type : filter.getLogTypeFilter().getTypesList()) {
            try {
                types.add(LogType.valueOf(type.name()));
            } catch (IllegalArgumentException _) {
                findings.reject(join(path, "types"), type + " (expected: a type of log entry)");
            }
        }
        return new LogFilter.Typed(types, filter.getLogTypeFilter().getExclude());
    }

    private LogFilter extension(String path, AccessLogFilter filter) {
        Any config = filter.getExtensionFilter().getTypedConfig();
        if (!config.holds(ExpressionFilter.getDefaultInstance())) {
            findings.notImplemented(join(path, "typed_config"), "'" + config.getTypeUrl() + "'");
            return none();
        }
        String at = join(path, "typed_config.expression");
        try {
            return new LogFilter.Expressed(
                    CelExpression.compile(
                            config.unpack(ExpressionFilter.getDefaultInstance()).getExpression()));
        } catch (CelSyntaxException | WireException e) {
            findings.reject(at, String.valueOf(e.getMessage()));
            return none();
        }
    }

    private LogFilter found(String path, MetadataFilter filter) {
        findings.fields(path, filter, Set.of("matcher", "match_if_key_not_found"));
        MetadataMatch value =
                new MetadataMatchParser(findings, new MatchParser(findings))
                        .one(join(path, "matcher"), filter.getMatcher());
        if (value.inverted()) {
            findings.notImplemented(join(path, "matcher.invert"));
        }
        return new LogFilter.Found(
                new MetadataMatch(
                        value.filter(), value.path(), new MetadataMatch.Value.Present(true), false),
                value,
                !filter.hasMatchIfKeyNotFound() || filter.getMatchIfKeyNotFound().getValue());
    }
}
