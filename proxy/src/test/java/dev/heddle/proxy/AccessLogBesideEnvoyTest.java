package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.proxy.DataPlanes.Plane;
import dev.heddle.telemetry.AccessLogFormat;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// All operators that Envoy 1.40 has for access logs: those that this proxy has too say the same of
/// the same exchange; every other one is refused by name.
class AccessLogBesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.";

    /// Operators whose value is the same at both.
    private static final List<String> SAME =
            List.of(
                    "%REQ(:METHOD)%",
                    "%REQUEST_HEADER(X-A?:PATH)%",
                    "%REQ(X-NONE?X-A):3%",
                    "%REQ(X-NONE)%",
                    "%RESP(X-B)%",
                    "%RESPONSE_HEADER(X-B)%",
                    "%RESPONSE_HEADER(:STATUS)%",
                    "%TRAILER(X-T)%",
                    "%RESPONSE_TRAILER(X-T)%",
                    "%PROTOCOL%",
                    "%UPSTREAM_PROTOCOL%",
                    "%RESPONSE_CODE%",
                    "%RESPONSE_CODE_DETAILS%",
                    "%RESPONSE_FLAGS%",
                    "%RESPONSE_FLAGS_LONG%",
                    "%CONNECTION_TERMINATION_DETAILS%",
                    "%BYTES_RECEIVED%",
                    "%BYTES_SENT%",
                    "%GRPC_STATUS%",
                    "%GRPC_STATUS_NUMBER%",
                    // Of who is not followed; TracesBesideEnvoyTest has the others.
                    "%TRACE_ID%",
                    "%SPAN_ID%",
                    "%RESPONSE_TRAILERS_BYTES%",
                    "%FILTER_CHAIN_NAME%",
                    "%UPSTREAM_CLUSTER%",
                    "%UPSTREAM_CLUSTER_RAW%",
                    "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
                    "%UPSTREAM_TRANSPORT_FAILURE_REASON%",
                    "%DOWNSTREAM_TRANSPORT_FAILURE_REASON%",
                    "%REQUESTED_SERVER_NAME%",
                    "%ROUTE_NAME%",
                    "%VIRTUAL_CLUSTER_NAME%",
                    "%HOSTNAME%",
                    "%LOCAL_REPLY_BODY%",
                    "%PATH%",
                    "%PATH(NQ)%",
                    "%PATH(WQ:PATH)%",
                    "%PATH(NQ:PATH)%",
                    "%PATH(NQ:ORIG)%",
                    "%PATH(WQ:ORIG)%",
                    "%PATH(NQ:ORIG_OR_PATH):4%",
                    "%QUERY_PARAM(q)%",
                    "%QUERY_PARAM(second)%",
                    "%QUERY_PARAM(empty)%",
                    "%QUERY_PARAM(none)%",
                    "%QUERY_PARAM(second):2%",
                    "%DOWNSTREAM_WIRE_BYTES_RECEIVED%",
                    "%DOWNSTREAM_TLS_VERSION%",
                    "%DOWNSTREAM_PEER_SUBJECT%",
                    "%UPSTREAM_TLS_CIPHER%",
                    "%UPSTREAM_WIRE_BYTES_RECEIVED%",
                    "%UPSTREAM_HOST_NAME%",
                    "%UPSTREAM_HOST_NAME_WITHOUT_PORT%",
                    "%UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
                    "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
                    "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%",
                    "%DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT%",
                    "%UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT%",
                    "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(16)%",
                    "%UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(9)%",
                    "%METADATA(ROUTE:own:text)%",
                    "%METADATA(ROUTE:own:number)%",
                    "%METADATA(ROUTE:own:map)%",
                    "%METADATA(ROUTE:own:map:list)%",
                    "%METADATA(ROUTE:own:none)%",
                    "%METADATA(ROUTE:none:none)%",
                    "%METADATA(ROUTE:own:text):2%",
                    "%METADATA(CLUSTER:own:text)%",
                    "%METADATA(LISTENER:own:text)%",
                    "%METADATA(LISTENER_FILTER_CHAIN:own:text)%",
                    "%METADATA(UPSTREAM_HOST:own:text)%",
                    "%METADATA(DYNAMIC:own:text)%",
                    "%CLUSTER_METADATA(own:text)%",
                    "%UPSTREAM_METADATA(own:text)%",
                    "%DYNAMIC_METADATA(own:text)%",
                    "%ENVIRONMENT(HOME)%",
                    "%ENVIRONMENT(NO_SUCH_THING)%",
                    "%ACCESS_LOG_TYPE%",
                    "%QUERY_PARAMS(ORIG)%",
                    "%QUERY_PARAMS%",
                    "%STREAM_ID%",
                    "%TRACE_ID%",
                    "%SPAN_ID%",
                    "%CEL(request.method == 'POST' && response.code == 200)%",
                    "%CEL(request.path)%",
                    "%CEL(request.url_path)%",
                    "%CEL(request.query)%",
                    "%CEL(request.headers['x-a'])%",
                    "%CEL(request.headers['x-none'])%",
                    "%CEL('x-none' in request.headers)%",
                    "%CEL(has(request.headers.none))%",
                    "%CEL(request.headers['x-none'] == 'a' || response.code > 100)%",
                    "%CEL(request.size)%",
                    "%CEL(request.protocol)%",
                    "%CEL(response.code + 1)%",
                    "%CEL(response.code_details)%",
                    "%CEL(response.flags)%",
                    "%CEL(response.size)%",
                    "%CEL(response.headers['x-b'].startsWith('ba'))%",
                    "%CEL(response.trailers['x-t'])%",
                    "%CEL(request.duration < duration('1h'))%",
                    "%CEL(request.time > timestamp('2020-01-01T00:00:00Z'))%",
                    "%CEL(connection.mtls)%",
                    "%CEL(destination.port > 0)%",
                    "%CEL(source.address.startsWith('127.0.0.1:'))%",
                    "%CEL(upstream.address.matches('127.*:[0-9]+'))%",
                    "%CEL(upstream.request_attempt_count)%",
                    "%CEL(xds.cluster_name)%",
                    "%CEL(xds.route_name)%",
                    "%CEL(xds.virtual_host_name)%",
                    "%CEL(xds.filter_chain_name)%",
                    "%CEL(xds.listener_direction)%",
                    "%CEL(xds.route_metadata.filter_metadata['own']['text'])%",
                    "%CEL(xds.cluster_metadata.filter_metadata['own'].text == 'of the cluster')%",
                    "%CEL(size(request.method))%",
                    "%CEL(12 / 5 + 12 % 5)%",
                    "%CEL(1 / 0)%",
                    "%CEL(response.code in [200, 201] ? 'yes' : 'no')%");

    /// Operators whose value differs from run to run: of the same shape at both, digits aside.
    private static final List<String> ALIKE =
            List.of(
                    "%START_TIME%",
                    "%START_TIME_LOCAL%",
                    "%EMIT_TIME_LOCAL(%H:%M)%",
                    "%START_TIME(%s.%3f)%",
                    "%EMIT_TIME%",
                    "%EMIT_TIME(%Y-%m-%d)%",
                    "%DURATION%",
                    "%REQUEST_DURATION%",
                    "%REQUEST_TX_DURATION%",
                    "%RESPONSE_DURATION%",
                    "%RESPONSE_TX_DURATION%",
                    "%COMMON_DURATION(DS_RX_BEG:DS_RX_END:ms)%",
                    "%COMMON_DURATION(DS_RX_BEG:US_TX_BEG:us)%",
                    "%COMMON_DURATION(US_TX_BEG:US_TX_END:ns)%",
                    "%COMMON_DURATION(US_TX_END:US_RX_BEG:us)%",
                    "%COMMON_DURATION(US_RX_BEG:US_RX_END:ns)%",
                    "%COMMON_DURATION(DS_RX_BEG:DS_TX_BEG:ms)%",
                    "%COMMON_DURATION(DS_TX_BEG:DS_TX_END:ns)%",
                    "%CONNECTION_ID%",
                    "%UPSTREAM_CONNECTION_ID%",
                    // Envoy leaves the first line out, and counts three bytes for the marks of a
                    // field.
                    "%DOWNSTREAM_HEADER_BYTES_RECEIVED%",
                    "%UPSTREAM_HEADER_BYTES_RECEIVED%",
                    "%REQUEST_HEADERS_BYTES%",
                    "%RESPONSE_HEADERS_BYTES%",
                    "%DOWNSTREAM_WIRE_BYTES_SENT%",
                    "%DOWNSTREAM_HEADER_BYTES_SENT%",
                    "%UPSTREAM_WIRE_BYTES_SENT%",
                    "%UPSTREAM_HEADER_BYTES_SENT%",
                    "%UPSTREAM_HOST%",
                    "%UPSTREAM_REMOTE_ADDRESS%",
                    "%UPSTREAM_REMOTE_PORT%",
                    "%UPSTREAM_LOCAL_ADDRESS%",
                    "%UPSTREAM_LOCAL_PORT%",
                    "%DOWNSTREAM_REMOTE_ADDRESS%",
                    "%DOWNSTREAM_REMOTE_PORT%",
                    "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS%",
                    "%DOWNSTREAM_DIRECT_REMOTE_PORT%",
                    "%DOWNSTREAM_LOCAL_ADDRESS%",
                    "%DOWNSTREAM_LOCAL_PORT%");

    /// Operators of Envoy that this proxy has nothing to say by.
    private static final List<String> REFUSED =
            List.of(
                    "%BYTES_RETRANSMITTED%",
                    "%PACKETS_RETRANSMITTED%",
                    "%ROUNDTRIP_DURATION%",
                    "%DOWNSTREAM_HANDSHAKE_DURATION%",
                    "%UPSTREAM_CONNECTION_POOL_READY_DURATION%",
                    "%COMMON_DURATION(US_CX_BEG:US_CX_END:ms)%",
                    "%UPSTREAM_HOSTS_ATTEMPTED%",
                    "%UPSTREAM_HOSTS_ATTEMPTED_WITHOUT_PORT%",
                    "%UPSTREAM_HOST_NAMES_ATTEMPTED%",
                    "%UPSTREAM_HOST_NAMES_ATTEMPTED_WITHOUT_PORT%",
                    "%UPSTREAM_CONNECTION_IDS_ATTEMPTED%",
                    "%UPSTREAM_REMOTE_ADDRESS_ENDPOINT_ID%",
                    "%UPSTREAM_DETECTED_CLOSE_TYPE%",
                    "%UPSTREAM_LOCAL_CLOSE_REASON%",
                    "%UPSTREAM_SERVER_NAME%",
                    "%UPSTREAM_TLS_GROUP%",
                    "%UPSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED%",
                    "%UPSTREAM_DECOMPRESSED_HEADER_BYTES_SENT%",
                    "%UPSTREAM_FILTER_STATE(a)%",
                    "%DOWNSTREAM_CX_RTT%",
                    "%DOWNSTREAM_DETECTED_CLOSE_TYPE%",
                    "%DOWNSTREAM_LOCAL_CLOSE_REASON%",
                    "%DOWNSTREAM_DIRECT_LOCAL_ADDRESS%",
                    "%DOWNSTREAM_DIRECT_LOCAL_ADDRESS_WITHOUT_PORT%",
                    "%DOWNSTREAM_DIRECT_LOCAL_PORT%",
                    "%DOWNSTREAM_LOCAL_ADDRESS_ENDPOINT_ID%",
                    "%DOWNSTREAM_DIRECT_LOCAL_ADDRESS_ENDPOINT_ID%",
                    "%DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED%",
                    "%DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_SENT%",
                    "%DOWNSTREAM_LOCAL_OTHERNAME_SAN%",
                    "%DOWNSTREAM_PEER_OTHERNAME_SAN%",
                    "%DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_1%",
                    "%DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_256%",
                    "%DOWNSTREAM_PEER_CHAIN_SERIALS%",
                    "%DOWNSTREAM_PEER_ISSUER_FINGERPRINT_256%",
                    "%DOWNSTREAM_PEER_ISSUER_SERIAL%",
                    "%DOWNSTREAM_TLS_GROUP%",
                    "%FILTER_STATE(a)%",
                    "%CUSTOM_FLAGS%",
                    "%TLS_JA3_FINGERPRINT%",
                    "%TLS_JA4_FINGERPRINT%",
                    "%REQUESTED_SERVER_NAME(SNI_FIRST)%");

    /// An answer in one piece, with a body in chunks and a trailer.
    private static final String ANSWER =
            """
            HTTP/1.1 200 OK
            x-b: back
            transfer-encoding: chunked

            4
            body
            0
            x-t: end

            """
                    .replace("\n", "\r\n");

    @TempDir Path directory;

    private static String bootstrap(List<Integer> ports, int upstream, Path log) {
        var lines = new StringBuilder();
        for (List<String> all : List.of(SAME, ALIKE)) {
            for (String operator : all) {
                lines.append(operator.replace("%", "").replace("\"", "'"))
                        .append(" =:= ")
                        .append(operator)
                        .append("\\n");
            }
        }
        return """
        static_resources:
          listeners:
          - name: web
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            metadata: {filter_metadata: {own: {text: of the listener}}}
            filter_chains:
            - name: chain
              metadata: {filter_metadata: {own: {text: of the chain}}}
              filters:
              - name: manager
                typed_config:
                  '@type': %sfilters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: main
                  generate_request_id: false
                  http_protocol_options: {enable_trailers: true}
                  access_log:
                  - name: file
                    typed_config:
                      '@type': %saccess_loggers.file.v3.FileAccessLog
                      path: %s
                      log_format: {text_format_source: {inline_string: "%s"}}
                  http_filters:
                  - {name: router, typed_config: {'@type': %sfilters.http.router.v3.Router}}
                  route_config:
                    virtual_hosts:
                    - name: all
                      domains: ['*']
                      routes:
                      - name: first
                        metadata: {filter_metadata: {own: {text: of the route, number: 3, map: {list: [1, a, true]}}}}
                        match: {prefix: /old}
                        route: {cluster: one, prefix_rewrite: /new}
          clusters:
          - name: one
            type: STATIC
            alt_stat_name: alt
            metadata: {filter_metadata: {own: {text: of the cluster}}}
            connect_timeout: 1s
            typed_extension_protocol_options:
              envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                '@type': %supstreams.http.v3.HttpProtocolOptions
                explicit_http_config: {http_protocol_options: {enable_trailers: true}}
            load_assignment: {cluster_name: one, endpoints: [{lb_endpoints: [{metadata: {filter_metadata: {own: {text: of the host}}}, endpoint: {hostname: host.test, address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}
        """
                .formatted(ports.getFirst(), TYPE, TYPE, log, lines, TYPE, TYPE, upstream);
    }

    @Test
    void operatorsSayTheSameOfAnExchange() throws Exception {
        try (var upstream = new AnsweringBackend("0\r\n\r\n", _ -> ANSWER);
                DataPlanes planes =
                        DataPlanes.start(
                                directory,
                                1,
                                ports ->
                                        bootstrap(
                                                ports,
                                                upstream.port(),
                                                directory.resolve(ports.getFirst() + ".log")))) {
            var logs = new ArrayList<Map<String, String>>();
            for (Plane plane : planes.all()) {
                logs.add(log(plane.ports().getFirst()));
            }
            Map<String, String> ours = logs.get(0);
            Map<String, String> envoys = logs.get(1);
            assertThat(only(SAME, ours)).containsExactlyEntriesOf(only(SAME, envoys));
            assertThat(shapes(only(ALIKE, ours))).isEqualTo(shapes(only(ALIKE, envoys)));
        }
    }

    private static Map<String, String> only(List<String> operators, Map<String, String> log) {
        var some = new TreeMap<String, String>();
        operators.forEach(it -> some.put(it, log.get(it.replace("%", ""))));
        return some;
    }

    private static Map<String, String> shapes(Map<String, String> log) {
        log.replaceAll((_, value) -> String.valueOf(value).replaceAll("[0-9]+", "0"));
        return log;
    }

    private Map<String, String> log(int port) throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(
                            """
                            POST /old/x?q=a%20b&empty=&second=two&q=2 HTTP/1.1
                            host: h.test
                            x-a: value
                            x-request-id: 0d7cb1c5-0b6c-4b2a-8a9b-0a1b2c3d4e5f
                            transfer-encoding: chunked

                            5
                            hello
                            0

                            """
                                    .replace("\n", "\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            var answer = new StringBuilder();
            InputStream in = socket.getInputStream();
            while (!answer.toString().endsWith("x-t: end\r\n\r\n")) {
                int next = in.read();
                assertThat(next).as(answer.toString()).isNotNegative();
                answer.append((char) next);
            }
        }
        Path file = directory.resolve(port + ".log");
        int wanted = SAME.size() + ALIKE.size();
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!Files.exists(file) || Files.readAllLines(file).size() < wanted) {
            assertThat(System.nanoTime()).as("no log").isLessThan(until);
            Thread.onSpinWait();
        }
        var values = new LinkedHashMap<String, String>();
        for (String line : Files.readAllLines(file)) {
            int at = line.lastIndexOf(" =:= ");
            values.put(line.substring(0, at), line.substring(at + 5));
        }
        return values;
    }

    @Test
    void whatIsNotSaidIsRefusedByName() {
        for (String operator : REFUSED) {
            String name = operator.substring(1).split("[(%]", 2)[0];
            assertThatThrownBy(() -> AccessLogFormat.parse(operator))
                    .as(operator)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(name);
        }
    }

    /// Envoy itself says which operators there are: it refuses what it doesn't know, so none of
    /// ours is made up and none of those that we refuse is nobody's.
    @Test
    void envoyKnowsThemAll() throws Exception {
        String binary = System.getenv("HEDDLE_ENVOY");
        assumeTrue(binary != null && Files.isExecutable(Path.of(binary)), "HEDDLE_ENVOY");
        var unknown = new ArrayList<String>();
        for (String operator : REFUSED) {
            Path file =
                    Files.writeString(
                            directory.resolve("one.yaml"),
                            bootstrap(List.of(1), 1, directory.resolve("x.log"))
                                    .replaceFirst(
                                            "inline_string: \".*\"",
                                            Matcher.quoteReplacement(
                                                    "inline_string: '" + operator + "'")));
            Process process =
                    new ProcessBuilder(
                                    binary,
                                    "-c",
                                    file.toString(),
                                    "--mode",
                                    "validate",
                                    "--disable-hot-restart",
                                    "--log-level",
                                    "error")
                            .redirectErrorStream(true)
                            .redirectOutput(directory.resolve("validate.log").toFile())
                            .start();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            if (process.exitValue() != 0) {
                unknown.add(operator + ": " + Files.readString(directory.resolve("validate.log")));
            }
        }
        assertThat(unknown).isEmpty();
    }
}
