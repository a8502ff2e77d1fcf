package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.proxy.config.BootstrapException;
import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.proxy.drain.DrainPlan;
import dev.heddle.proxy.runtime.Transport;
import dev.heddle.testkit.Seed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The assembled proxy from a static bootstrap, over real sockets.
class ProxyTest {

    @TempDir Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private Backend one;
    private Backend two;
    private Optional<Proxy> running = Optional.empty();

    @BeforeEach
    void open() throws IOException {
        one = new Backend("one");
        two = new Backend("two");
    }

    @AfterEach
    void close() {
        running.ifPresent(Proxy::close);
        one.close();
        two.close();
        client.close();
    }

    static ProxySettings settings() {
        return settings(2, Transport.usual());
    }

    static ProxySettings settings(int workers, Transport transport) {
        return new ProxySettings(
                workers,
                transport,
                DrainPlan.gradual(Duration.ofSeconds(2)),
                Seed.ofRun().value(),
                InstantSource.system(),
                System.out,
                System.err);
    }

    private String bootstrap(int listenerPort) {
        return """
        admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
        static_resources:
          listeners:
          - name: web
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            stat_prefix: web
            filter_chains:
            - filters:
              - name: envoy.filters.network.http_connection_manager
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.\
        http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: ingress
                  access_log:
                  - name: file
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.\
        FileAccessLog
                      path: %s
                  http_filters:
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.\
        Router
                  route_config:
                    name: local
                    virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                      - match: {prefix: /two/}
                        route: {cluster: two, prefix_rewrite: /, timeout: 0.3s}
                        name: second
                        request_headers_to_add: [{header: {key: x-added, value: "y"}}]
                        response_headers_to_add: [{header: {key: x-r, value: "%%PROTOCOL%%"}}]
                      - match: {path: /gone}
                        redirect: {https_redirect: true}
                      - match: {path: /hello}
                        direct_response: {status: 418, body: {inline_string: tea}}
                      - match: {path: /nowhere}
                        route: {cluster: nobody}
                      - match: {path: /empty}
                        route: {cluster: empty}
                      - match: {path: /split}
                        route:
                          weighted_clusters:
                            clusters: [{name: one, weight: 3}, {name: two, weight: 1}]
                      - match: {prefix: /}
                        route: {cluster: one}
          clusters:
          - {name: empty, connect_timeout: 1s}
          - name: one
            load_assignment:
              cluster_name: one
              endpoints:
              - lb_endpoints:
                - endpoint:
                    address: {socket_address: {address: 127.0.0.1, port_value: %d}}
          - name: two
            load_assignment:
              cluster_name: two
              endpoints:
              - lb_endpoints:
                - endpoint:
                    address: {socket_address: {address: 127.0.0.1, port_value: %d}}
        """
                .formatted(listenerPort, directory.resolve("access.log"), one.port(), two.port());
    }

    private Proxy start() throws Exception {
        Proxy proxy = Proxy.start(BootstrapParser.parse("test", bootstrap(0)), settings());
        running = Optional.of(proxy);
        return proxy;
    }

    private HttpResponse<String> get(Proxy proxy, String path) throws Exception {
        return send(proxy.listenerAddress("web").orElseThrow(), "GET", path);
    }

