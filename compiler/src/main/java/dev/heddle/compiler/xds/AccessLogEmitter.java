package dev.heddle.compiler.xds;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.heddle.compiler.ir.AccessLog.Line;
import dev.heddle.compiler.ir.Observation;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StderrAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import java.util.List;

/// Emits access logs.
final class AccessLogEmitter {
    private AccessLogEmitter() {}

    /// One for each log, in their order.
    static List<AccessLog> emit(Observation observation) {
        return observation.logs().stream().map(AccessLogEmitter::log).toList();
    }

    private static AccessLog log(dev.heddle.compiler.ir.AccessLog log) {
        AccessLog.Builder out = AccessLog.newBuilder();
        switch (log.path()) {
            case "/dev/stdout" -> {
                StdoutAccessLog.Builder stdout = StdoutAccessLog.newBuilder();
                log.line().ifPresent(l -> stdout.setLogFormat(line(l)));
                out.setName("envoy.access_loggers.stdout")
                        .setTypedConfig(Protos.pack(stdout.build()));
            }
            case "/dev/stderr" -> {
                StderrAccessLog.Builder stderr = StderrAccessLog.newBuilder();
                log.line().ifPresent(l -> stderr.setLogFormat(line(l)));
                out.setName("envoy.access_loggers.stderr")
                        .setTypedConfig(Protos.pack(stderr.build()));
            }
            default -> {
                FileAccessLog.Builder file = FileAccessLog.newBuilder().setPath(log.path());
                log.line().ifPresent(l -> file.setLogFormat(line(l)));
                out.setName("envoy.access_loggers.file").setTypedConfig(Protos.pack(file.build()));
            }
        }
        return out.build();
    }

    private static SubstitutionFormatString line(Line line) {
        SubstitutionFormatString.Builder out = SubstitutionFormatString.newBuilder();
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
