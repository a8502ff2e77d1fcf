package dev.heddle.proxy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.tls.TestAuthority;
import dev.heddle.proxy.tls.TestAuthority.Leaf;
import dev.heddle.testkit.Http3Client;
import io.netty.handler.codec.http3.DefaultHttp3Headers;
import io.netty.handler.codec.http3.Http3Headers;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The same listener for HTTP/3 in our proxy and in stock Envoy: a client gets the same answers.
/// And Envoy as the client of ours, with a QUIC of another making.
@Timeout(60)
class Http3BesideEnvoyTest {
    private static final String SHOP = "shop.example";

    /// What is made up, Envoy's own address in the place of loopback's, and whether the end of a
    /// request that has no body was seen with its head.
    private static final Pattern UNEQUAL =
            Pattern.compile("(x-request-id|x-forwarded-for): .*\\n|transfer-encoding: chunked\\n");

    @TempDir Path directory;

    private static String manager(String codec, String routes) {
        return """
              - name: envoy.filters.network.http_connection_manager
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.\
        http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: web
                  codec_type: %s
                  max_request_headers_kb: 8
                  use_remote_address: true
                  http_filters:
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
                  route_config:
                    virtual_hosts:
                    - name: all
                      domains: ["*"]
                      response_headers_to_add:
                      - header: {key: alt-svc, value: 'h3=":443"; ma=86400'}
                      routes: %s
        """
                .formatted(codec, routes);
    }

    private static String cluster(String name, int port, String more) {
        return """
          - name: %s
            type: STATIC
            load_assignment:
              cluster_name: %s
              endpoints:
              - lb_endpoints:
                - endpoint:
                    address: {socket_address: {address: 127.0.0.1, port_value: %d}}
        %s
        """
                .formatted(name, name, port, more);
    }

    /// @param through what another listener's requests go to, in YAML
    private static String bootstrap(
            List<Integer> ports, Leaf leaf, int backend, String through, String clusters) {
        return """
        static_resources:
          listeners:
          - name: web
            address:
              socket_address: {protocol: UDP, address: 127.0.0.1, port_value: %d}
            enable_reuse_port: true
            udp_listener_config: {quic_options: {}}
            filter_chains:
            - transport_socket:
                name: envoy.transport_sockets.quic
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.transport_sockets.quic.v3.\
        QuicDownstreamTransport
                  downstream_tls_context:
                    common_tls_context:
                      tls_certificates:
                      - certificate_chain: {filename: '%s'}
                        private_key: {filename: '%s'}
              filters:
        %s
          - name: open
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            filter_chains:
            - filters:
        %s
          - name: through
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            filter_chains:
            - filters:
        %s
          clusters:
        %s
        """
                .formatted(
                        ports.getFirst(),
                        leaf.certificate(),
                        leaf.key(),
                        manager(
                                "HTTP3",
                                """
                                [{match: {path: /here}, direct_response: {status: 203, body: \
                                {inline_string: here}}}, {match: {prefix: /away}, redirect: \
                                {host_redirect: b.example}}, {match: {prefix: /none}, route: \
                                {cluster: none}}, {match: {prefix: /x}, route: {cluster: far}}]\
                                """),
                        // Over TCP, by which one sees that it listens.
                        ports.getFirst(),
                        manager("HTTP1", "[]"),
                        ports.get(1),
                        manager("HTTP1", through),
                        cluster("far", backend, "")
                                + cluster("none", DataPlanes.nobody(), "")
                                + clusters);
    }

    private static String http3Cluster(TestAuthority root, int port) {
        return cluster(
                "peer",
                port,
                """
                    typed_extension_protocol_options:
                      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.\
                HttpProtocolOptions
                        explicit_http_config: {http3_protocol_options: {}}
                    transport_socket:
                      name: envoy.transport_sockets.quic
                      typed_config:
                        "@type": type.googleapis.com/envoy.extensions.transport_sockets.quic.v3.\
                QuicUpstreamTransport
                        upstream_tls_context:
                          sni: shop.example
                          common_tls_context:
                            validation_context: {trusted_ca: {filename: '%s'}}
                """
                        .formatted(root.certificate()));
    }

    private DataPlanes start(TestAuthority root, Leaf leaf, int backend) throws Exception {
        var ours = new ArrayList<Integer>();
        return DataPlanes.start(
                directory,
                2,
                ports -> {
                    if (ours.isEmpty()) {
                        ours.addAll(ports);
                        return bootstrap(
                                ports,
                                leaf,
                                backend,
                                "[{match: {prefix: /}, direct_response: {status: 200}}]",
                                "");
                    }
                    return bootstrap(
                            ports,
                            leaf,
                            backend,
                            "[{match: {prefix: /}, route: {cluster: peer, timeout: 60s}}]",
                            http3Cluster(root, ours.getFirst()));
                });
    }

