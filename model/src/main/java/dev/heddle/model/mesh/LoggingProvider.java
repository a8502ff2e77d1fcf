package dev.heddle.model.mesh;

import dev.heddle.model.schema.Ordered;
import java.util.List;
import java.util.Map;

/// Who takes access logs, as `extensionProviders` say it.
public sealed interface LoggingProvider {
    /// A file.
    ///
    /// @param path `/dev/stdout` without one
    /// @param omitEmptyValues whether lines leave out what there is not
    /// @param logFormat of lines; Istio's own without one
    record File(String path, boolean omitEmptyValues, LineFormat logFormat)
            implements LoggingProvider {}

    /// What a line is: a text, or JSON with those fields. One of them, or none.
    record LineFormat(String text, Map<String, String> labels) {
        public LineFormat {
            labels = Ordered.copyOf(labels);
        }
    }

    /// An access log service that is told of requests.
    ///
    /// @param service its host, with or without its namespace, as in `obs/als.obs.svc.local`
    /// @param logName `http_envoy_accesslog` without one
    /// @param additionalRequestHeadersToLog headers that entries have besides
    record HttpService(
            String service,
            int port,
            String logName,
            List<String> filterStateObjectsToLog,
            List<String> additionalRequestHeadersToLog,
            List<String> additionalResponseHeadersToLog,
            List<String> additionalResponseTrailersToLog)
            implements LoggingProvider {
        public HttpService {
            filterStateObjectsToLog = List.copyOf(filterStateObjectsToLog);
            additionalRequestHeadersToLog = List.copyOf(additionalRequestHeadersToLog);
            additionalResponseHeadersToLog = List.copyOf(additionalResponseHeadersToLog);
            additionalResponseTrailersToLog = List.copyOf(additionalResponseTrailersToLog);
        }
    }

    /// An access log service that is told of connections.
    ///
    /// @param logName `tcp_envoy_accesslog` without one
    record TcpService(
            String service, int port, String logName, List<String> filterStateObjectsToLog)
            implements LoggingProvider {
        public TcpService {
            filterStateObjectsToLog = List.copyOf(filterStateObjectsToLog);
        }
    }

    /// A collector of OpenTelemetry.
    ///
    /// @param logName `otel_envoy_accesslog` without one
    record OpenTelemetry(String service, int port, String logName, LineFormat logFormat)
            implements LoggingProvider {}
}
