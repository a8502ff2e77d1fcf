package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.heddle.proxy.DataPlanes.Plane;
import dev.heddle.testkit.FreePorts;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogCommon;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPAccessLogEntry;
import io.envoyproxy.envoy.data.accesslog.v3.TCPAccessLogEntry;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage.Identifier;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Logs that services take, and logs of some exchanges only: field by field as stock Envoy says
/// them of the same exchanges.
class LogServicesBesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.";

    private static final String ANSWER =
            """
            HTTP/1.1 200 OK
            x-b: back
            content-length: 4

            body\
            """
                    .replace("\n", "\r\n");

    /// What is asked, in this order.
    private static final List<String> PATHS = List.of("/ok?q=1", "/none", "/down");

    /// Filters, each with what it takes of the above.
    private static final List<String> FILTERS =
            List.of(
                    "status_code_filter: {comparison: {op: GE, value: {default_value: 404,"
                            + " runtime_key: a}}}",
                    "response_flag_filter: {flags: [NR]}",
                    "header_filter: {header: {name: ':path', string_match: {prefix: /ok}}}",
                    "log_type_filter: {types: [DownstreamEnd]}",
                    "log_type_filter: {types: [DownstreamEnd], exclude: true}",
                    "grpc_status_filter: {statuses: [UNIMPLEMENTED]}",
                    "not_health_check_filter: {}",
                    "and_filter: {filters: [{response_flag_filter: {}}, {status_code_filter:"
                            + " {comparison: {op: EQ, value: {default_value: 503, runtime_key:"
                            + " a}}}}]}",
                    cel("response.code >= 400"),
                    cel("request.url_path.startsWith('/ok') || response.code == 404"),
                    cel("request.headers['x-none'] == 'a'"),
                    cel("!has(request.headers.none) && request.path.contains('?')"),
                    cel("xds.cluster_name == 'down'"),
                    cel("response.flags != 0 && connection.mtls == false"));

    @TempDir Path directory;

    private static String cel(String expression) {
        return "extension_filter: {name: envoy.access_loggers.extension_filters.cel, typed_config:"
                + " {'@type': "
                + TYPE
                + "access_loggers.filters.cel.v3.ExpressionFilter, expression: \""
                + expression
                + "\"}}";
    }

    private String bootstrap(List<Integer> ports, int upstream, int collector) {
        String service =
                "{log_name: log-%d, transport_api_version: V3, buffer_flush_interval: 0.1s,"
                                .formatted(ports.getFirst())
                        + " grpc_service: {envoy_grpc: {cluster_name: collector}}}";
        var files = new StringBuilder();
        for (int i = 0; i < FILTERS.size(); i++) {
            files.append(
                    """
                              - filter: {%s}
                                name: file
                                typed_config:
                                  '@type': %saccess_loggers.file.v3.FileAccessLog
                                  path: %s
                                  log_format: {text_format_source: {inline_string: "%s %%PATH%%\\n"}}
                    """
                            .formatted(
                                    FILTERS.get(i),
                                    TYPE,
                                    directory.resolve(ports.getFirst() + ".log"),
                                    i));
        }
        return """
        node: {id: proxy-1, cluster: shop}
        static_resources:
          listeners:
          - name: web
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            filter_chains:
            - filters:
              - name: manager
                typed_config:
                  '@type': %sfilters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: main
                  generate_request_id: false
                  access_log:
        %s          - name: als
                    typed_config:
                      '@type': %saccess_loggers.grpc.v3.HttpGrpcAccessLogConfig
                      common_config: %s
                      additional_request_headers_to_log: [X-A, x-none]
                      additional_response_headers_to_log: [x-b]
                      additional_response_trailers_to_log: [x-t]
                  - name: otlp
                    typed_config:
                      '@type': %saccess_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig
                      common_config: %s
                      resource_attributes: {values: [{key: zone, value: {string_value: '%d'}}]}
                      body: {string_value: "%%REQ(:METHOD)%% %%RESPONSE_CODE%% %%REQ(x-none)%%"}
                      attributes:
                        values:
                        - {key: path, value: {string_value: "%%PATH%%"}}
                        - {key: list, value: {array_value: {values: [{string_value: "%%PROTOCOL%%"}, {string_value: "a"}]}}}
                        - {key: map, value: {kvlist_value: {values: [{key: flags, value: {string_value: "%%RESPONSE_FLAGS%%"}}]}}}
                  http_filters:
                  - {name: router, typed_config: {'@type': %sfilters.http.router.v3.Router}}
                  route_config:
                    virtual_hosts:
                    - name: all
                      domains: ['*']
                      routes:
                      - {name: first, match: {prefix: /ok}, route: {cluster: one}}
                      - {name: second, match: {prefix: /down}, route: {cluster: down}}
          - name: bytes
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            filter_chains:
            - filters:
              - name: tcp
                typed_config:
                  '@type': %sfilters.network.tcp_proxy.v3.TcpProxy
                  stat_prefix: bytes
                  cluster: one
                  access_log:
                  - name: als
                    typed_config:
                      '@type': %saccess_loggers.grpc.v3.TcpGrpcAccessLogConfig
                      common_config: %s
          clusters:
          - name: one
            type: STATIC
            connect_timeout: 1s
            load_assignment: {cluster_name: one, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}
          - name: down
            type: STATIC
            connect_timeout: 1s
            load_assignment: {cluster_name: down, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}
          - name: collector
            type: STATIC
            connect_timeout: 1s
            typed_extension_protocol_options:
              envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                '@type': %supstreams.http.v3.HttpProtocolOptions
                explicit_http_config: {http2_protocol_options: {}}
            load_assignment: {cluster_name: collector, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}
        """
                .formatted(
                        ports.getFirst(),
                        TYPE,
                        files,
                        TYPE,
                        service,
                        TYPE,
                        service,
                        ports.getFirst(),
                        TYPE,
                        ports.getLast(),
                        TYPE,
                        TYPE,
                        service,
                        upstream,
                        nobody,
                        TYPE,
                        collector);
    }

    private final int nobody = FreePorts.many(1).getFirst();

    @Test
    void entriesAndRecordsAndFiltersAreAsEnvoysAre() throws Exception {
        try (var collector = new LogCollector();
                var upstream = new AnsweringBackend("\r\n\r\n", _ -> ANSWER);
                DataPlanes planes =
                        DataPlanes.start(
                                directory,
                                2,
                                ports -> bootstrap(ports, upstream.port(), collector.port()))) {
            var http = new ArrayList<List<HTTPAccessLogEntry>>();
            var tcp = new ArrayList<List<TCPAccessLogEntry>>();
            var records = new ArrayList<List<LogRecord>>();
            var lines = new ArrayList<List<String>>();
            for (Plane plane : planes.all()) {
                for (String path : PATHS) {
                    ask(plane.ports().getFirst(), path);
                }
                ask(plane.ports().getLast(), "/");
                String log = "log-" + plane.ports().getFirst();
                String zone = Integer.toString(plane.ports().getFirst());
                await(() ->
                        collector.http(log).size() == PATHS.size()
                                && spoken(collector, log).findAny().isPresent()
                                && records(collector, zone).size() == PATHS.size());
                Path file = directory.resolve(zone + ".log");
                await(() -> lines(file).contains("0 /down"));
                http.add(
                        collector.http(log).stream()
                                .map(LogServicesBesideEnvoyTest::plain)
                                .sorted(Comparator.comparing(it -> it.getRequest().getPath()))
                                .toList());
                tcp.add(spoken(collector, log).map(LogServicesBesideEnvoyTest::plain).toList());
                records.add(records(collector, zone));
                // Envoy's locality has no zone here, and so says the log of an empty one.
                assertThat(batches(collector, zone).map(it -> it.getResource().getAttributesList()))
                        .allSatisfy(labels ->
                                assertThat(labels)
                                        .extracting(it ->
                                                it.getKey() + "=" + it.getValue().getStringValue())
                                        .containsExactly(
                                                "log_name=" + log,
                                                "zone_name=",
                                                "cluster_name=shop",
                                                "node_name=proxy-1",
                                                "zone=" + zone));
                lines.add(lines(file).stream().sorted().toList());
                if (plane.name().equals("heddle")) {
                    assertThat(collector.http(log).stream().map(LogServicesBesideEnvoyTest::reason))
                            .containsExactlyInAnyOrder(
                                    "",
                                    "no route matches the request",
                                    "no connection to the upstream 127.0.0.1:"
                                            + nobody
                                            + " came about: delayed connect error: Connection"
                                            + " refused");
                }
            }
            assertThat(http.getFirst()).containsExactlyElementsOf(http.getLast());
            assertThat(tcp.getFirst()).containsExactlyElementsOf(tcp.getLast());
            assertThat(records.getFirst()).containsExactlyElementsOf(records.getLast());
            assertThat(lines.getFirst()).containsExactlyElementsOf(lines.getLast());
            assertThat(collector.introduced())
                    .extracting(Identifier::getNode)
                    .allMatch(node ->
                            node.getId().equals("proxy-1") && node.getCluster().equals("shop"));
        }
    }

    /// Connections on which something was said: Envoy's ports are tried, too.
    private static Stream<TCPAccessLogEntry> spoken(LogCollector collector, String log) {
        return collector.tcp(log).stream()
                .filter(it -> it.getConnectionProperties().getReceivedBytes() > 0);
    }

    private static List<LogRecord> records(LogCollector collector, String zone) {
        return batches(collector, zone)
                .flatMap(it -> it.getScopeLogsList().stream())
                .flatMap(it -> it.getLogRecordsList().stream())
                .map(it -> it.toBuilder().clearTimeUnixNano().build())
                .sorted(Comparator.comparing(it -> it.getAttributes(0).toString()))
                .toList();
    }

    private static Stream<ResourceLogs> batches(LogCollector collector, String zone) {
        return collector.batches().stream()
                .flatMap(batch -> batch.getResourceLogsList().stream())
                .filter(it -> isOf(it, zone));
    }

    private static boolean isOf(ResourceLogs logs, String zone) {
        return logs.getResource().getAttributesList().stream()
                .anyMatch(it ->
                        it.getKey().equals("zone") && it.getValue().getStringValue().equals(zone));
    }

    private static String reason(HTTPAccessLogEntry entry) {
        return entry.getCommonProperties()
                .getMetadata()
                .getFilterMetadataOrDefault("heddle", Struct.getDefaultInstance())
                .getFieldsOrDefault("reason", Value.getDefaultInstance())
                .getStringValue();
    }

    /// Without what differs from run to run: ports, times, and bytes of heads, of which Envoy
    /// counts others.
    private static HTTPAccessLogEntry plain(HTTPAccessLogEntry entry) {
        HTTPAccessLogEntry.Builder copy = entry.toBuilder();
        copy.setCommonProperties(plain(entry.getCommonProperties()));
        copy.getRequestBuilder()
                .clearRequestHeadersBytes()
                .clearUpstreamHeaderBytesSent()
                .clearDownstreamHeaderBytesReceived();
        copy.getResponseBuilder()
                .clearResponseHeadersBytes()
                .clearUpstreamHeaderBytesReceived()
                .clearDownstreamHeaderBytesSent();
        String details = entry.getResponse().getResponseCodeDetails();
        copy.getResponseBuilder().setResponseCodeDetails(details.replaceAll("\\|.*}", "}"));
        return copy.build();
    }

    private static TCPAccessLogEntry plain(TCPAccessLogEntry entry) {
        return entry.toBuilder()
                .setCommonProperties(
                        plain(entry.getCommonProperties()).toBuilder()
                                // A UUID, and when a connection was had, which we do not keep.
                                .clearStreamId()
                                .clearTimeToFirstUpstreamTxByte()
                                .clearTimeToLastUpstreamTxByte()
                                .clearTimeToFirstUpstreamRxByte()
                                .clearTimeToLastUpstreamRxByte()
                                .clearTimeToFirstDownstreamTxByte()
                                .clearTimeToLastDownstreamTxByte()
                                .clearTimeToLastRxByte())
                .build();
    }

    private static AccessLogCommon plain(AccessLogCommon common) {
        AccessLogCommon.Builder copy = common.toBuilder();
        copy.clearStartTime().clearMetadata().clearDuration();
        copy.clearDownstreamWireBytesSent()
                .clearDownstreamWireBytesReceived()
                .clearUpstreamWireBytesSent()
                .clearUpstreamWireBytesReceived();
        for (var field : common.getAllFields().keySet()) {
            if (field.getName().startsWith("time_to_")) {
                copy.setField(field, com.google.protobuf.Duration.getDefaultInstance());
            }
        }
        if (copy.hasDownstreamRemoteAddress()) {
            withoutPort(copy.getDownstreamRemoteAddressBuilder());
        }
        if (copy.hasDownstreamLocalAddress()) {
            withoutPort(copy.getDownstreamLocalAddressBuilder());
        }
        if (copy.hasDownstreamDirectRemoteAddress()) {
            withoutPort(copy.getDownstreamDirectRemoteAddressBuilder());
        }
        if (copy.hasUpstreamLocalAddress()) {
            withoutPort(copy.getUpstreamLocalAddressBuilder());
        }
        copy.setUpstreamTransportFailureReason(
                common.getUpstreamTransportFailureReason().isEmpty() ? "" : "some");
        return copy.build();
    }

    private static void withoutPort(Address.Builder address) {
        address.getSocketAddressBuilder().setPortValue(1);
    }

    private static void ask(int port, String path) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(
                            """
                            GET %s HTTP/1.1
                            host: h.test
                            x-a: value
                            user-agent: test
                            x-request-id: 0d7cb1c5-0b6c-4b2a-8a9b-0a1b2c3d4e5f

                            """
                                    .formatted(path)
                                    .replace("\n", "\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            var answer = new StringBuilder();
            while (!answer.toString().contains("\r\n\r\n")
                    || (answer.toString().startsWith("HTTP/1.1 200")
                            && !answer.toString().endsWith("body"))) {
                int next = in.read();
                assertThat(next).as(answer.toString()).isNotNegative();
                answer.append((char) next);
            }
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void await(BooleanSupplier isThere) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!isThere.getAsBoolean()) {
            assertThat(System.nanoTime()).as("nothing came").isLessThan(until);
            Thread.onSpinWait();
        }
    }
}
