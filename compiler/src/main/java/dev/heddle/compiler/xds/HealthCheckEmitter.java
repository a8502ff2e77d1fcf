package dev.heddle.compiler.xds;

import com.google.protobuf.UInt32Value;
import dev.heddle.compiler.ir.HealthCheck.Probe;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.config.core.v3.HealthCheck;
import io.envoyproxy.envoy.type.v3.CodecClientType;
import io.envoyproxy.envoy.type.v3.Int64Range;
import io.envoyproxy.envoy.type.v3.Percent;

/// Emits how hosts are asked whether they are well.
final class HealthCheckEmitter {
    private HealthCheckEmitter() {}

    /// @param isHttp2 whether the hosts are spoken to in HTTP/2
    static void emit(
            dev.heddle.compiler.ir.HealthCheck check, boolean isHttp2, Cluster.Builder cluster) {
        HealthCheck.Builder out =
                HealthCheck.newBuilder()
                        .setTimeout(Protos.duration(check.timeout()))
                        .setInterval(Protos.duration(check.period()))
                        .setUnhealthyThreshold(UInt32Value.of(check.failures()))
                        .setHealthyThreshold(UInt32Value.of(check.successes()));
        switch (check.probe()) {
            case Probe.Http http -> out.setHttpHealthCheck(http(http, isHttp2));
            case Probe.Tcp() ->
                    out.setTcpHealthCheck(HealthCheck.TcpHealthCheck.getDefaultInstance());
            case Probe.Grpc(String service) ->
                    out.setGrpcHealthCheck(
                            HealthCheck.GrpcHealthCheck.newBuilder().setServiceName(service));
        }
        // An endpoint that the control plane takes away is gone, whatever its checks say.
        cluster.addHealthChecks(out).setIgnoreHealthOnHostRemoval(true);
        if (!cluster.getCommonLbConfig().hasHealthyPanicThreshold()) {
            cluster.getCommonLbConfigBuilder()
                    .setHealthyPanicThreshold(
                            Percent.newBuilder().setValue(check.minHealthPercent()));
        }
    }

    private static HealthCheck.HttpHealthCheck http(Probe.Http http, boolean isHttp2) {
        HealthCheck.HttpHealthCheck.Builder out =
                HealthCheck.HttpHealthCheck.newBuilder()
                        .setPath(http.path())
                        .setHost(http.host())
                        .setCodecClientType(isHttp2 ? CodecClientType.HTTP2 : CodecClientType.HTTP1)
                        .addExpectedStatuses(Int64Range.newBuilder().setStart(200).setEnd(400))
                        // As with a probe of a Pod, it takes more than one failure.
                        .addRetriableStatuses(Int64Range.newBuilder().setStart(100).setEnd(600));
        http.headers()
                .forEach((name, value) ->
                        out.addRequestHeadersToAdd(
                                HeaderValueOption.newBuilder()
                                        .setHeader(
                                                HeaderValue.newBuilder()
                                                        .setKey(name)
                                                        .setValue(value.replace("%", "%%")))
                                        .setAppendAction(
                                                HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)));
        return out.build();
    }
}
