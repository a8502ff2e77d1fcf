package dev.heddle.compiler.observe;

import dev.heddle.compiler.ir.AccessLog;
import dev.heddle.model.codec.Json;
import dev.heddle.model.mesh.MeshConfig;
import dev.heddle.model.mesh.MeshConfig.AccessLogEncoding;
import dev.heddle.model.tree.Node;
import dev.heddle.telemetry.AccessLogFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a mesh wants logged of requests and connections.
public final class AccessLogs {
    /// What Istio's line has, in its order: the names of its JSON and the operators. Tools read it.
    private static final List<Map.Entry<String, String>> ISTIO =
            List.of(
                    Map.entry("start_time", "%START_TIME%"),
                    Map.entry("method", "%REQ(:METHOD)%"),
                    Map.entry("path", "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%"),
                    Map.entry("protocol", "%PROTOCOL%"),
                    Map.entry("response_code", "%RESPONSE_CODE%"),
                    Map.entry("response_flags", "%RESPONSE_FLAGS%"),
                    Map.entry("response_code_details", "%RESPONSE_CODE_DETAILS%"),
                    Map.entry("connection_termination_details", "%CONNECTION_TERMINATION_DETAILS%"),
                    Map.entry(
                            "upstream_transport_failure_reason",
                            "%UPSTREAM_TRANSPORT_FAILURE_REASON%"),
                    Map.entry("bytes_received", "%BYTES_RECEIVED%"),
                    Map.entry("bytes_sent", "%BYTES_SENT%"),
                    Map.entry("duration", "%DURATION%"),
                    Map.entry("upstream_service_time", "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%"),
                    Map.entry("x_forwarded_for", "%REQ(X-FORWARDED-FOR)%"),
                    Map.entry("user_agent", "%REQ(USER-AGENT)%"),
                    Map.entry("request_id", "%REQ(X-REQUEST-ID)%"),
                    Map.entry("authority", "%REQ(:AUTHORITY)%"),
                    Map.entry("upstream_host", "%UPSTREAM_HOST%"),
                    Map.entry("upstream_cluster", "%UPSTREAM_CLUSTER_RAW%"),
                    Map.entry("upstream_local_address", "%UPSTREAM_LOCAL_ADDRESS%"),
                    Map.entry("downstream_local_address", "%DOWNSTREAM_LOCAL_ADDRESS%"),
                    Map.entry("downstream_remote_address", "%DOWNSTREAM_REMOTE_ADDRESS%"),
                    Map.entry("requested_server_name", "%REQUESTED_SERVER_NAME%"),
                    Map.entry("route_name", "%ROUTE_NAME%"));

    /// What the proxy says in lines of JSON besides: why a request failed, which configuration
    /// served it and by which rule, and its trace. Stock Envoy takes these operators, too, and says
    /// of the first two that it knows nothing.
    private static final Map<String, String> OWN =
            Map.of(
                    "reason", "%DYNAMIC_METADATA(heddle:reason)%",
                    "config_version", "%DYNAMIC_METADATA(heddle:config_version)%",
                    "rule", "%METADATA(ROUTE:heddle:resource)%",
                    "rule_source", "%METADATA(ROUTE:heddle:source)%",
                    "trace_id", "%TRACE_ID%");

    private AccessLogs() {}

    /// The log, or empty for none; a JSON format that cannot be used counts as none.
    public static Optional<AccessLog> lower(Optional<MeshConfig> mesh) {
        if (mesh.isEmpty()) {
            return Optional.of(AccessLog.STDOUT);
        }
        MeshConfig said = mesh.get();
        boolean isAboutLines =
                said.accessLogFile().isPresent()
                        || !said.accessLogFormat().isEmpty()
                        || said.accessLogEncoding() != AccessLogEncoding.TEXT;
        String path = said.accessLogFile().orElse("/dev/stdout");
        return path.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new AccessLog(
                                new AccessLog.Sink.File(
                                        path,
                                        isAboutLines ? Optional.of(line(said)) : Optional.empty(),
                                        false),
                                Optional.empty()));
    }

    private static AccessLog.Line line(MeshConfig said) {
        String format = said.accessLogFormat();
        return switch (said.accessLogEncoding()) {
            case TEXT -> {
                String text = format.isEmpty() ? istioText() : format;
                yield new AccessLog.Line.Text(text.endsWith("\n") ? text : text + "\n");
            }
            case JSON ->
                    new AccessLog.Line.Json(
                            format.isEmpty() || problem(said).isPresent()
                                    ? usualFields()
                                    : fields(format));
        };
    }

    /// What is wrong with the format.
    public static Optional<String> problem(MeshConfig said) {
        if (said.accessLogEncoding() != AccessLogEncoding.JSON
                || said.accessLogFormat().isEmpty()) {
            return Optional.empty();
        }
        try {
            if (!(Json.parse(said.accessLogFormat()) instanceof Node.Mapping mapping)) {
                return Optional.of("not an object (expected: a JSON object)");
            }
            return mapping.entries().stream()
                    .filter(e -> !(e.value() instanceof Node.Text))
                    .findFirst()
                    .map(e -> "'" + e.key() + "' is no text (expected: text in each field)");
        } catch (IllegalArgumentException e) {
            return Optional.of(e.getMessage() + " (expected: a JSON object)");
        }
    }

    /// What Heddle's own proxy does not know of a format that can be used otherwise.
    public static Optional<String> unknown(MeshConfig said) {
        if (said.accessLogFormat().isEmpty() || problem(said).isPresent()) {
            return Optional.empty();
        }
        try {
            switch (line(said)) {
                case AccessLog.Line.Text(String format) -> AccessLogFormat.parse(format);
                case AccessLog.Line.Json(Map<String, String> fields) ->
                        fields.values().forEach(AccessLogFormat::parse);
            }
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static Map<String, String> fields(String format) {
        var fields = new LinkedHashMap<String, String>();
        if (Json.parse(format) instanceof Node.Mapping mapping) {
            for (Node.Entry entry : mapping.entries()) {
                if (entry.value() instanceof Node.Text(String operator, _)) {
                    fields.put(entry.key(), operator);
                }
            }
        }
        return fields;
    }

    /// What lines of JSON have where nobody says it: what Istio's have, and our own.
    public static Map<String, String> usualFields() {
        Map<String, String> fields = istioFields();
        fields.putAll(OWN);
        return fields;
    }

    /// What Istio's lines of JSON have: operators by their names.
    public static Map<String, String> istioFields() {
        var fields = new LinkedHashMap<String, String>();
        ISTIO.forEach(e -> fields.put(e.getKey(), e.getValue()));
        return fields;
    }

    /// Istio's line of text: the request in quotes as one word, then the others; those that may
    /// have spaces are quoted.
    public static String istioText() {
        var text = new StringBuilder();
        for (Map.Entry<String, String> field : ISTIO) {
            String operator = field.getValue();
            String word =
                    switch (field.getKey()) {
                        case "start_time" -> "[" + operator + "]";
                        case "method" -> "\"" + operator;
                        case "protocol" -> operator + "\"";
                        case "upstream_transport_failure_reason",
                                "x_forwarded_for",
                                "user_agent",
                                "request_id",
                                "authority",
                                "upstream_host" ->
                                "\"" + operator + "\"";
                        default -> operator;
                    };
            text.append(text.isEmpty() ? "" : " ").append(word);
        }
        return text.append('\n').toString();
    }
}
