package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.DataPlanes.Plane;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a proxy answers itself is said in the same words by both, whoever says it: the connection
/// manager, a filter or the router.
class LocalRepliesBesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.";

    /// Each mapper is for the requests whose `x-case` names it, so that each is seen to act and to
    /// leave alone.
    private static final String MAPPERS =
            """
            mappers:
            - filter: {header_filter: {header: {name: x-case, string_match: {exact: whole}}}}
              status_code: 418
              body: {inline_string: "mapped"}
              headers_to_add:
              - {header: {key: x-was, value: "%RESPONSE_CODE% %REQ(:PATH)% %LOCAL_REPLY_BODY%."}}
              - {header: {key: x-none, value: "%REQ(x-none)%"}}
              - {header: {key: location, value: /mapped}, append_action: OVERWRITE_IF_EXISTS}
            - filter:
                and_filter:
                  filters:
                  - {header_filter: {header: {name: x-case, string_match: {exact: json}}}}
                  - {status_code_filter: {comparison: {op: GE, value: {default_value: 400, runtime_key: none}}}}
                  - {duration_filter: {comparison: {op: LE, value: {default_value: 60000, runtime_key: none}}}}
              body_format_override:
                json_format:
                  zero: {"in": ["%RESPONSE_CODE%", "a %REQ(x-none)% b", {flags: "%RESPONSE_FLAGS%"}]}
                  body: "%LOCAL_REPLY_BODY%"
                  number: 7
                  yes: true
                  "no\\"thing": null
                  none: "%REQ(x-none)%"
            - filter:
                and_filter:
                  filters:
                  - {header_filter: {header: {name: x-case, string_match: {exact: omit}}}}
                  - {not_health_check_filter: {}}
              body_format_override:
                omit_empty_values: true
                content_type: application/problem+json
                json_format:
                  a: "%REQ(x-none)%"
                  b: "%RESPONSE_CODE_DETAILS%"
                  c: "1%REQ(x-none)%2"
                  d: {e: "%REQ(x-none)%"}
            - filter:
                and_filter:
                  filters:
                  - {header_filter: {header: {name: x-case, string_match: {exact: flags}}}}
                  - or_filter:
                      filters:
                      - {response_flag_filter: {flags: [UF, FI]}}
                      - {grpc_status_filter: {statuses: [PERMISSION_DENIED, UNIMPLEMENTED]}}
              headers_to_add: [{header: {key: x-flag, value: "%RESPONSE_FLAGS%"}}]
              status_code: 500
            - filter:
                and_filter:
                  filters:
                  - {header_filter: {header: {name: x-case, string_match: {exact: denied}}}}
                  - metadata_filter:
                      matcher:
                        filter: envoy.filters.http.rbac
                        path: [{key: told_shadow_engine_result}]
                        value: {string_match: {exact: allowed}}
                      match_if_key_not_found: false
              headers_to_add: [{header: {key: x-denied-by, value: "%RESPONSE_CODE_DETAILS%"}}]
            - filter:
                and_filter:
                  filters:
                  - {header_filter: {header: {name: x-case, string_match: {exact: sampled}}}}
                  - runtime_filter:
                      runtime_key: none
                      percent_sampled: {numerator: 50, denominator: HUNDRED}
              body: {inline_string: "sampled"}
            - filter: {header_filter: {header: {name: x-case, string_match: {exact: typed}}}}
              body: {inline_string: "<b>"}
              headers_to_add: [{header: {key: content-type, value: text/html}, append_action: OVERWRITE_IF_EXISTS_OR_ADD}]
            - filter: {header_filter: {header: {name: x-case, string_match: {exact: empty}}}}
              body: {inline_string: ""}
              body_format_override: {text_format_source: {inline_string: "%LOCAL_REPLY_BODY%"}}
            """;

    private static final String FORMAT =
            """
            body_format:
              text_format_source: {inline_string: "%LOCAL_REPLY_BODY%|%RESPONSE_CODE%|%REQ(x-none)%|%RESP(location)%\\n"}
              content_type: "text/plain; charset=UTF-8"
            """;

    @TempDir Path directory;

    private static String listener(String name, int port, String replies) {
        return """
          - name: %s
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            filter_chains:
            - filters:
              - name: manager
                typed_config:
                  '@type': %sfilters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: %s
                  generate_request_id: false
                  delayed_close_timeout: 0s
                  normalize_path: true
                  path_with_escaped_slashes_action: UNESCAPE_AND_REDIRECT
                  local_reply_config:
        %s
                  http_filters:
                  - {name: cors, typed_config: {'@type': %sfilters.http.cors.v3.Cors}}
                  - name: envoy.filters.http.fault
                    typed_config:
                      '@type': %sfilters.http.fault.v3.HTTPFault
                      abort: {header_abort: {}, percentage: {numerator: 100}}
                  - name: envoy.filters.http.health_check
                    typed_config:
                      '@type': %sfilters.http.health_check.v3.HealthCheck
                      pass_through_mode: false
                      headers: [{name: ':path', string_match: {exact: /healthz}}]
                  - name: envoy.filters.http.rbac
                    typed_config:
                      '@type': %sfilters.http.rbac.v3.RBAC
                      shadow_rules_stat_prefix: told_
                      shadow_rules:
                        action: ALLOW
                        policies:
                          told:
                            permissions: [{any: true}]
                            principals: [{header: {name: x-case, string_match: {exact: denied}}}]
                  - name: envoy.filters.http.rbac
                    typed_config:
                      '@type': %sfilters.http.rbac.v3.RBAC
                      rules:
                        action: DENY
                        policies:
                          secret:
                            permissions: [{url_path: {path: {prefix: /secret}}}]
                            principals: [{any: true}]
                  - {name: router, typed_config: {'@type': %sfilters.http.router.v3.Router}}
                  route_config:
                    validate_clusters: false
                    virtual_hosts:
                    - name: all
                      domains: [h.test]
                      typed_per_filter_config:
                        cors:
                          '@type': %sfilters.http.cors.v3.CorsPolicy
                          allow_origin_string_match: [{exact: 'http://o.test'}]
                          allow_methods: GET
                      routes:
                      - {match: {path: /direct}, direct_response: {status: 403, body: {inline_string: direct}}}
                      - {match: {path: /ok}, direct_response: {status: 200, body: {inline_string: fine}}}
                      - {match: {path: /old}, redirect: {path_redirect: /new}}
                      - {match: {prefix: /away}, route: {cluster: away}}
                      - {match: {prefix: /nowhere}, route: {cluster: none}}
        """
                .formatted(
                        name,
                        port,
                        TYPE,
                        name,
                        replies.indent(20).stripTrailing(),
                        TYPE,
                        TYPE,
                        TYPE,
                        TYPE,
                        TYPE,
                        TYPE,
                        TYPE);
    }

    private static String bootstrap(List<Integer> ports, int nobody) {
        return "static_resources:\n  listeners:\n"
                + listener("mapped", ports.get(0), MAPPERS)
                + listener("formatted", ports.get(1), FORMAT)
                + listener("both", ports.get(2), MAPPERS + FORMAT)
                + """
                  clusters:
                  - name: away
                    type: STATIC
                    connect_timeout: 1s
                    load_assignment: {cluster_name: away, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}
                """
                        .formatted(nobody);
    }

    private static final List<String> CASES =
            List.of(
                    "none", "whole", "json", "omit", "flags", "denied", "sampled", "typed",
                    "empty");

    /// Who answers, by the request's first line and what stands behind it.
    private static final Map<String, String> REQUESTS =
            Map.ofEntries(
                    Map.entry("no route", "GET /none HTTP/1.1\nhost: h.test"),
                    Map.entry("no virtual host", "GET / HTTP/1.1\nhost: other.test"),
                    Map.entry("direct response", "GET /direct?a=%20 HTTP/1.1\nhost: h.test"),
                    Map.entry("its head", "HEAD /direct HTTP/1.1\nhost: h.test"),
                    Map.entry("good response", "GET /ok HTTP/1.1\nhost: h.test"),
                    Map.entry("redirect", "GET /old HTTP/1.1\nhost: h.test"),
                    Map.entry("no connection", "GET /away HTTP/1.1\nhost: h.test"),
                    Map.entry("no cluster", "GET /nowhere HTTP/1.1\nhost: h.test"),
                    Map.entry("refused", "GET /secret HTTP/1.1\nhost: h.test"),
                    Map.entry(
                            "aborted",
                            "GET /ok HTTP/1.1\nhost: h.test\nx-envoy-fault-abort-request: 503"),
                    Map.entry(
                            "aborted call",
                            "POST /ok HTTP/1.1\nhost: h.test\ncontent-type: application/grpc\n"
                                    + "content-length: 0\nx-envoy-fault-abort-grpc-request: 7"),
                    Map.entry(
                            "refused call",
                            "POST /secret HTTP/1.1\nhost: h.test\ncontent-length: 0\n"
                                    + "content-type: application/grpc"),
                    Map.entry(
                            "preflight",
                            "OPTIONS /away HTTP/1.1\nhost: h.test\norigin: http://o.test\n"
                                    + "access-control-request-method: GET"),
                    Map.entry("healthy", "GET /healthz HTTP/1.1\nhost: h.test"),
                    Map.entry("escaped", "GET /a%2fb HTTP/1.1\nhost: h.test"),
                    Map.entry("no host", "GET /ok HTTP/1.1"),
                    Map.entry(
                            "sampled",
                            "GET /none HTTP/1.1\nhost: h.test\n"
                                    + "x-request-id: 00000031-0000-4000-8000-000000000000"),
                    Map.entry(
                            "not sampled",
                            "GET /none HTTP/1.1\nhost: h.test\n"
                                    + "x-request-id: 00000032-0000-4000-8000-000000000000"));

    @Test
    void bothSayTheirAnswersInTheSameWords() throws Exception {
        int nobody = DataPlanes.nobody();
        try (DataPlanes planes =
                DataPlanes.start(directory, 3, ports -> bootstrap(ports, nobody))) {
            Map<String, Map<String, String>> met = planes.atOnce(LocalRepliesBesideEnvoyTest::meet);
            Map<String, String> envoys = met.getOrDefault("envoy", Map.of());
            assertThat(met.get("heddle")).containsExactlyEntriesOf(envoys);
            // What is compared is not the same everywhere.
            assertThat(envoys.values().stream().distinct().count()).isGreaterThan(60);
        }
    }

    /// What does not depend on both being alike.
    @Test
    void aDenialSaysInAHeaderWhatALogWouldSay() throws Exception {
        int nobody = DataPlanes.nobody();
        try (DataPlanes planes =
                DataPlanes.start(directory, 3, ports -> bootstrap(ports, nobody))) {
            planes.atOnce(plane -> {
                String request = "GET /secret HTTP/1.1\nhost: h.test\nx-case: denied";
                assertThat(answer(plane.ports().getFirst(), request))
                        .as(plane.name())
                        .contains("x-denied-by: rbac_access_denied_matched_policy[secret]");
                assertThat(answer(plane.ports().getFirst(), request.replace("denied", "none")))
                        .as(plane.name())
                        .startsWith("http/1.1 403")
                        .doesNotContain("secret");
                return true;
            });
        }
    }

    private static Map<String, String> meet(Plane plane) throws Exception {
        var answers = new LinkedHashMap<String, String>();
        for (int listener = 0; listener < plane.ports().size(); listener++) {
            for (String name : REQUESTS.keySet().stream().sorted().toList()) {
                for (String which : CASES) {
                    String request = REQUESTS.get(name) + "\nx-case: " + which;
                    // Where no id says who is meant, chance does. Envoy says of an answer to HEAD
                    // without a body that it comes in chunks.
                    if ((!which.equals("sampled") || request.contains("x-request-id"))
                            && !(which.equals("empty") && request.startsWith("HEAD"))) {
                        answers.put(
                                listener + " " + name + " " + which,
                                answer(plane.ports().get(listener), request));
                    }
                }
            }
        }
        return answers;
    }

    /// Status, headers in the order of their names without those that tell the time, and body.
    private static String answer(int port, String request) throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            String whole = request + "\nconnection: close\n\n";
            socket.getOutputStream()
                    .write(whole.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int body = answer.indexOf("\r\n\r\n");
            String[] head = answer.substring(0, body).toLowerCase(Locale.ROOT).split("\r\n");
            return head[0]
                    + Arrays.stream(head)
                            .skip(1)
                            .filter(line -> !line.startsWith("date:"))
                            .sorted()
                            .collect(Collectors.joining("\n", "\n", "\n\n"))
                    + answer.substring(body + 4);
        }
    }
}
