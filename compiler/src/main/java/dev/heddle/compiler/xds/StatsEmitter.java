package dev.heddle.compiler.xds;

import com.google.protobuf.UInt64Value;
import dev.heddle.compiler.ir.Metrics;
import dev.heddle.compiler.ir.Metrics.Call;
import dev.heddle.compiler.ir.Metrics.Metric;
import dev.heddle.compiler.ir.Metrics.Moment;
import dev.heddle.compiler.ir.Metrics.Open;
import dev.heddle.compiler.ir.Workload;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogType;
import io.envoyproxy.envoy.extensions.access_loggers.stats.v3.Config;
import io.envoyproxy.envoy.extensions.access_loggers.stats.v3.Config.Counter;
import io.envoyproxy.envoy.extensions.access_loggers.stats.v3.Config.Histogram;
import io.envoyproxy.envoy.extensions.access_loggers.stats.v3.Config.Stat;
import io.envoyproxy.envoy.extensions.access_loggers.stats.v3.Config.Tag;
import io.envoyproxy.envoy.extensions.filters.http.header_to_metadata.v3.Config.KeyValuePair;
import io.envoyproxy.envoy.extensions.filters.http.header_to_metadata.v3.Config.Rule;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TcpAccessLogOptions;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.v3.Scope;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Emits metrics: an access log that counts, which stock Envoy has, too, and how the proxies of
/// both sides of a call tell each other who they are.
final class StatsEmitter {
    private static final String PREFIX = "istio";
    private static final String FIELDS = "^" + "([^;]*);".repeat(6) + "([^;]*)$";

    /// It never got as far as a host.
    private static final String NO_HOST = "!has(upstream.local_address)";

    /// Only Heddle's proxy says so. Envoy would count what it has counted before.
    private static final String KNOWS_WHAT_IS_NEW =
            "metadata.filter_metadata['%s']['%s'] >= 0".formatted(Open.NAMESPACE, Open.SENT.key());

    private static final String KNOWS_MESSAGES =
            "metadata.filter_metadata['%s']['%s'] >= 0"
                    .formatted(Call.NAMESPACE, Call.REQUEST.key());

    private StatsEmitter() {}

    /// One log for all that are counted at the same time; none where nothing is counted.
    static List<AccessLog> emit(Metrics metrics, boolean isHttp) {
        Map<Moment, Config.Builder> configs = new EnumMap<>(Moment.class);
        for (Metric metric : metrics.of(isHttp)) {
            add(
                    metric,
                    configs.computeIfAbsent(
                            metric.kind().moment(), _ -> config(metrics.isEvictable())));
        }
        return configs.entrySet().stream().map(it -> log(it.getKey(), it.getValue())).toList();
    }

    /// A scope of which Envoy forgets what nobody uses has to be one of its own.
    private static Config.Builder config(boolean isEvictable) {
        return isEvictable
                ? Config.newBuilder()
                        .setStatsScope(Scope.newBuilder().setPrefix(PREFIX).setEnableEviction(true))
                : Config.newBuilder().setStatPrefix(PREFIX);
    }

    private static AccessLog log(Moment moment, Config.Builder config) {
        AccessLog.Builder out =
                AccessLog.newBuilder()
                        .setName("envoy.access_loggers.stats")
                        .setTypedConfig(Protos.pack(config.build()));
        AccessLogFilter ends = LogFilters.when(AccessLogType.TcpConnectionEnd);
        switch (moment) {
            case REQUEST -> {}
            case CALL ->
                    out.setFilter(
                            LogFilters.all(
                                    LogFilters.calls(), LogFilters.expression(KNOWS_MESSAGES)));
            case OPENED ->
                    out.setFilter(
                            LogFilters.any(
                                    LogFilters.when(AccessLogType.TcpUpstreamConnected),
                                    LogFilters.all(ends, LogFilters.expression(NO_HOST))));
            case RUNNING ->
                    out.setFilter(
                            LogFilters.any(
                                    ends,
                                    LogFilters.all(
                                            LogFilters.when(AccessLogType.TcpPeriodic),
                                            LogFilters.expression(KNOWS_WHAT_IS_NEW))));
            case CLOSED -> out.setFilter(ends);
        }
        return out.build();
    }

    /// Has connections of bytes logged in their course, too, where they are counted then.
    static void report(Metrics metrics, TcpProxy.Builder out) {
        List<Moment> moments = metrics.of(false).stream().map(m -> m.kind().moment()).toList();
        boolean isOpened = moments.contains(Moment.OPENED);
        boolean isReported = moments.contains(Moment.RUNNING) && metrics.interval().isPositive();
        if (isOpened || isReported) {
            TcpAccessLogOptions.Builder options =
                    TcpAccessLogOptions.newBuilder().setFlushAccessLogOnConnected(isOpened);
            if (isReported) {
                options.setAccessLogFlushInterval(Protos.duration(metrics.interval()));
            }
            out.setAccessLogOptions(options);
        }
    }

    private static void add(Metric metric, Config.Builder out) {
        Stat.Builder stat = Stat.newBuilder().setName(metric.kind().statName());
        metric.tags()
                .forEach((name, value) ->
                        stat.addTags(Tag.newBuilder().setName(name).setValueFormat(value)));
        String value = metric.kind().value();
        switch (metric.kind().shape()) {
            case ONE ->
                    out.addCounters(
                            Counter.newBuilder().setStat(stat).setValueFixed(UInt64Value.of(1)));
            case SUM -> out.addCounters(Counter.newBuilder().setStat(stat).setValueFormat(value));
            case MILLISECONDS ->
                    out.addHistograms(
                            Histogram.newBuilder()
                                    .setStat(stat)
                                    .setUnit(Histogram.Unit.Milliseconds)
                                    .setValueFormat(value));
            case BYTES ->
                    out.addHistograms(
                            Histogram.newBuilder()
                                    .setStat(stat)
                                    .setUnit(Histogram.Unit.Bytes)
                                    .setValueFormat(value));
        }
    }

    /// Has requests say who calls. Whatever the application says of that is overwritten.
    ///
    /// @param out takes a header that is added
    static void tell(Consumer<HeaderValueOption> out) {
        out.accept(
                HeaderValueOption.newBuilder()
                        .setHeader(
                                HeaderValue.newBuilder()
                                        .setKey(Workload.HEADER)
                                        .setValue(Workload.header()))
                        .setAppendAction(
                                HeaderValueOption.HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)
                        .build());
    }

    /// Takes that from requests, and remembers it.
    static HttpFilter hear() {
        var config =
                io.envoyproxy.envoy.extensions.filters.http.header_to_metadata.v3.Config
                        .newBuilder();
        for (int i = 0; i < Workload.ALL.size(); i++) {
            String key = Workload.ALL.get(i);
            config.addRequestRules(
                    Rule.newBuilder()
                            .setHeader(Workload.HEADER)
                            .setOnHeaderPresent(
                                    KeyValuePair.newBuilder()
                                            .setMetadataNamespace(Workload.PEER)
                                            .setKey(key)
                                            .setRegexValueRewrite(
                                                    RegexMatchAndSubstitute.newBuilder()
                                                            .setPattern(
                                                                    RegexMatcher.newBuilder()
                                                                            .setRegex(FIELDS))
                                                            .setSubstitution("\\" + (i + 1))))
                            .setRemove(i == Workload.ALL.size() - 1));
        }
        return HttpFilter.newBuilder()
                .setName("envoy.filters.http.header_to_metadata")
                .setTypedConfig(Protos.pack(config.build()))
                .build();
    }
}
