package dev.heddle.compiler.xds;

import dev.heddle.compiler.ir.AccessLog.Sink;
import dev.heddle.compiler.ir.AccessLog.Target;
import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.Tracing.Tag;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ComparisonFilter;
import io.envoyproxy.envoy.config.accesslog.v3.DurationFilter;
import io.envoyproxy.envoy.config.accesslog.v3.GrpcStatusFilter;
import io.envoyproxy.envoy.config.accesslog.v3.OrFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ResponseFlagFilter;
import io.envoyproxy.envoy.config.accesslog.v3.RuntimeFilter;
import io.envoyproxy.envoy.config.accesslog.v3.StatusCodeFilter;
import io.envoyproxy.envoy.config.core.v3.RuntimeUInt32;
import io.envoyproxy.envoy.extensions.access_loggers.grpc.v3.CommonGrpcAccessLogConfig;
import io.envoyproxy.envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig;
import io.envoyproxy.envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import io.envoyproxy.envoy.type.v3.FractionalPercent.DenominatorType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Emits the log that the control plane itself takes: entries of Envoy's access log service, by the
/// connection that the proxy has to it anyway.
final class SignalsEmitter {
    /// The share that is told of though nothing is wrong. Whoever sets it in a proxy's runtime has
    /// another share told, until he takes it back.
    static final String SHARE = "heddle.signals.share";

    private static final String STATUS = "heddle.signals.status";
    private static final String SLOW = "heddle.signals.slow";
    private static final Target TARGET =
            new Target(ClusterName.CONTROL_PLANE, ClusterName.CONTROL_PLANE, "heddle");
    private static final String CONTENT_TYPE = "content-type";
    private static final String GRPC_STATUS = "grpc-status";
    private static final String ORIGIN = "rule_origin";
    private static final int SERVER_ERROR = 500;

    /// Requests that somebody refused, or that did not come in time: they carry no flag.
    private static final List<Integer> REFUSALS = List.of(401, 403, 408, 429);

    /// Connections that were refused carry none either.
    private static final String REFUSED = "connection.termination_details != ''";

    /// Of connections whose handshake failed the listener tells. Stock Envoy's TLS inspector writes
    /// there, too, of whatever begins without TLS, in other words.
    private static final String UNSECURED =
            "connection.transport_failure_reason.startsWith('TLS_error:')";

    private static final String SECURED =
            "!(has(connection.transport_failure_reason) && " + UNSECURED + ")";

    /// How calls of gRPC end that failed or were refused.
    private static final List<GrpcStatusFilter.Status> FAILURES =
            List.of(
                    GrpcStatusFilter.Status.UNKNOWN,
                    GrpcStatusFilter.Status.DEADLINE_EXCEEDED,
                    GrpcStatusFilter.Status.PERMISSION_DENIED,
                    GrpcStatusFilter.Status.RESOURCE_EXHAUSTED,
                    GrpcStatusFilter.Status.UNIMPLEMENTED,
                    GrpcStatusFilter.Status.INTERNAL,
                    GrpcStatusFilter.Status.UNAVAILABLE,
                    GrpcStatusFilter.Status.DATA_LOSS,
                    GrpcStatusFilter.Status.UNAUTHENTICATED);

    private SignalsEmitter() {}

    /// Into a log, which may have a filter: then both count.
    static void log(AccessLog.Builder out, Sink.ControlPlane sink, boolean isHttp) {
        AccessLogFilter wanted = wanted(sink, isHttp);
        if (!isHttp) {
            wanted = LogFilters.all(LogFilters.expression(SECURED), wanted);
        }
        out.setFilter(out.hasFilter() ? LogFilters.all(out.getFilter(), wanted) : wanted);
        if (isHttp) {
            out.setName("envoy.access_loggers.http_grpc")
                    .setTypedConfig(
                            Protos.pack(
                                    HttpGrpcAccessLogConfig.newBuilder()
                                            .setCommonConfig(common(sink.requests()))
                                            .addAdditionalRequestHeadersToLog(CONTENT_TYPE)
                                            .addAdditionalResponseHeadersToLog(GRPC_STATUS)
                                            .addAdditionalResponseTrailersToLog(GRPC_STATUS)
                                            .build()));
        } else {
            connections(out, sink.connections());
        }
    }

