package dev.heddle.compiler.xds.patch;

import com.github.xds.core.v3.TypedExtensionConfig;
import com.github.xds.type.matcher.v3.Matcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import com.github.xds.type.matcher.v3.Matcher.OnMatch;
import com.github.xds.type.matcher.v3.StringMatcher;
import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Value;
import dev.heddle.compiler.ir.ClusterName;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.metrics.v3.StatsSink;
import io.envoyproxy.envoy.extensions.matching.common_inputs.stats.v3.StatFullNameMatchInput;
import io.envoyproxy.envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig;

/// Has a proxy send Istio's metrics to the control plane, by the connection that it has to it
/// anyway: Envoy's own sink of statistics for OpenTelemetry, which drops everything else.
///
/// The node says so, too: then the control plane does not count the same calls by logs.
final class SignalSink {
    private static final String NAME = "envoy.stat_sinks.open_telemetry";
    private static final String METADATA = "HEDDLE_METRICS";
    private static final String ISTIO = "istio.";

    /// What Heddle's proxy says of its own process; stock Envoy has nothing that is called so.
    private static final String PROCESS = "heddle_process_";

    /// A point is about a kilobyte, and a call may have four megabytes.
    private static final int MOST_POINTS = 2_000;

    private static final Duration INTERVAL = Duration.newBuilder().setSeconds(10).build();

    private SignalSink() {}

    /// The same with it; a bootstrap without that connection, or with a sink for OpenTelemetry of
    /// its own, stays as it is.
    static Bootstrap in(Bootstrap base) {
        boolean isConnected =
                base.getStaticResources().getClustersList().stream()
                        .anyMatch(it -> it.getName().equals(ClusterName.CONTROL_PLANE));
        boolean isThere =
                base.getStatsSinksList().stream().anyMatch(it -> it.getName().equals(NAME));
        if (!isConnected || isThere) {
            return base;
        }
        Bootstrap.Builder out =
                base.toBuilder()
                        .addStatsSinks(
                                StatsSink.newBuilder()
                                        .setName(NAME)
                                        .setTypedConfig(Any.pack(sink())));
        out.getNodeBuilder()
                .getMetadataBuilder()
                .putFields(METADATA, Value.newBuilder().setStringValue("true").build());
        if (!base.hasStatsFlushInterval()) {
            out.setStatsFlushInterval(INTERVAL);
        }
        return out.build();
    }

    private static SinkConfig sink() {
        return SinkConfig.newBuilder()
                .setGrpcService(
                        GrpcService.newBuilder()
                                .setEnvoyGrpc(
                                        GrpcService.EnvoyGrpc.newBuilder()
                                                .setClusterName(ClusterName.CONTROL_PLANE)))
                .setReportCountersAsDeltas(true)
                .setReportHistogramsAsDeltas(true)
                .setMaxDataPointsPerRequest(MOST_POINTS)
                .setCustomMetricConversions(
                        Matcher.newBuilder()
                                .setMatcherList(MatcherList.newBuilder().addMatchers(others())))
                .build();
    }

    /// Whatever is called otherwise is dropped.
    private static FieldMatcher others() {
        Predicate kept =
                Predicate.newBuilder()
                        .setOrMatcher(
                                Predicate.PredicateList.newBuilder()
                                        .addPredicate(beginsWith(ISTIO))
                                        .addPredicate(beginsWith(PROCESS)))
                        .build();
        return FieldMatcher.newBuilder()
                .setPredicate(Predicate.newBuilder().setNotMatcher(kept))
                .setOnMatch(
                        OnMatch.newBuilder()
                                .setAction(
                                        extension(
                                                "drop",
                                                SinkConfig.DropAction.getDefaultInstance())))
                .build();
    }

    private static Predicate beginsWith(String prefix) {
        return Predicate.newBuilder()
                .setSinglePredicate(
                        Predicate.SinglePredicate.newBuilder()
                                .setInput(
                                        extension(
                                                "name",
                                                StatFullNameMatchInput.getDefaultInstance()))
                                .setValueMatch(StringMatcher.newBuilder().setPrefix(prefix)))
                .build();
    }

    private static TypedExtensionConfig extension(String name, Message config) {
        return TypedExtensionConfig.newBuilder()
                .setName(name)
                .setTypedConfig(Any.pack(config))
                .build();
    }
}
