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
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.metrics.v3.StatsSink;
import io.envoyproxy.envoy.extensions.matching.common_inputs.stats.v3.StatFullNameMatchInput;
import io.envoyproxy.envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig;
import java.util.regex.Pattern;

/// Has a proxy send Istio's metrics to the control plane, and how many hosts it has ejected, by the
/// connection that it has to it anyway: Envoy's own sink of statistics for OpenTelemetry, which
/// drops everything else.
///
/// The node says so, too: then the control plane does not count the same calls by logs.
final class SignalSink {
    private static final String NAME = "envoy.stat_sinks.open_telemetry";
    private static final String METADATA = "HEDDLE_METRICS";
    private static final String ISTIO = "istio.";

    /// What Heddle's proxy says of its own process; stock Envoy has nothing that is called so.
    private static final String PROCESS = "heddle_process_";

    /// How many hosts stock Envoy has ejected, and how many pass their checks, of the clusters that
    /// have such a thing. Heddle's proxy tells of each host by another way.
    private static final String EJECTED = ".outlier_detection.ejections_active";

    private static final String PASSING = ".health_check.healthy";

    /// What the control plane reads as the node's id (`TellingNode` of the signals).
    private static final String NODE_HEADER = "x-heddle-node";

    /// What a header may say as it stands: no space, nothing outside of ASCII, no command.
    private static final Pattern SAYABLE = Pattern.compile("[!-~&&[^%]]{1,512}");

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
                                        .setTypedConfig(Any.pack(sink(base.getNode().getId()))));
        out.getNodeBuilder()
                .getMetadataBuilder()
                .putFields(METADATA, Value.newBuilder().setStringValue("true").build());
        if (!base.hasStatsFlushInterval()) {
            out.setStatsFlushInterval(INTERVAL);
        }
        return out.build();
    }

    /// @param node says who counts hosts, as Envoy's resource says nothing of it
    private static SinkConfig sink(String node) {
        var service =
                GrpcService.newBuilder()
                        .setEnvoyGrpc(
                                GrpcService.EnvoyGrpc.newBuilder()
                                        .setClusterName(ClusterName.CONTROL_PLANE));
        if (SAYABLE.matcher(node).matches()) {
            service.addInitialMetadata(HeaderValue.newBuilder().setKey(NODE_HEADER).setValue(node));
        }
        return SinkConfig.newBuilder()
                .setGrpcService(service)
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
                                        .addPredicate(beginsWith(PROCESS))
                                        .addPredicate(endsWith(EJECTED))
                                        .addPredicate(endsWith(PASSING)))
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
        return named(StringMatcher.newBuilder().setPrefix(prefix));
    }

    private static Predicate endsWith(String suffix) {
        return named(StringMatcher.newBuilder().setSuffix(suffix));
    }

    private static Predicate named(StringMatcher.Builder name) {
        return Predicate.newBuilder()
                .setSinglePredicate(
                        Predicate.SinglePredicate.newBuilder()
                                .setInput(
                                        extension(
                                                "name",
                                                StatFullNameMatchInput.getDefaultInstance()))
                                .setValueMatch(name))
                .build();
    }

    private static TypedExtensionConfig extension(String name, Message config) {
        return TypedExtensionConfig.newBuilder()
                .setName(name)
                .setTypedConfig(Any.pack(config))
                .build();
    }
}