    /// Into a log of a listener.
    ///
    /// @param resource that the listener stands in, where nothing else has it ask its clients for
    ///   anything; may be empty
    static void unserved(AccessLog.Builder out, Sink.ControlPlane sink, String resource) {
        AccessLogFilter wanted =
                LogFilters.any(LogFilters.flagged("NR"), LogFilters.expression(UNSECURED));
        out.setFilter(out.hasFilter() ? LogFilters.all(out.getFilter(), wanted) : wanted);
        var tags = new ArrayList<>(sink.unserved());
        if (!resource.isEmpty() && tags.stream().noneMatch(it -> it.name().equals(ORIGIN))) {
            tags.add(new Tag(ORIGIN, new Tag.Value.Literal(resource)));
        }
        connections(out, tags);
    }

    private static void connections(AccessLog.Builder out, List<Tag> tags) {
        out.setName("envoy.access_loggers.tcp_grpc")
                .setTypedConfig(
                        Protos.pack(
                                TcpGrpcAccessLogConfig.newBuilder()
                                        .setCommonConfig(common(tags))
                                        .build()));
    }

    private static CommonGrpcAccessLogConfig common(List<Tag> tags) {
        return AccessLogEmitter.common(TARGET)
                .addAllCustomTags(tags.stream().map(TracingEmitter::tag).toList())
                .build();
    }

    private static AccessLogFilter wanted(Sink.ControlPlane sink, boolean isHttp) {
        OrFilter.Builder any = OrFilter.newBuilder();
        if (isHttp) {
            any.addFilters(status(ComparisonFilter.Op.GE, SERVER_ERROR));
            REFUSALS.forEach(code -> any.addFilters(status(ComparisonFilter.Op.EQ, code)));
            any.addFilters(failedCall());
        } else {
            any.addFilters(LogFilters.expression(REFUSED));
        }
        // Whatever the flag.
        any.addFilters(
                AccessLogFilter.newBuilder()
                        .setResponseFlagFilter(ResponseFlagFilter.getDefaultInstance()));
        any.addFilters(
                AccessLogFilter.newBuilder()
                        .setDurationFilter(
                                DurationFilter.newBuilder()
                                        .setComparison(
                                                comparison(
                                                        ComparisonFilter.Op.GE,
                                                        millis(sink.slow()),
                                                        SLOW))));
        any.addFilters(
                AccessLogFilter.newBuilder()
                        .setRuntimeFilter(
                                RuntimeFilter.newBuilder()
                                        .setRuntimeKey(SHARE)
                                        .setPercentSampled(share(sink.percent()))));
        return AccessLogFilter.newBuilder().setOrFilter(any).build();
    }

    private static int millis(Duration slow) {
        return (int) Math.max(1, slow.toMillis());
    }

    private static AccessLogFilter status(ComparisonFilter.Op op, int code) {
        return AccessLogFilter.newBuilder()
                .setStatusCodeFilter(
                        StatusCodeFilter.newBuilder().setComparison(comparison(op, code, STATUS)))
                .build();
    }

    /// Envoy makes a status of gRPC of every answer, so only calls are asked.
    private static AccessLogFilter failedCall() {
        return LogFilters.all(
                LogFilters.calls(),
                AccessLogFilter.newBuilder()
                        .setGrpcStatusFilter(GrpcStatusFilter.newBuilder().addAllStatuses(FAILURES))
                        .build());
    }

    /// @param key which Envoy wants there to be
    private static ComparisonFilter comparison(ComparisonFilter.Op op, int value, String key) {
        return ComparisonFilter.newBuilder()
                .setOp(op)
                .setValue(RuntimeUInt32.newBuilder().setDefaultValue(value).setRuntimeKey(key))
                .build();
    }

    /// Always of a hundred, as the runtime's value has the same denominator.
    private static FractionalPercent share(int percent) {
        return FractionalPercent.newBuilder()
                .setNumerator(percent)
                .setDenominator(DenominatorType.HUNDRED)
                .build();
    }
}
