package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.telemetry.AccessLogFormat;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.WireException;
import envoy.config.accesslog.v3.AccessLog;
import envoy.config.core.v3.SubstitutionFormatString;
import envoy.extensions.access_loggers.file.v3.FileAccessLog;
import envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig;
import envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig;
import envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig;
import envoy.extensions.access_loggers.stats.v3.Config;
import envoy.extensions.access_loggers.stream.v3.StderrAccessLog;
import envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import google.protobuf.Struct;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Reads access logs: files and standard streams, as text or JSON.
@SuppressWarnings("deprecation") // Envoy still reads the old fields, and users still write them
final class AccessLogParser {

    private static final AccessLogConfig.Line ENVOY_LINE =
            new AccessLogConfig.Line.Text(AccessLogFormat.parse(AccessLogFormat.ENVOY_DEFAULT));

    private final Findings findings;

    AccessLogParser(Findings findings) {
        this.findings = findings;
    }

    List<AccessLogConfig> logs(String path, List<AccessLog> logs) {
        var configs = new ArrayList<AccessLogConfig>();
        for (int i = 0; i < logs.size(); i++) {
            String at = path + "[" + i + "]";
            findings.fields(at, logs.get(i), Set.of("name", "typed_config", "filter"));
            try {
                if (!isOfRules(logs.get(i))) {
                    configs.add(filtered(at, logs.get(i)));
                }
            } catch (WireException e) {
                findings.reject(join(at, "typed_config"), String.valueOf(e.getMessage()));
            }
        }
        return configs;
    }

    private AccessLogConfig filtered(String path, AccessLog said) throws WireException {
        AccessLogConfig log = log(join(path, "typed_config"), said.getTypedConfig());
        return said.hasFilter()
                ? new AccessLogConfig.Filtered(
                        new LogFilterParser(findings)
                                .filter(join(path, "filter"), said.getFilter()),
                        log)
                : log;
    }

    /// Heddle's control plane has stock Envoy count hits of rules so. This proxy counts and reports
    /// them anyway, so there is nothing more to do.
    private static boolean isOfRules(AccessLog log) {
        return log.getTypedConfig().holds(Config.getDefaultInstance())
                && log.getTypedConfig()
                        .unpack(Config.getDefaultInstance())
                        .getStatPrefix()
                        .equals("heddle");
    }

    private AccessLogConfig log(String path, Any config) throws WireException {
        if (config.holds(StdoutAccessLog.getDefaultInstance())) {
            var log = config.unpack(StdoutAccessLog.getDefaultInstance());
            findings.fields(path, log, Set.of("log_format"));
            return new AccessLogConfig.Lines(
                    new AccessLogConfig.Target.Stdout(),
                    line(join(path, "log_format"), log.getLogFormat()),
                    log.getLogFormat().getOmitEmptyValues());
        }
        if (config.holds(StderrAccessLog.getDefaultInstance())) {
            var log = config.unpack(StderrAccessLog.getDefaultInstance());
            findings.fields(path, log, Set.of("log_format"));
            return new AccessLogConfig.Lines(
                    new AccessLogConfig.Target.Stderr(),
                    line(join(path, "log_format"), log.getLogFormat()),
                    log.getLogFormat().getOmitEmptyValues());
        }
        var services = new LogServiceParser(findings);
        if (config.holds(HttpGrpcAccessLogConfig.getDefaultInstance())) {
            return services.http(path, config.unpack(HttpGrpcAccessLogConfig.getDefaultInstance()));
        }
        if (config.holds(TcpGrpcAccessLogConfig.getDefaultInstance())) {
            return services.tcp(path, config.unpack(TcpGrpcAccessLogConfig.getDefaultInstance()));
        }
        if (config.holds(OpenTelemetryAccessLogConfig.getDefaultInstance())) {
            return services.openTelemetry(
                    path, config.unpack(OpenTelemetryAccessLogConfig.getDefaultInstance()));
        }
        if (config.holds(Config.getDefaultInstance())) {
            return new StatsParser(findings)
                    .stats(path, config.unpack(Config.getDefaultInstance()));
        }
        if (!config.holds(FileAccessLog.getDefaultInstance())) {
            findings.notImplemented(path, "'" + config.getTypeUrl() + "'");
            return new AccessLogConfig.Lines(new AccessLogConfig.Target.Stdout(), ENVOY_LINE);
        }
        return file(path, config.unpack(FileAccessLog.getDefaultInstance()));
    }

    private AccessLogConfig file(String path, FileAccessLog log) {
        findings.fields(
                path,
                log,
                Set.of("path", "format", "json_format", "typed_json_format", "log_format"));
        findings.required(join(path, "path"), log.getPath());
        AccessLogConfig.Line line =
                switch (log.getAccessLogFormatCase()) {
                    case FORMAT -> text(join(path, "format"), log.getFormat());
                    case JSON_FORMAT -> json(join(path, "json_format"), log.getJsonFormat());
                    case TYPED_JSON_FORMAT ->
                            json(join(path, "typed_json_format"), log.getTypedJsonFormat());
                    case LOG_FORMAT -> line(join(path, "log_format"), log.getLogFormat());
                    case ACCESSLOGFORMAT_NOT_SET -> ENVOY_LINE;
                };
        AccessLogConfig.Target target =
                switch (log.getPath()) {
                    case "/dev/stdout" -> new AccessLogConfig.Target.Stdout();
                    case "/dev/stderr" -> new AccessLogConfig.Target.Stderr();
                    default -> new AccessLogConfig.Target.File(Path.of(log.getPath()));
                };
        return new AccessLogConfig.Lines(target, line, log.getLogFormat().getOmitEmptyValues());
    }

    private AccessLogConfig.Line line(String path, SubstitutionFormatString format) {
        findings.fields(
                path,
                format,
                Set.of("text_format", "text_format_source", "json_format", "omit_empty_values"),
                Set.of("content_type", "json_format_options"));
        return new FormatParser(findings).said(path, format).orElse(ENVOY_LINE);
    }

    private AccessLogConfig.Line text(String path, String format) {
        return new FormatParser(findings).text(path, format);
    }

    private AccessLogConfig.Line json(String path, Struct format) {
        return new FormatParser(findings).json(path, format);
    }
}
