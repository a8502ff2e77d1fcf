package dev.heddle.compiler.xds;

import com.google.protobuf.Struct;
import dev.heddle.compiler.ir.CircuitBreaker;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;

/// Emits when a cluster gets no requests for a while, as metadata: stock Envoy takes those and
/// leaves them alone.
final class BreakerEmitter {
    private BreakerEmitter() {}

    static void emit(CircuitBreaker breaker, Cluster.Builder cluster) {
        Struct.Builder out =
                Struct.newBuilder()
                        .putFields("window", Protos.seconds(breaker.window()))
                        .putFields("min_requests", Protos.number(breaker.minRequests()))
                        .putFields("break_duration", Protos.seconds(breaker.breakDuration()))
                        .putFields("probes", Protos.number(breaker.probes()));
        breaker.errorPercent().ifPresent(it -> out.putFields("error_percent", Protos.number(it)));
        breaker.slow()
                .ifPresent(it ->
                        out.putFields("slow_threshold", Protos.seconds(it.threshold()))
                                .putFields("slow_percent", Protos.number(it.percent())));
        cluster.getMetadataBuilder().putFilterMetadata("heddle.circuit_breaker", out.build());
    }
}
