package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.BoolValue;
import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.Value;
import com.google.rpc.Status;
import dev.heddle.proxy.DataPlanes.Plane;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.config.core.v3.QueryParameter;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.DeniedHttpResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.StatusCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The same requests to our proxy and to stock Envoy, which ask the same services: what these are
/// asked, what upstreams and clients get, what is logged and counted is the same of both.
///
/// This file is long because the table of requests belongs beside the services that answer them.
@Timeout(120)
class ExtAuthzBesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.";
    private static final String PER_ROUTE =
            "'@type': " + TYPE + "filters.http.ext_authz.v3.ExtAuthzPerRoute";

    @TempDir Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    /// A listener whose requests are asked about.
    ///
    /// @param filter what the filter says, in flow style without braces
    private record Setup(String name, String filter) {}

    /// @param request with `~` for ends of lines
    private record Call(String setup, String request) {
        static Call get(String setup, String path) {
            return get(setup, path, "");
        }

        static Call get(String setup, String path, String headers) {
            return new Call(setup, "GET " + path + " HTTP/1.1~host: a.test~" + headers + "~");
        }

        static Call post(String setup, String path, String body) {
            return new Call(
                    setup,
                    "POST "
                            + path
                            + " HTTP/1.1~host: a.test~content-length: "
                            + body.length()
                            + "~~"
                            + body);
        }
    }

    private static final String GRPC =
            "transport_api_version: V3, grpc_service: {envoy_grpc: {cluster_name: grpc,"
                    + " authority: authz.test}, timeout: 0.5s}";

    private static final String HTTP = "transport_api_version: V3, http_service: {%s}";

    private static final String URI_OF_HTTP =
            "server_uri: {uri: 'http://authz', cluster: http, timeout: 0.5s}";

    private static final List<Setup> SETUPS =
            List.of(
                    new Setup("warm", GRPC),
                    new Setup("grpc", GRPC),
                    new Setup(
                            "some",
                            GRPC
                                    + ", stat_prefix: some, allowed_headers: {patterns: ["
                                    + "{prefix: ':'}, {prefix: x-}]}, disallowed_headers:"
                                    + " {patterns: [{exact: x-secret}]}, clear_route_cache: true,"
                                    + " include_tls_session: true, include_peer_certificate: true,"
                                    + " metadata_context_namespaces: [envoy.filters.http.rbac]"),
                    new Setup("raw", GRPC + ", encode_raw_headers: true"),
                    new Setup("body", GRPC + ", with_request_body: {max_request_bytes: 10}"),
                    new Setup(
                            "part",
                            GRPC
                                    + ", with_request_body: {max_request_bytes: 10,"
                                    + " allow_partial_message: true, pack_as_bytes: true}"),
                    new Setup(
                            "open",
                            GRPC
                                    + ", failure_mode_allow: true,"
                                    + " failure_mode_allow_header_add: true"),
                    new Setup("status", GRPC + ", status_on_error: {code: 503}"),
                    new Setup(
                            "never",
                            GRPC
                                    + ", filter_enabled: {default_value: {numerator: 0}},"
                                    + " deny_at_disable: {default_value: true,"
                                    + " runtime_key: none}"),
                    new Setup(
                            "unmet",
                            GRPC
                                    + ", filter_enabled_metadata: {filter: none, path:"
                                    + " [{key: a}], value: {string_match: {prefix: b}}}"),
                    new Setup("lost", GRPC.replace("cluster_name: grpc", "cluster_name: nobody")),
                    new Setup("dead", GRPC.replace("cluster_name: grpc", "cluster_name: dead")),
                    new Setup("http", HTTP.formatted(URI_OF_HTTP)),
                    new Setup(
                            "httpsome",
                            HTTP.formatted(
                                            URI_OF_HTTP
                                                    + ", path_prefix: /check,"
                                                    + " authorization_request: {headers_to_add: ["
                                                    + "{key: x-added, value: 'yes'},"
                                                    + " {key: x-a, value: other}]},"
                                                    + " authorization_response: {"
                                                    + "allowed_upstream_headers: {patterns:"
                                                    + " [{prefix: x-up}]},"
                                                    + " allowed_upstream_headers_to_append:"
                                                    + " {patterns: [{prefix: x-beside}]},"
                                                    + " allowed_client_headers: {patterns:"
                                                    + " [{prefix: x-deny}]},"
                                                    + " allowed_client_headers_on_success:"
                                                    + " {patterns: [{prefix: x-allow}]},"
                                                    + " dynamic_metadata_from_headers:"
                                                    + " {patterns: [{prefix: x-meta}]}}")
                                    + ", allowed_headers: {patterns: [{prefix: x-}]}"),
                    new Setup(
                            "httpbody",
                            HTTP.formatted(URI_OF_HTTP)
                                    + ", with_request_body: {max_request_bytes: 10,"
                                    + " allow_partial_message: true}"),
                    new Setup(
                            "httpdead",
                            HTTP.formatted(URI_OF_HTTP.replace("cluster: http", "cluster: dead"))
                                    + ", failure_mode_allow: true"));

    private static final List<Call> CALLS = calls();

    private static List<Call> calls() {
        var calls = new ArrayList<Call>();
        for (String path :
                List.of(
                        "/ok",
                        "/ok?b=1&a=2",
                        "/changed?z=1&drop=2&b=3",
                        "/pseudo",
                        "/response",
                        "/metadata",
                        "/denied",
                        "/denied/plain",
                        "/denied/headers",
                        "/denied/status",
                        "/error",
                        "/broken",
                        "/failed",
                        "/silent",
                        "/fresh",
                        "/nowhere")) {
            calls.add(
                    Call.get(
                            "grpc",
                            path,
                            "x-a: 1~x-a: 2~x-kept: here~x-gone: gone~cookie: a=b~"
                                    + "x-odd: \u00e4\u00c3\u00a4~"));
        }
        calls.add(Call.get("grpc", "/denied", "content-type: application/grpc~"));
        calls.add(Call.get("grpc", "/error", "content-type: application/grpc~"));
        calls.add(Call.get("grpc", "/off"));
        calls.add(Call.get("httpsome", "/200", "x-refuse: yes~"));
        calls.add(Call.get("grpc", "/told"));
        calls.add(Call.post("grpc", "/ok", "a body that is long enough"));
        calls.add(Call.get("some", "/ok", "x-a: 1~x-secret: 2~cookie: a=b~"));
        calls.add(Call.get("some", "/moved", "x-a: 1~"));
        calls.add(Call.get("some", "/denied"));
        calls.add(Call.get("raw", "/ok", "x-a: 1~x-a: 2~x-odd: \u00e4~"));
        calls.add(Call.get("body", "/ok"));
        calls.add(Call.post("body", "/ok", ""));
        calls.add(Call.post("body", "/ok", "0123456789"));
        calls.add(Call.post("body", "/ok", "\u00e401234"));
        calls.add(Call.post("body", "/ok", "01234567890"));
        calls.add(Call.post("body", "/denied", "0123"));
        calls.add(Call.post("body", "/nobody", "01234567890123"));
        calls.add(Call.post("part", "/ok", "01234"));
        calls.add(Call.post("part", "/ok", "\u00e4012345678"));
        calls.add(Call.post("part", "/ok", "x".repeat(30_000)));
        calls.add(
                new Call(
                        "part",
                        "POST /ok HTTP/1.1~host: a.test~transfer-encoding: chunked~~"
                                + "3~abc~c~0123456789ab~0~~"));
        calls.add(Call.get("open", "/silent"));
        calls.add(Call.get("open", "/denied"));
        calls.add(Call.get("status", "/failed"));
        calls.add(Call.get("never", "/ok"));
        calls.add(Call.get("unmet", "/denied"));
        calls.add(Call.get("lost", "/ok"));
        calls.add(Call.get("dead", "/ok"));
        for (String path :
                List.of("/200?a=b", "/201", "/302", "/403", "/500", "/silent", "/lost")) {
            calls.add(Call.get("http", path, "x-a: 1~x-a: 2~authorization: me~cookie: a=b~"));
            calls.add(
                    Call.get(
                            "httpsome",
                            path,
                            "x-a: 1~x-up: mine~x-beside: mine~authorization: me~"
                                    + "x-gone: gone~cookie: a=b~"));
        }
        calls.add(Call.post("httpbody", "/200", "0123456789abcdef"));
        calls.add(Call.post("httpbody", "/403", "0123"));
        calls.add(Call.get("httpdead", "/200"));
        return calls;
    }

    private static HeaderValueOption header(String name, String value) {
        return HeaderValueOption.newBuilder()
                .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
                .build();
    }

    @SuppressWarnings("deprecation") // services still write the old field
    private static HeaderValueOption header(String name, String value, boolean appends) {
        return header(name, value).toBuilder().setAppend(BoolValue.of(appends)).build();
    }

    private static HeaderValueOption header(String name, String value, HeaderAppendAction action) {
        return header(name, value).toBuilder().setAppendAction(action).build();
    }

    private static CheckResponse ok(OkHttpResponse.Builder ok) {
        return CheckResponse.newBuilder().setOkResponse(ok).build();
    }

    private static CheckResponse denied(int code, DeniedHttpResponse.Builder denied) {
        return CheckResponse.newBuilder()
                .setStatus(Status.newBuilder().setCode(code))
                .setDeniedResponse(denied)
                .build();
    }

    private static Struct found() {
        return Struct.newBuilder()
                .putFields("user", Value.newBuilder().setStringValue("ann").build())
                .putFields("level", Value.newBuilder().setNumberValue(3).build())
                .build();
    }

    private static List<HeaderValueOption> everyWay(String prefix) {
        var all = new ArrayList<HeaderValueOption>();
        for (String name : List.of("x-a", prefix + "-new")) {
            all.add(header(name, "set", false));
            all.add(header(name, "appended", true));
            for (HeaderAppendAction action : HeaderAppendAction.values()) {
                if (action != HeaderAppendAction.UNRECOGNIZED) {
                    all.add(header(name + "-" + action.getNumber(), "by action", action));
                }
            }
        }
        all.add(header("x-unsaid", "unsaid"));
        all.add(header("x-kept", "unsaid"));
        return all;
    }

    /// What the service of gRPC answers to a path; null for nothing.
    private static @Nullable CheckResponse answer(CheckRequest question) {
        String path = question.getAttributes().getRequest().getHttp().getPath();
        int end = path.indexOf('?');
        return switch (end < 0 ? path : path.substring(0, end)) {
            case "/changed" ->
                    ok(
                            OkHttpResponse.newBuilder()
                                    .addAllHeaders(everyWay("x-up"))
                                    .addHeadersToRemove("x-gone")
                                    .addHeadersToRemove("host")
                                    .addHeadersToRemove(":path")
                                    .addQueryParametersToSet(
                                            QueryParameter.newBuilder().setKey("b").setValue("set"))
                                    .addQueryParametersToSet(
                                            QueryParameter.newBuilder().setKey("c").setValue("4"))
                                    .addQueryParametersToRemove("drop"));
            case "/pseudo" ->
                    ok(
                            OkHttpResponse.newBuilder()
                                    .addHeaders(header(":path", "/other?x=y", false))
                                    .addHeaders(header("host", "b.test", false)));
            case "/response" ->
                    ok(OkHttpResponse.newBuilder().addAllResponseHeadersToAdd(everyWay("x-down")));
            case "/metadata" ->
                    ok(OkHttpResponse.newBuilder()).toBuilder().setDynamicMetadata(found()).build();
            case "/denied" -> denied(7, DeniedHttpResponse.newBuilder().setBody("go away"));
            case "/denied/plain" ->
                    CheckResponse.newBuilder()
                            .setStatus(Status.newBuilder().setCode(16))
                            .setDynamicMetadata(found())
                            .build();
            case "/denied/headers" ->
                    denied(
                            7,
                            DeniedHttpResponse.newBuilder()
                                    .addHeaders(header("set-cookie", "a=b"))
                                    .addHeaders(header("set-cookie", "c=d"))
                                    .addHeaders(header("x-one", "1"))
                                    .addHeaders(header("x-one", "2"))
                                    .addHeaders(header("location", "http://login", false))
                                    .addHeaders(header("content-type", "text/html", false))
                                    .setBody("<p>no"));
            case "/denied/status" ->
                    denied(
                            7,
                            DeniedHttpResponse.newBuilder()
                                    .setStatus(
                                            HttpStatus.newBuilder()
                                                    .setCode(StatusCode.PaymentRequired)));
            case "/error" ->
                    CheckResponse.newBuilder()
                            .setStatus(Status.newBuilder().setCode(13))
                            .setUnknownFields(
                                    UnknownFieldSet.newBuilder()
                                            .addField(
                                                    5,
                                                    UnknownFieldSet.Field.newBuilder()
                                                            .addLengthDelimited(error())
                                                            .build())
                                            .build())
                            .build();
            case "/moved" ->
                    ok(OkHttpResponse.newBuilder().addHeaders(header("x-to", "elsewhere", false)));
            case "/silent" -> null;
            case "/failed" -> throw new IllegalStateException("on purpose");
            default -> CheckResponse.getDefaultInstance();
        };
    }

    private static ByteString error() {
        return DeniedHttpResponse.newBuilder()
                .setStatus(HttpStatus.newBuilder().setCode(StatusCode.BadGateway))
                .addHeaders(header("x-error", "yes"))
                .setBody("cannot tell")
                .build()
                .toByteString();
    }

    /// What the service of HTTP answers.
    private static String answer(String question) {
        String path = question.split(" ", -1)[1].replaceAll("\\?.*", "").replace("/check", "");
        String headers =
                """
                x-up: theirs
                x-up-two: 2
                x-beside: theirs
                x-deny: why
                x-allow: told
                x-meta: found
                x-other: other
                set-cookie: a=b
                set-cookie: c=d
                x-envoy-auth-headers-to-remove: x-gone, x-none
                """
                        .replace("\n", "\r\n");
        return switch (path) {
            case "/silent" -> {
                try {
                    Thread.sleep(800);
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
                yield "";
            }
            case "/lost" -> "";
            default ->
                    HttpEcho.ok(headers + "location: http://login\r\n", "said")
                            .replace("200 OK", path.substring(1) + " Said");
        };
    }

    private static String listener(Setup setup, int port, Path log) {
        return """
          - name: %1$s
            address: {socket_address: {address: 127.0.0.1, port_value: %2$d}}
            filter_chains:
            - filters:
              - name: hcm
                typed_config:
                  '@type': %3$sfilters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: %1$s
                  generate_request_id: false
                  delayed_close_timeout: 0.1s
                  access_log:
                  - name: file
                    typed_config:
                      '@type': %3$saccess_loggers.file.v3.FileAccessLog
                      path: %4$s
                      log_format: {text_format_source: {inline_string: "%%REQ(X-CALL)%% %%RESPONSE_CODE%% %%RESPONSE_FLAGS%% %%RESPONSE_CODE_DETAILS%%\\n"}}
                  http_filters:
                  - name: before
                    typed_config:
                      '@type': %3$sfilters.http.rbac.v3.RBAC
                      shadow_rules: {policies: {all: {permissions: [{any: true}], principals: [{any: true}]}}}
                      shadow_rules_stat_prefix: tried_
                  - name: ext
                    typed_config: {'@type': %3$sfilters.http.ext_authz.v3.ExtAuthz, %5$s}
                  - name: behind
                    typed_config:
                      '@type': %3$sfilters.http.rbac.v3.RBAC
                      rules:
                        action: DENY
                        policies:
                          found:
                            permissions: [{metadata: {filter: envoy.filters.http.ext_authz, path: [{key: user}], value: {string_match: {exact: ann}}}}]
                            principals: [{any: true}]
                          header:
                            permissions: [{metadata: {filter: envoy.filters.http.ext_authz, path: [{key: x-meta}], value: {string_match: {exact: found}}}}]
                            principals: [{header: {name: x-refuse, present_match: true}}]
                  - name: router
                    typed_config: {'@type': %3$sfilters.http.router.v3.Router}
                  route_config:
                    name: routes
                    virtual_hosts:
                    - name: all
                      domains: ['*']
                      typed_per_filter_config:
                        ext: {%6$s, check_settings: {context_extensions: {host: all, both: host}}}
                      routes:
                      - match: {prefix: /moved, headers: [{name: x-to, string_match: {exact: elsewhere}}]}
                        direct_response: {status: 418}
                      - match: {prefix: /off}
                        route: {cluster: up}
                        typed_per_filter_config:
                          ext: {%6$s, disabled: true}
                      - match: {prefix: /nobody}
                        route: {cluster: up}
                        typed_per_filter_config:
                          ext: {%6$s, check_settings: {disable_request_body_buffering: true}}
                      - match: {prefix: /told}
                        route: {cluster: up}
                        typed_per_filter_config:
                          ext: {%6$s, check_settings: {context_extensions: {route: told, both: route}}}
                      - match: {safe_regex: {regex: '/[^n].*'}}
                        route: {cluster: up}
        """
                .formatted(setup.name(), port, TYPE, log, setup.filter(), PER_ROUTE);
    }

    private String bootstrap(List<Integer> ports, int upstream, int grpc, int http) {
        var listeners = new StringBuilder();
        for (int i = 0; i < SETUPS.size(); i++) {
            listeners.append(listener(SETUPS.get(i), ports.get(i + 1), log(ports)));
        }
        return AskingBootstrap.of(
                ports.getFirst(),
                listeners.toString(),
                AskingBootstrap.cluster("up", upstream)
                        + AskingBootstrap.cluster("http", http)
                        + AskingBootstrap.cluster("dead", 1)
                        + AskingBootstrap.grpcCluster(grpc));
    }

    private Path log(List<Integer> ports) {
        return directory.resolve(ports.getFirst() + ".log");
    }

    @Test
    void bothAskAnswerLogAndCountTheSame() throws Exception {
        var asked = new CopyOnWriteArrayList<String>();
        try (var upstream = HttpEcho.ofRequests();
                var grpc = new GrpcAuthorizer(ExtAuthzBesideEnvoyTest::answer);
                var http =
                        new HttpEcho(question -> {
                            asked.add(question);
                            return answer(question);
                        });
                var planes =
                        DataPlanes.start(
                                directory,
                                SETUPS.size() + 1,
                                ports ->
                                        bootstrap(
                                                ports,
                                                upstream.port(),
                                                grpc.port(),
                                                http.port()))) {
            var outcomes = new ArrayList<Map<String, String>>();
            for (Plane plane : planes.all()) {
                outcomes.add(outcomes(plane, grpc, asked));
            }
            Map<String, String> ours = outcomes.getFirst();
            Map<String, String> envoys = outcomes.getLast();
            var differences = new ArrayList<String>();
            ours.forEach((call, outcome) -> {
                if (!outcome.equals(envoys.get(call))) {
                    differences.add(
                            call
                                    + "\n--- ours:\n"
                                    + outcome
                                    + "\n--- Envoy's:\n"
                                    + envoys.get(call));
                }
            });
            assertThat(String.join("\n\n", differences)).isEmpty();
        }
    }

    private Map<String, String> outcomes(Plane plane, GrpcAuthorizer grpc, List<String> asked)
            throws Exception {
        var outcomes = new TreeMap<String, String>();
        Map<String, Integer> ports = new LinkedHashMap<>();
        for (int i = 0; i < SETUPS.size(); i++) {
            ports.put(SETUPS.get(i).name(), plane.ports().get(i + 1));
        }
        // The service's first answer takes longer than it is waited for.
        while (!ask(ports.getOrDefault("warm", 0), Call.get("warm", "/ok"), -1).contains(" 200 ")) {
            Thread.sleep(100);
        }
        for (int i = 0; i < CALLS.size(); i++) {
            Call call = CALLS.get(i);
            grpc.questions().clear();
            grpc.heads().clear();
            asked.clear();
            String answer = ask(ports.getOrDefault(call.setup(), 0), call, i);
            var told = new ArrayList<String>();
            for (int q = 0; q < grpc.questions().size(); q++) {
                told.add(grpc.heads().get(q) + "\n" + comparable(grpc.questions().get(q)));
            }
            told.addAll(asked);
            outcomes.put(
                    name(i, call),
                    ("asked: " + String.join("\n", told) + "\nanswered: " + answer)
                            .replaceAll("x-forwarded-for: [0-9.]+", "x-forwarded-for: proxy"));
        }
        List<String> lines = List.of();
        while (lines.size() < CALLS.size()) {
            Thread.sleep(20);
            lines =
                    Files.readAllLines(log(plane.ports())).stream()
                            .filter(it -> !it.startsWith("-1 "))
                            .toList();
        }
        for (String line : lines) {
            int i = Integer.parseInt(line.substring(0, line.indexOf(' ')));
            outcomes.merge(name(i, CALLS.get(i)), "\nlogged: " + line, String::concat);
        }
        outcomes.put("counted", counted(plane.ports().getFirst()));
        return outcomes;
    }

    private static String name(int i, Call call) {
        String request = call.request();
        return "%02d %s %s"
                .formatted(i, call.setup(), request.substring(0, Math.min(60, request.length())));
    }

    /// Without what is another each time.
    private static String comparable(CheckRequest question) {
        var copy = GrpcAuthorizer.withoutPorts(question).toBuilder();
        var attributes = copy.getAttributesBuilder();
        if (!attributes.hasRequest()) {
            return copy.build().toString();
        }
        assertThat(attributes.getRequest().getTime().getSeconds()).isPositive();
        attributes.getRequestBuilder().clearTime();
        var http = attributes.getRequestBuilder().getHttpBuilder();
        assertThat(http.getId()).matches("\\d+");
        http.setId("id");
        Map<String, String> headers = new TreeMap<>(http.getHeadersMap());
        http.clearHeaders();
        if (headers.getOrDefault("x-envoy-auth-partial-body", "").equals("true")) {
            // How much of the rest has come yet is chance.
            http.clearSize();
        }
        var raw =
                http.getHeaderMap().getHeadersList().stream()
                        .map(it ->
                                it.getKey()
                                        + ": "
                                        + it.getRawValue().toString(StandardCharsets.ISO_8859_1)
                                        + it.getValue())
                        .sorted()
                        .toList();
        http.clearHeaderMap();
        return copy.build() + headers.toString() + raw;
    }

    private String counted(int admin) throws Exception {
        HttpResponse<String> stats =
                client.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin + "/stats"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        return String.join(
                "\n",
                stats.body()
                        .lines()
                        .filter(it -> it.startsWith("http.") && it.contains(".ext_authz."))
                        .filter(it -> !it.startsWith("http.warm."))
                        .filter(it -> !it.endsWith(": 0"))
                        .sorted()
                        .toList());
    }

    private static String ask(int port, Call call, int number) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            socket.setSoTimeout(3_000);
            String text =
                    call.request()
                            .replace("~", "\r\n")
                            .replaceFirst(
                                    "\r\n", "\r\nconnection: close\r\nx-call: " + number + "\r\n");
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            String answer = all(socket);
            int end = answer.indexOf("\r\n\r\n");
            if (end < 0) {
                return answer;
            }
            return String.join(
                            "\n",
                            answer.substring(0, end)
                                    .lines()
                                    .filter(it -> !it.startsWith("date: "))
                                    .filter(it -> !it.startsWith("x-envoy-upstream-service-time"))
                                    .sorted()
                                    .toList())
                    + answer.substring(end);
        }
    }

    private static String all(Socket socket) throws IOException {
        var answer = new StringBuilder();
        try {
            for (int next = socket.getInputStream().read();
                    next >= 0;
                    next = socket.getInputStream().read()) {
                answer.append((char) next);
            }
        } catch (SocketTimeoutException _) {
            answer.append("\r\n\r\nand silence");
        }
        return answer.toString();
    }
}