    private String admin(Proxy proxy, String method, String path) throws Exception {
        HttpResponse<String> answer = send(proxy.adminAddress().orElseThrow(), method, path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private HttpResponse<String> send(InetSocketAddress to, String method, String path)
            throws Exception {
        var uri = URI.create("http://127.0.0.1:" + to.getPort() + path);
        return client.send(
                HttpRequest.newBuilder(uri)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void aStaticBootstrapServesRequests() throws Exception {
        Proxy proxy = start();
        assertThat(proxy.isLive()).isTrue();
        HttpResponse<String> plain = get(proxy, "/a?b");
        assertThat(plain.statusCode()).isEqualTo(200);
        assertThat(plain.body()).startsWith("one /a?b host=127.0.0.1:");
        assertThat(plain.headers().firstValue("server")).contains("envoy");
        assertThat(plain.headers().firstValue("x-envoy-upstream-service-time")).isPresent();

        HttpResponse<String> rewritten = get(proxy, "/two/x");
        assertThat(rewritten.body()).startsWith("two /x ").contains("x=[y]");
        assertThat(rewritten.headers().firstValue("x-r")).contains("HTTP/1.1");

        HttpResponse<String> redirect = get(proxy, "/gone");
        assertThat(redirect.statusCode()).isEqualTo(301);
        assertThat(redirect.headers().firstValue("location").orElseThrow())
                .startsWith("https://127.0.0.1:")
                .endsWith("/gone");
        assertThat(get(proxy, "/hello").statusCode()).isEqualTo(418);
        assertThat(get(proxy, "/hello").body()).isEqualTo("tea");
        assertThat(get(proxy, "/nowhere").statusCode()).isEqualTo(503);
        assertThat(get(proxy, "/empty").body()).isEqualTo("no healthy upstream");
    }

    @Test
    void whatAClientSaysAboutItsCertificateIsNotBelievedWithoutTls() throws Exception {
        Proxy proxy = start();
        int port = proxy.listenerAddress("web").orElseThrow().getPort();
        var forged =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                        .header(
                                "x-forwarded-client-cert",
                                "URI=spiffe://cluster.local/ns/a/sa/admin")
                        .build();
        assertThat(client.send(forged, BodyHandlers.ofString()).body()).contains("xfcc=null");
    }

    @Test
    void weightedClustersShareTheRequests() throws Exception {
        Proxy proxy = start();
        var counts = new HashMap<String, Integer>();
        for (int i = 0; i < 400; i++) {
            String backend = get(proxy, "/split").headers().firstValue("x-backend").orElseThrow();
            counts.merge(backend, 1, Integer::sum);
        }
        assertThat(counts.getOrDefault("one", 0)).as(Seed.ofRun().toString()).isBetween(250, 350);
    }

    @Test
    void aSlowUpstreamIsATimeoutInAnswerLogAndNumbers() throws Exception {
        Proxy proxy = start();
        two.delays(2_000);
        HttpResponse<String> late = get(proxy, "/two/x");
        assertThat(late.statusCode()).isEqualTo(504);
        assertThat(late.body()).isEqualTo("upstream request timeout");
        assertThat(admin(proxy, "GET", "/stats?filter=rq_timeout"))
                .contains("cluster.two.upstream_rq_timeout: 1\n");
        proxy.close();
        assertThat(Files.readString(directory.resolve("access.log")))
                .containsPattern("\"GET /two/x HTTP/1.1\" 504 UT 0 24 3\\d\\d - ");
    }

    @Test
    void theAdminPagesShowWhatRuns() throws Exception {
        Proxy proxy = start();
        for (int i = 0; i < 3; i++) {
            assertThat(get(proxy, "/a").statusCode()).isEqualTo(200);
        }
        assertThat(admin(proxy, "GET", "/ready")).isEqualTo("LIVE\n");
        assertThat(admin(proxy, "GET", "/listeners"))
                .isEqualTo(
                        "web::127.0.0.1:%d\n"
                                .formatted(proxy.listenerAddress("web").orElseThrow().getPort()));
        assertThat(admin(proxy, "GET", "/listeners?format=json"))
                .contains("{\"name\":\"web\",\"local_address\":{\"socket_address\":");
        assertThat(admin(proxy, "GET", "/clusters"))
                .contains("one::127.0.0.1:" + one.port() + "::health_flags::healthy\n")
                .contains("one::added_via_api::false\n");
        assertThat(admin(proxy, "GET", "/clusters?format=json")).contains("\"cluster_statuses\"");
        assertThat(admin(proxy, "GET", "/stats?usedonly"))
                .contains("cluster.one.upstream_rq_total: 3\n")
                .contains("cluster.one.upstream_rq_2xx: 3\n")
                .contains("cluster.one.upstream_rq_200: 3\n")
                .contains("http.ingress.downstream_rq_2xx: 3\n")
                .contains("listener.web.downstream_cx_total: 1\n")
                .contains("server.live: 1\n")
                .doesNotContain("cluster.two.upstream_rq_total");
        assertThat(admin(proxy, "GET", "/stats/prometheus"))
                .contains("envoy_cluster_upstream_rq_total{envoy_cluster_name=\"one\"} 3\n")
                .contains(
                        "envoy_cluster_upstream_rq_xx{envoy_response_code_class=\"2\","
                                + "envoy_cluster_name=\"one\"} 3\n")
                .contains("envoy_cluster_membership_total{envoy_cluster_name=\"one\"} 1\n");
        assertThat(admin(proxy, "GET", "/stats?format=json&filter=downstream_rq_time"))
                .contains("\"name\":\"http.ingress.downstream_rq_time\"");
        assertThat(admin(proxy, "GET", "/config_dump"))
                .contains("envoy.admin.v3.BootstrapConfigDump")
                .contains("\"static_clusters\"")
                .contains("\"static_listeners\"")
                .contains("\"static_route_configs\"");
        assertThat(admin(proxy, "GET", "/server_info")).contains("\"state\": \"LIVE\"");
        assertThat(admin(proxy, "GET", "/unsupported")).isEqualTo("nothing\n");
    }

    @Test
    void adminPagesThatChangeSomethingTakePostFromOperatorsOnly() throws Exception {
        Proxy proxy = start();
        InetSocketAddress admin = proxy.adminAddress().orElseThrow();
        assertThat(send(admin, "GET", "/quitquitquit").statusCode()).isEqualTo(405);
        assertThat(send(admin, "GET", "/nothing").statusCode()).isEqualTo(404);
        assertThat(send(admin, "GET", "/config_dump?mask=x").statusCode()).isEqualTo(400);
        var foreign =
                HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + admin.getPort() + "/quitquitquit"))
                        .header("origin", "http://evil.example")
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build();
        assertThat(client.send(foreign, BodyHandlers.ofString()).statusCode()).isEqualTo(403);
        assertThat(proxy.quitAsked()).isNotDone();
        assertThat(admin(proxy, "POST", "/healthcheck/fail")).isEqualTo("OK\n");
        assertThat(send(admin, "GET", "/ready").statusCode()).isEqualTo(503);
        assertThat(admin(proxy, "POST", "/healthcheck/ok")).isEqualTo("OK\n");
        assertThat(admin(proxy, "POST", "/quitquitquit")).isEqualTo("OK\n");
        proxy.quitAsked().get(5, TimeUnit.SECONDS);
    }

    @Test
    void aProxyThatIsToFailGivesItsConnectionsUpOneByOne() throws Exception {
        Proxy proxy = start();
        assertThat(get(proxy, "/two/x").headers().firstValue("connection")).isEmpty();
        admin(proxy, "POST", "/healthcheck/fail");
        assertThat(get(proxy, "/two/x").headers().firstValue("connection")).contains("close");
        admin(proxy, "POST", "/healthcheck/ok");
        assertThat(get(proxy, "/two/x").headers().firstValue("connection")).isEmpty();
    }

    @Test
    void aDrainLetsTheRequestThatGoesOnEnd() throws Exception {
        Proxy proxy = start();
        one.delays(500);
        var uri =
                URI.create(
                        "http://127.0.0.1:%d/slow"
                                .formatted(proxy.listenerAddress("web").orElseThrow().getPort()));
        var answer = client.sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
        while (!admin(proxy, "GET", "/stats?filter=downstream_rq_active").contains(": 1")) {
            Thread.onSpinWait();
        }
        proxy.drainAndStop(Duration.ofSeconds(5));
        assertThat(answer.get(5, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        assertThatThrownBy(() ->
                        client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()))
                .isInstanceOf(IOException.class);
    }

    @Test
    void aProxyThatIsToEndTakesConnectionsAWhileLongerAndSaysSo() throws Exception {
        Proxy proxy = start();
        InetSocketAddress listener = proxy.listenerAddress("web").orElseThrow();
        InetSocketAddress admin = proxy.adminAddress().orElseThrow();
        var ended =
                CompletableFuture.runAsync(
                        () -> proxy.drainAndStop(Duration.ofMinutes(5), Duration.ofSeconds(5)));
        HttpResponse<String> answer = send(listener, "GET", "/hello");
        while (answer.headers().firstValue("connection").isEmpty()) {
            answer = send(listener, "GET", "/hello");
        }
        assertThat(answer.statusCode()).isEqualTo(418);
        assertThat(send(admin, "GET", "/ready").body()).isEqualTo("DRAINING\n");
        proxy.close();
        ended.get(5, TimeUnit.SECONDS);
    }

    @Test
    void anAddressThatIsTakenIsSaid() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String yaml = bootstrap(taken.getLocalPort());
            assertThatThrownBy(() -> Proxy.start(BootstrapParser.parse("test", yaml), settings()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(
                            "listener web: bind 127.0.0.1:" + taken.getLocalPort() + ": ");
        }
    }

    @Test
    void staticResourcesThatCannotBeRunAreSaid() {
        assertThatThrownBy(() ->
                        Proxy.start(
                                BootstrapParser.parse(
                                        "test",
                                        "static_resources: {clusters: [{name: a, "
                                                + "http2_protocol_options: {allow_metadata: true}}]}"),
                                settings()))
                .isInstanceOf(BootstrapException.class)
                .hasMessage(
                        "cluster 'a': http2_protocol_options.allow_metadata: is not implemented");
    }
}
