package dev.heddle.compiler.xds;

import com.google.protobuf.UInt64Value;
import dev.heddle.compiler.ir.Metrics;
import dev.heddle.compiler.ir.Metrics.Metric;
import dev.heddle.compiler.ir.Workload;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.extensions.access_loggers.stats.v3.Config;
import io.envoyproxy.envoy.extensions.access_loggers.stats.v3.Config.Counter;
import io.envoyproxy.envoy.extensions.access_loggers.stats.v3.Config.Histogram;
import io.envoyproxy.envoy.extensions.access_loggers.stats.v3.Config.Stat;
import io.envoyproxy.envoy.extensions.access_loggers.stats.v3.Config.Tag;
import io.envoyproxy.envoy.extensions.filters.http.header_to_metadata.v3.Config.KeyValuePair;
import io.envoyproxy.envoy.extensions.filters.http.header_to_metadata.v3.Config.Rule;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import java.util.List;
import java.util.function.Consumer;

/// Emits metrics: an access log that counts, which stock Envoy has, too, and how the proxies of
/// both sides of a call tell each other who they are.
final class StatsEmitter {
    private static final String PREFIX = "istio";
    private static final String FIELDS = "^" + "([^;]*);".repeat(6) + "([^;]*)$";

    private StatsEmitter() {}

    /// One log for all of them; none where nothing is counted.
    static List<AccessLog> emit(Metrics metrics, boolean isHttp) {
        List<Metric> some = metrics.of(isHttp);
        if (some.isEmpty()) {
            return List.of();
        }
        Config.Builder config = Config.newBuilder().setStatPrefix(PREFIX);
        some.forEach(m -> add(m, config));
        return List.of(
                AccessLog.newBuilder()
                        .setName("envoy.access_loggers.stats")
                        .setTypedConfig(Protos.pack(config.build()))
                        .build());
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