    private static Http3Headers head(String method, String path, String... more) {
        Http3Headers head =
                new DefaultHttp3Headers(false)
                        .method(method)
                        .scheme("https")
                        .authority(SHOP)
                        .path(path);
        for (int i = 0; i < more.length; i += 2) {
            head.add(more[i], more[i + 1]);
        }
        return head;
    }

    /// Requests, each with its body.
    private static Map<Http3Headers, String> requests() {
        var all = new LinkedHashMap<Http3Headers, String>();
        all.put(head("GET", "/here"), "");
        all.put(head("HEAD", "/here"), "");
        all.put(head("GET", "/away?a=b"), "");
        all.put(head("GET", "/nowhere"), "");
        all.put(head("GET", "/none"), "");
        all.put(head("GET", "/x?a=b&c"), "");
        all.put(head("POST", "/x", "content-length", "5"), "hello");
        all.put(head("POST", "/x"), "no length");
        all.put(head("PUT", "/x", "content-type", "text/plain"), "y".repeat(100_000));
        all.put(head("DELETE", "/x"), "");
        all.put(head("OPTIONS", "/x"), "");
        all.put(head("GET", "/x", "cookie", "a=1", "cookie", "b=2"), "");
        all.put(head("GET", "/x", "x-many", "1", "x-many", "2"), "");
        all.put(head("GET", "/x", "te", "trailers"), "");
        all.put(head("GET", "/x", "accept", "*/*", "user-agent", "me"), "");
        all.put(head("GET", "/x", "x-forwarded-for", "10.0.0.1"), "");
        all.put(head("GET", "/x", "x-envoy-internal", "true"), "");
        return all;
    }

    @Test
    void theAnswersAreTheSame() throws Exception {
        TestAuthority root = TestAuthority.root(directory, "root");
        Leaf leaf = root.leaf("shop", "DNS:" + SHOP);
        try (var backend = HttpEcho.ofRequests();
                DataPlanes planes = start(root, leaf, backend.port())) {
            Map<String, List<String>> answers =
                    planes.atOnce(plane -> {
                        var lines = new ArrayList<String>();
                        try (Http3Client client =
                                Http3Client.connect(
                                        root.x509(),
                                        null,
                                        List.of(),
                                        SHOP,
                                        plane.ports().getFirst())) {
                            for (Map.Entry<Http3Headers, String> each : requests().entrySet()) {
                                lines.add(each.getKey() + ": " + answer(client, each));
                            }
                        }
                        return lines;
                    });
            assertThat(answers.get("heddle"))
                    .hasSize(requests().size())
                    .containsExactlyElementsOf(requireNonNull(answers.get("envoy")));
        }
    }

    private static String answer(Http3Client client, Map.Entry<Http3Headers, String> request)
            throws Exception {
        CompletableFuture<Http3Client.Answer> coming =
                client.send(request.getKey(), request.getValue());
        Http3Client.Answer answer = coming.get(30, TimeUnit.SECONDS);
        var headers = new TreeMap<>(answer.headers());
        headers.keySet()
                .removeAll(List.of("date", "content-length", "x-envoy-upstream-service-time"));
        // Envoy tells in words how its attempt to connect failed; so does ours.
        String body = answer.status() == 503 ? "" : UNEQUAL.matcher(answer.body()).replaceAll("");
        return answer.status() + " " + headers + "\n" + body;
    }

    @Test
    void envoyIsAClient() throws Exception {
        TestAuthority root = TestAuthority.root(directory, "root");
        Leaf leaf = root.leaf("shop", "DNS:" + SHOP);
        try (var backend = HttpEcho.ofRequests();
                DataPlanes planes = start(root, leaf, backend.port());
                HttpClient client = HttpClient.newHttpClient()) {
            int through = planes.all().get(1).ports().get(1);
            for (int i = 0; i < 20; i++) {
                HttpResponse<String> answer = send(client, through, "/x" + i, "");
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.body()).startsWith("GET /x" + i + " HTTP/1.1\n");
            }
            String large = "0123456789".repeat(200_000);
            HttpResponse<String> answer = send(client, through, "/x", large);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).endsWith("\n\n" + large);
        }
    }

    private static HttpResponse<String> send(HttpClient client, int port, String path, String body)
            throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        if (!body.isEmpty()) {
            request.POST(BodyPublishers.ofString(body));
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }
}
