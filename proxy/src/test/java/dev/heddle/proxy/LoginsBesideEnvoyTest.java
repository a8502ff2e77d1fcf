package dev.heddle.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.DataPlanes.Plane;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The same callers to our proxy and to stock Envoy, who show who they are, or do not: who passes,
/// what services and callers are told, and what is logged is the same of both.
@Timeout(60)
class LoginsBesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.filters.";

    /// Passwords `secret` and, of somebody whose name is not ASCII, `pässe`; one is empty.
    private static final String USERS =
            "# who works here\\n\\nann:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\\n"
                    + "zoë:{SHA}"
                    + sha1("p\u00c3\u00a4sse")
                    + "\\nnone:{SHA}2jmj7l5rSw0yVb/vlWAYkK/YBwk=\\n";

    private static final String OTHERS = "bob:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=";

    private static final String CREDENTIALS =
            "credentials: [{key: one, client: robot}, {key: 'zw\u00f6lf', client: d\u00ebsk},"
                    + " {key: 'a b+c%', client: desk}], ";

    private static final String SOURCES =
            "key_sources: [{header: x-api-key}, {header: authorization}, {query: key},"
                    + " {cookie: key}], ";

    @TempDir Path directory;

    private static String sha1(String bytes) {
        try {
            return Base64.getEncoder()
                    .encodeToString(
                            java.security.MessageDigest.getInstance("SHA-1")
                                    .digest(bytes.getBytes(ISO_8859_1)));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /// What routes say of filters, by the beginning of their path.
    private static final Map<String, String> ROUTES =
            Map.of(
                    "open", "",
                    "basic",
                            "basic: {'@type': "
                                    + TYPE
                                    + "http.basic_auth.v3.BasicAuthPerRoute, users: {inline_string:"
                                    + " \""
                                    + OTHERS
                                    + "\"}}",
                    "awake",
                            "basic: {'@type':"
                                    + " type.googleapis.com/envoy.config.route.v3.FilterConfig, config:"
                                    + " {}}",
                    "nobody",
                            "basic: {'@type': "
                                    + TYPE
                                    + "http.basic_auth.v3.BasicAuthPerRoute, users: {inline_string:"
                                    + " '#'}}",
                    "realm",
                            "basic: {'@type': "
                                    + TYPE
                                    + "http.basic_auth.v3.BasicAuthPerRoute, realm: 'the \"shop\"',"
                                    + " users: {inline_bytes: \""
                                    + Base64.getEncoder()
                                            .encodeToString(OTHERS.getBytes(ISO_8859_1))
                                    + "\"}}",
                    "desk",
                            "desk: {'@type': "
                                    + TYPE
                                    + "http.basic_auth.v3.BasicAuthPerRoute, users: {inline_string:"
                                    + " \""
                                    + OTHERS
                                    + "\"}}");

    /// What routes say of keys, by the beginning of their path.
    private static final Map<String, String> KEYED =
            Map.of(
                    "keys/open", "",
                    "keys/all",
                            keys("key", CREDENTIALS + SOURCES + "forwarding: {header: x-client}"),
                    "keys/hidden",
                            keys(
                                    "key",
                                    CREDENTIALS
                                            + SOURCES
                                            + "forwarding: {header: x-client, hide_credentials:"
                                            + " true}"),
                    "keys/kept", keys("key", "forwarding: {hide_credentials: true}"),
                    "keys/some", keys("key", "allowed_clients: [desk]"),
                    "keys/nobody", keys("bare", SOURCES + "forwarding: {}"),
                    "keys/nowhere", keys("bare", CREDENTIALS));

    private static String keys(String filter, String said) {
        return filter
                + ": {'@type': "
                + TYPE
                + "http.api_key_auth.v3.ApiKeyAuthPerRoute, "
                + said
                + "}";
    }

    private String bootstrap(List<Integer> ports, int upstream) {
        var routes = new StringBuilder();
        var all = new LinkedHashMap<>(ROUTES);
        all.putAll(KEYED);
        all.forEach((name, said) ->
                routes.append(
                        "              - {match: {prefix: '/%s'}, typed_per_filter_config: {%s}, route: {cluster: up}}\n"
                                .formatted(name, said)));
        return """
        static_resources:
          listeners:
          - name: http
            address: {socket_address: {address: 127.0.0.1, port_value: %1$d}}
            filter_chains:
            - filters:
              - name: hcm
                typed_config:
                  '@type': %2$snetwork.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: main
                  delayed_close_timeout: 0.01s
                  access_log:
                  - name: file
                    typed_config:
                      '@type': type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                      path: %3$s
                      log_format: {text_format_source: {inline_string: "%%REQ(x-call)%% %%RESPONSE_CODE%% %%RESPONSE_FLAGS%% %%RESPONSE_CODE_DETAILS%% %%BYTES_SENT%%\\n"}}
                  http_filters:
                  - name: basic
                    disabled: true
                    typed_config: {'@type': %2$shttp.basic_auth.v3.BasicAuth, forward_username_header: x-user, users: {inline_string: "%5$s"}}
                  - name: desk
                    disabled: true
                    typed_config: {'@type': %2$shttp.basic_auth.v3.BasicAuth, authentication_header: x-desk, realm: desk, users: {inline_string: '#'}}
                  - name: key
                    disabled: true
                    typed_config: {'@type': %2$shttp.api_key_auth.v3.ApiKeyAuth, %7$s %8$s forwarding: {header: x-filter}}
                  - name: bare
                    disabled: true
                    typed_config: {'@type': %2$shttp.api_key_auth.v3.ApiKeyAuth}
                  - name: router
                    typed_config: {'@type': %2$shttp.router.v3.Router}
                  route_config:
                    name: routes
                    virtual_hosts:
                    - name: all
                      domains: ['*']
                      routes:
        %4$s\
          clusters:
          - {name: up, type: STATIC, connect_timeout: 5s, load_assignment: {cluster_name: up, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %6$d}}}}]}]}}
        """
                .formatted(
                        ports.getFirst(),
                        TYPE,
                        log(ports),
                        routes,
                        USERS,
                        upstream,
                        CREDENTIALS,
                        SOURCES);
    }

    private Path log(List<Integer> ports) {
        return directory.resolve(ports.getFirst() + ".log");
    }

    private static String basic(String pair) {
        return "authorization: Basic "
                + Base64.getEncoder().encodeToString(pair.getBytes(ISO_8859_1))
                + "\r\n";
    }

    /// Requests: path and headers.
    private static List<String[]> calls() {
        var calls = new ArrayList<String[]>();
        for (String path : ROUTES.keySet()) {
            for (String headers :
                    List.of(
                            "",
                            basic("ann:secret"),
                            basic("bob:secret"),
                            basic("ann:secreT"),
                            basic("none:"),
                            basic("zo\u00c3\u00ab:p\u00c3\u00a4sse"),
                            basic("ann"),
                            basic(":"),
                            basic("ann:secret").replace("Basic", "basic"),
                            basic("ann:secret").replace("Basic ", "Basic  "),
                            basic("ann:secret").replace("\r", " \r"),
                            "authorization: Bearer token\r\n",
                            "authorization: Basic\r\n",
                            "authorization: Basic %%%\r\n",
                            // Without padding, with too much, and with bits that mean nothing.
                            "authorization: Basic Ym9iOnNlY3JldA\r\n",
                            "authorization: Basic Ym9iOnNlY3JldA=\r\n",
                            "authorization: Basic Ym9iOnNlY3JldA==\r\n",
                            "authorization: Basic Ym9iOnNlY3JldA===\r\n",
                            "authorization: Basic Ym9iOnNlY3JldB==\r\n",
                            basic("bob:wrong") + basic("bob:secret"),
                            basic("bob:secret") + basic("bob:wrong"),
                            basic("bob:secret").replace("authorization", "x-desk"),
                            basic("bob:secret") + "x-user: mallory\r\n",
                            "content-type: application/grpc\r\n")) {
                // Envoy passes several headers on as one, our proxy as they came.
                if (!path.equals("open")
                        || headers.indexOf("auth") == headers.lastIndexOf("auth")) {
                    calls.add(new String[] {"/" + path + "/a?b=c", headers});
                }
            }
        }
        for (String path : KEYED.keySet()) {
            for (String headers :
                    List.of(
                            "",
                            "x-api-key: one\r\n",
                            "x-api-key: Bearer one\r\n",
                            "x-api-key: bearer one\r\n",
                            "x-api-key: two\r\n",
                            "x-api-key: \r\n",
                            "x-api-key: one\r\nx-api-key: two\r\n",
                            "x-api-key: two\r\nx-api-key: one\r\n",
                            "x-api-key: zw\u00c3\u00b6lf\r\nx-client: mallory\r\n",
                            "x-api-key: a b+c%\r\n",
                            "x-api-key: two\r\nauthorization: Bearer one\r\n",
                            "authorization: Bearer one\r\n",
                            "authorization: Bearer Bearer one\r\n",
                            "cookie: key=one\r\n",
                            "cookie: a=b; key=one; c=d\r\n",
                            "cookie: a=b; key=\"one\"; c=d\r\n",
                            "cookie: a=b; xkey=one; key2=one\r\n",
                            "cookie: key=two; key=one\r\n",
                            "cookie: a=b\r\ncookie: key=one\r\n",
                            "content-type: application/grpc\r\n")) {
                calls.add(new String[] {"/" + path + "/a?b=c", headers});
            }
            for (String query :
                    List.of(
                            "?key=one",
                            "?key=one&b=c",
                            "?b=c&key=one&a=d",
                            "?b=%26x%3d&key=one",
                            "?key=two&key=one",
                            "?key=one&key=two",
                            "?key=%6fne",
                            "?k%65y=one",
                            "?key=zw%C3%B6lf",
                            "?key=a+b%2Bc%25",
                            "?key=a%20b%2Bc%25",
                            "?key",
                            "?key=",
                            "?xkey=one")) {
                calls.add(new String[] {"/" + path + query, ""});
            }
        }
        calls.add(new String[] {"/basic/" + "x".repeat(300), ""});
        calls.add(new String[] {"/basic/\"quoted\"", ""});
        return calls;
    }

    private Map<String, String> seen(Plane plane) throws Exception {
        var seen = new LinkedHashMap<String, String>();
        List<String[]> calls = calls();
        for (int i = 0; i < calls.size(); i++) {
            seen.put(
                    i + " " + calls.get(i)[0] + " " + calls.get(i)[1], ask(plane, calls.get(i), i));
        }
        List<String> lines = List.of();
        while (lines.size() < calls.size()) {
            Thread.sleep(20);
            lines = Files.readAllLines(log(plane.ports()));
        }
        for (String line : lines) {
            int i = Integer.parseInt(line.substring(0, line.indexOf(' ')));
            seen.put("log of " + i + " " + calls.get(i)[0], line);
        }
        return seen;
    }

    private static String ask(Plane plane, String[] call, int number) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), plane.ports().getFirst())) {
            socket.getOutputStream()
                    .write(
                            ("GET "
                                            + call[0]
                                            + " HTTP/1.1\r\nhost: a.test\r\nconnection: close\r\n"
                                            + "x-call: "
                                            + number
                                            + "\r\n"
                                            + call[1]
                                            + "\r\n")
                                    .getBytes(ISO_8859_1));
            String answer = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
            return String.join(
                    "\n",
                    answer.lines()
                            .filter(it -> !it.startsWith("date: "))
                            .filter(it -> !it.startsWith("x-envoy-upstream-service-time"))
                            .map(it -> it.replaceFirst("x-request-id: .*", "x-request-id"))
                            .sorted()
                            .toList());
        }
    }

    @Test
    void whoPassesIsWhoPassesStockEnvoy() throws Exception {
        try (var upstream = HttpEcho.ofRequests();
                var planes =
                        DataPlanes.start(
                                directory, 1, ports -> bootstrap(ports, upstream.port()))) {
            Map<String, String> ours = seen(planes.all().getFirst());
            Map<String, String> theirs = seen(planes.all().getLast());
            var others = new LinkedHashMap<String, String>();
            ours.forEach((call, outcome) -> {
                // Where a key is taken out of a query, Envoy sorts and decodes the rest.
                boolean isDecoded =
                        call.contains("/keys/hidden?b=") || call.contains("/keys/kept?b=");
                if (!isDecoded && !outcome.equals(theirs.get(call))) {
                    others.put(call, "\n" + outcome + "\n(Envoy: " + theirs.get(call) + ")\n");
                }
            });
            assertThat(others).as("what is not as with Envoy").isEmpty();
            assertThat(ours.values())
                    .anyMatch(it -> it.contains("GET /keys/hidden?b=%26x%3d HTTP"))
                    .anyMatch(it -> it.contains("GET /keys/kept?b=c&a=d HTTP"))
                    .anyMatch(it -> it.contains("x-client: robot"));
            assertThat(ours.values()).anyMatch(it -> it.contains("x-user: bob"));
            assertThat(ours.values()).anyMatch(it -> it.contains("x-user: zo\u00c3\u00ab"));
            assertThat(ours.values()).anyMatch(it -> it.contains("realm=\"the \\\"shop"));
        }
    }
}
