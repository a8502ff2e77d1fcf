package dev.heddle.compiler.xds;

import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.OutlierDetection;
import io.envoyproxy.envoy.config.common.matcher.v3.HttpHeadersMatch;
import io.envoyproxy.envoy.config.common.matcher.v3.MatchPredicate;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.v3.Percent;
import java.util.List;

/// Emits when hosts are ejected.
final class OutlierEmitter {
    private static final UInt32Value NEVER = UInt32Value.of(0);
    private static final UInt32Value ALWAYS = UInt32Value.of(100);

    private OutlierEmitter() {}

    static void emit(dev.heddle.compiler.ir.OutlierDetection outliers, Cluster.Builder cluster) {
        // Hosts are not compared with each other.
        OutlierDetection.Builder out = OutlierDetection.newBuilder().setEnforcingSuccessRate(NEVER);
        outliers.consecutive5xx()
                .ifPresent(n ->
                        out.setConsecutive5Xx(UInt32Value.of(n))
                                .setEnforcingConsecutive5Xx(enforcing(n)));
        outliers.consecutiveGateway()
                .ifPresent(n ->
                        out.setConsecutiveGatewayFailure(UInt32Value.of(n))
                                .setEnforcingConsecutiveGatewayFailure(enforcing(n)));
        outliers.interval().ifPresent(t -> out.setInterval(Protos.duration(t)));
        outliers.baseEjectionTime().ifPresent(t -> out.setBaseEjectionTime(Protos.duration(t)));
        outliers.maxEjectionPercent().ifPresent(n -> out.setMaxEjectionPercent(UInt32Value.of(n)));
        if (outliers.splitsLocalOrigin()) {
            out.setSplitExternalLocalOriginErrors(true).setEnforcingLocalOriginSuccessRate(NEVER);
            outliers.consecutiveLocalOrigin()
                    .ifPresent(n ->
                            out.setConsecutiveLocalOriginFailure(UInt32Value.of(n))
                                    .setEnforcingConsecutiveLocalOriginFailure(ALWAYS));
        }
        cluster.setOutlierDetection(out);
        cluster.getCommonLbConfigBuilder()
                .setHealthyPanicThreshold(
                        Percent.newBuilder().setValue(outliers.minHealthPercent()));
    }

    private static UInt32Value enforcing(int errors) {
        return errors > 0 ? ALWAYS : NEVER;
    }

    /// Which answers are errors.
    ///
    /// @param codes at least one
    static HttpProtocolOptions.OutlierDetection errors(List<Integer> codes) {
        List<MatchPredicate> rules = codes.stream().map(OutlierEmitter::status).toList();
        MatchPredicate.Builder match =
                rules.size() == 1
                        ? rules.getFirst().toBuilder()
                        : MatchPredicate.newBuilder()
                                .setOrMatch(
                                        MatchPredicate.MatchSet.newBuilder().addAllRules(rules));
        return HttpProtocolOptions.OutlierDetection.newBuilder().setErrorMatcher(match).build();
    }

    private static MatchPredicate status(int code) {
        return MatchPredicate.newBuilder()
                .setHttpResponseHeadersMatch(
                        HttpHeadersMatch.newBuilder()
                                .addHeaders(
                                        HeaderMatcher.newBuilder()
                                                .setName(":status")
                                                .setStringMatch(
                                                        StringMatcher.newBuilder()
                                                                .setExact(Integer.toString(code)))))
                .build();
    }
}
