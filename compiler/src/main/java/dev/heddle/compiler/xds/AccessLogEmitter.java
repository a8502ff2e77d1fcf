package dev.heddle.compiler.xds;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.heddle.compiler.ir.AccessLog.Line;
import dev.heddle.compiler.ir.AccessLog.Sink;
import dev.heddle.compiler.ir.AccessLog.Target;
import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Match;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.ir.Listener.Capture;
import dev.heddle.compiler.ir.Observation;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.grpc.v3.CommonGrpcAccessLogConfig;
import io.envoyproxy.envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig;
import io.envoyproxy.envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig;
import io.envoyproxy.envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StderrAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.util.List;
import java.util.Optional;

/// Emits access logs.
final class AccessLogEmitter {
    private AccessLogEmitter() {}

    /// One for each log, in their order.
    ///
    /// @param isHttp whether they are about requests; else they are about connections
    static List<AccessLog> emit(Observation observation, boolean isHttp) {
        // Connections that are counted while they are open are logged when they end all the same.
        boolean isCounted = !isHttp && !observation.metrics().of(false).isEmpty();
        return observation.logs().stream().map(log -> log(log, isHttp, isCounted)).toList();
    }

    private static AccessLog log(
            dev.heddle.compiler.ir.AccessLog log, boolean isHttp, boolean isCounted) {
        AccessLog.Builder out = AccessLog.newBuilder();
        log.filter().map(LogFilters::expression).ifPresent(out::setFilter);
        switch (log.sink()) {
            case Sink.File file -> file(out, file);
            case Sink.Service service -> service(out, service);
            case Sink.Collector collector -> collector(out, collector);
            case Sink.ControlPlane control -> SignalsEmitter.log(out, control, isHttp);
        }
        if (isCounted) {
            LogFilters.ended(out);
        }
        return out.build();
    }

    /// Those of the listener itself: its connections that nobody serves, as nobody else tells of
    /// them. As with Istio, logs of the mesh are told where no filter chain takes a connection; the
    /// control plane is told of handshakes that failed besides. Where neither can be there is none.
    static List<AccessLog> ofListener(Listener listener) {
        Observation observation = listener.options().observation();
        boolean mayHaveNone = mayHaveNoChain(listener);
        boolean mayFail = listener.chains().stream().anyMatch(it -> it.tls().isPresent());
        if (listener.capture() == Capture.QUIC || !(mayHaveNone || mayFail)) {
            return List.of();
        }
        return observation.logs().stream()
                .filter(log ->
                        log.sink() instanceof Sink.ControlPlane
                                || (mayHaveNone && observation.tellsUnmatched()))
                .map(log -> ofListener(log, listener))
                .toList();
    }

    private static boolean mayHaveNoChain(Listener listener) {
        List<FilterChain> chains = listener.chains();
        boolean takesAll = chains.size() == 1 && chains.getFirst().match().equals(Match.ALL);
        return listener.defaultChain().isEmpty() && !takesAll;
    }

    private static AccessLog ofListener(dev.heddle.compiler.ir.AccessLog log, Listener listener) {
        if (log.sink() instanceof Sink.ControlPlane control) {
            AccessLog.Builder out = AccessLog.newBuilder();
            log.filter().map(LogFilters::expression).ifPresent(out::setFilter);
            SignalsEmitter.unserved(out, control, listener.origin().resource());
            return out.build();
        }
        AccessLog told = log(log, false, false);
        AccessLogFilter unmatched = LogFilters.flagged("NR");
        return told.toBuilder()
                .setFilter(
                        told.hasFilter() ? LogFilters.all(unmatched, told.getFilter()) : unmatched)
                .build();
    }

    private static void file(AccessLog.Builder out, Sink.File log) {
        Optional<SubstitutionFormatString> line = log.line().map(it -> line(it, log.omitsEmpty()));
        switch (log.path()) {
            case "/dev/stdout" -> {
                StdoutAccessLog.Builder stdout = StdoutAccessLog.newBuilder();
                line.ifPresent(stdout::setLogFormat);
                out.setName("envoy.access_loggers.stdout")
                        .setTypedConfig(Protos.pack(stdout.build()));
            }
            case "/dev/stderr" -> {
                StderrAccessLog.Builder stderr = StderrAccessLog.newBuilder();
                line.ifPresent(stderr::setLogFormat);
                out.setName("envoy.access_loggers.stderr")
                        .setTypedConfig(Protos.pack(stderr.build()));
            }
            default -> {
                FileAccessLog.Builder file = FileAccessLog.newBuilder().setPath(log.path());
                line.ifPresent(file::setLogFormat);
                out.setName("envoy.access_loggers.file").setTypedConfig(Protos.pack(file.build()));
            }
        }
    }

    private static void service(AccessLog.Builder out, Sink.Service log) {
        CommonGrpcAccessLogConfig common =
                common(log.target())
                        .addAllFilterStateObjectsToLog(log.headers().filterState())
                        .build();
        if (log.isHttp()) {
            out.setName("envoy.access_loggers.http_grpc")
                    .setTypedConfig(
                            Protos.pack(
                                    HttpGrpcAccessLogConfig.newBuilder()
                                            .setCommonConfig(common)
                                            .addAllAdditionalRequestHeadersToLog(
                                                    log.headers().request())
                                            .addAllAdditionalResponseHeadersToLog(
                                                    log.headers().response())
                                            .addAllAdditionalResponseTrailersToLog(
                                                    log.headers().trailers())
                                            .build()));
        } else {
            out.setName("envoy.access_loggers.tcp_grpc")
                    .setTypedConfig(
                            Protos.pack(
                                    TcpGrpcAccessLogConfig.newBuilder()
                                            .setCommonConfig(common)
                                            .build()));
        }
    }

    private static void collector(AccessLog.Builder out, Sink.Collector log) {
        var config =
                OpenTelemetryAccessLogConfig.newBuilder()
                        .setCommonConfig(common(log.target()))
                        .setBody(text(log.body()));
        log.attributes()
                .forEach((name, format) ->
                        config.getAttributesBuilder()
                                .addValues(
                                        KeyValue.newBuilder().setKey(name).setValue(text(format))));
        out.setName("envoy.access_loggers.open_telemetry")
                .setTypedConfig(Protos.pack(config.build()));
    }

    private static AnyValue text(String format) {
        return AnyValue.newBuilder().setStringValue(format).build();
    }

    static CommonGrpcAccessLogConfig.Builder common(Target target) {
        return CommonGrpcAccessLogConfig.newBuilder()
                .setLogName(target.logName())
                .setTransportApiVersion(ApiVersion.V3)
                .setGrpcService(
                        GrpcService.newBuilder()
                                .setEnvoyGrpc(
                                        GrpcService.EnvoyGrpc.newBuilder()
                                                .setClusterName(target.cluster())
                                                .setAuthority(target.host())));
    }

    private static SubstitutionFormatString line(Line line, boolean omitsEmpty) {
        SubstitutionFormatString.Builder out =
                SubstitutionFormatString.newBuilder().setOmitEmptyValues(omitsEmpty);
        switch (line) {
            case Line.Text(String format) ->
                    out.setTextFormatSource(DataSource.newBuilder().setInlineString(format));
            case Line.Json(var fields) -> {
                Struct.Builder json = Struct.newBuilder();
                fields.forEach((name, format) ->
                        json.putFields(name, Value.newBuilder().setStringValue(format).build()));
                out.setJsonFormat(json);
            }
        }
        return out.build();
    }
}
