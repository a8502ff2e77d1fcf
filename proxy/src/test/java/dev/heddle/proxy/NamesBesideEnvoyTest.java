package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.proxy.NameQuestions.Answered;
import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.proxy.runtime.Transport;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Questions for names, put to both proxies by the same configuration, over real sockets.
class NamesBesideEnvoyTest {
    private static final int NO_SUCH_NAME = 3;
    private static final int NOT_IMPLEMENTED = 4;
    private static final int SERVER_FAILURE = 2;

    private final NameQuestions.Server others = NameQuestions.Server.start();

    @TempDir Path directory = Path.of("");

    NamesBesideEnvoyTest() throws Exception {}

    /// @param tcp what takes questions over TCP
    private String bootstrap(int port, int admin, String tcp) {
        var many = new ArrayList<String>();
        for (int i = 1; i <= 60; i++) {
            many.add("10.3.0." + i);
        }
        return """
        admin: {address: {socket_address: {address: 127.0.0.1, port_value: %2$d}}}
        static_resources:
          listeners:
          - name: names
            address: {socket_address: {protocol: UDP, address: 127.0.0.1, port_value: %1$d}}
            udp_listener_config: {}
            metadata:
              filter_metadata: {heddle.names: {search: [shop.svc.cluster.local]}}
            listener_filters:
            - name: envoy.filters.udp.dns_filter
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.udp.dns_filter.v3.\
        DnsFilterConfig
                stat_prefix: mesh
                client_config:
                  resolver_timeout: 1s
                  max_pending_lookups: 64
                  typed_dns_resolver_config:
                    name: envoy.network.dns_resolver.cares
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.network.dns_resolver.cares.v3.\
        CaresDnsResolverConfig
                      resolvers:
                      - socket_address: {protocol: UDP, address: 127.0.0.1, port_value: %3$d}
                      dns_resolver_options: {no_default_search_domain: true}
                server_config:
                  inline_dns_table:
                    virtual_domains:
                    - name: web.shop.svc.cluster.local
                      answer_ttl: 30s
                      endpoint: {address_list: {address: [10.1.2.3]}}
                    - name: web
                      answer_ttl: 30s
                      endpoint: {address_list: {address: [10.1.2.3]}}
                    - name: "*.wild.example.com"
                      answer_ttl: 30s
                      endpoint: {address_list: {address: [10.1.2.4]}}
                    - name: six.example.com
                      answer_ttl: 30s
                      endpoint: {address_list: {address: ["2001:db8::1"]}}
                    - name: both.example.com
                      answer_ttl: 30s
                      endpoint: {address_list: {address: [10.1.2.5, "2001:db8::2"]}}
                    - name: many.example.com
                      answer_ttl: 30s
                      endpoint: {address_list: {address: [%4$s]}}
        %5$s\
        """
                .formatted(port, admin, others.port(), String.join(", ", many), tcp);
    }

    private static String overTcp(int port) {
        return """
          - name: names_tcp
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            filter_chains:
            - metadata: {filter_metadata: {heddle.names: {listener: names}}}
              filters:
              - name: envoy.filters.network.tcp_proxy
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                  stat_prefix: names
                  cluster: elsewhere
        """
                .formatted(port);
    }

    @Test
    void bothProxiesAnswerFromTheirTableAndAskForTheRest() throws Exception {
        try (var planes =
                        DataPlanes.start(
                                directory, 1, ports -> bootstrap(ports.get(0), ports.get(0), ""));
                others) {
            for (DataPlanes.Plane plane : planes.all()) {
                int port = plane.ports().getFirst();
                Map<String, List<String>> found = new LinkedHashMap<>();
                for (String name :
                        List.of(
                                "web.shop.svc.cluster.local",
                                "web",
                                "a.b.wild.example.com",
                                "both.example.com",
                                "www.example.org")) {
                    Answered answer = NameQuestions.ask(port, name, NameQuestions.A);
                    assertThat(answer.code()).as(name).isZero();
                    found.put(name, answer.addresses());
                }
                assertThat(found)
                        .as(plane.name())
                        .containsExactly(
                                Map.entry("web.shop.svc.cluster.local", List.of("10.1.2.3")),
                                Map.entry("web", List.of("10.1.2.3")),
                                Map.entry("a.b.wild.example.com", List.of("10.1.2.4")),
                                Map.entry("both.example.com", List.of("10.1.2.5")),
                                Map.entry("www.example.org", List.of("9.9.9.9")));
                assertThat(NameQuestions.ask(port, "six.example.com", NameQuestions.AAAA))
                        .as(plane.name())
                        .isEqualTo(
                                new Answered(
                                        0, false, List.of("2001:db8:0:0:0:0:0:1"), List.of(30)));
                assertThat(NameQuestions.ask(port, "nobody.example.net", NameQuestions.A).code())
                        .isEqualTo(NO_SUCH_NAME);
                assertThat(NameQuestions.ask(port, "wild.example.com", NameQuestions.A).code())
                        .isEqualTo(NO_SUCH_NAME);
            }
        }
    }

    /// What stock Envoy does otherwise, each of which a client may stumble over.
    @Test
    void envoyDoesNotDoAllThatClientsNeed() throws Exception {
        try (var planes =
                        DataPlanes.start(
                                directory, 1, ports -> bootstrap(ports.get(0), ports.get(0), ""));
                others) {
            int ours = planes.all().getFirst().ports().getFirst();
            int theirs = planes.all().getLast().ports().getFirst();
            // A known name without such an address is no unknown name.
            assertThat(NameQuestions.ask(ours, "web", NameQuestions.AAAA).code()).isZero();
            assertThat(NameQuestions.ask(theirs, "web", NameQuestions.AAAA).code())
                    .isEqualTo(NO_SUCH_NAME);
            // The case of letters means nothing.
            assertThat(NameQuestions.ask(ours, "WeB", NameQuestions.A).addresses())
                    .containsExactly("10.1.2.3");
            assertThat(NameQuestions.ask(theirs, "WeB", NameQuestions.A).code())
                    .isEqualTo(NO_SUCH_NAME);
            // A client's own search finds what is known.
            assertThat(
                            NameQuestions.ask(
                                            ours,
                                            "both.example.com.shop.svc.cluster.local",
                                            NameQuestions.A)
                                    .addresses())
                    .containsExactly("10.1.2.5");
            assertThat(
                            NameQuestions.ask(
                                            theirs,
                                            "both.example.com.shop.svc.cluster.local",
                                            NameQuestions.A)
                                    .code())
                    .isEqualTo(NO_SUCH_NAME);
            // Other records are asked for elsewhere.
            assertThat(NameQuestions.ask(ours, "www.example.org", NameQuestions.TXT).code())
                    .isZero();
            assertThat(NameQuestions.ask(theirs, "www.example.org", NameQuestions.TXT).code())
                    .isEqualTo(NOT_IMPLEMENTED);
            // What has no room is told.
            Answered many = NameQuestions.ask(ours, "many.example.com", NameQuestions.A);
            assertThat(many.isTruncated()).isTrue();
            assertThat(many.addresses()).hasSizeGreaterThan(20);
            Answered few = NameQuestions.ask(theirs, "many.example.com", NameQuestions.A);
            assertThat(few.isTruncated()).isFalse();
            assertThat(few.addresses()).hasSize(8);
        }
    }

    private Proxy proxy(Transport transport) throws Exception {
        return Proxy.start(
                BootstrapParser.parse("test", bootstrap(0, 0, overTcp(0))),
                ProxyTest.settings(2, transport));
    }

    private static int port(Proxy proxy, String listener) {
        return proxy.listenerAddress(listener).orElseThrow().getPort();
    }

    private static String stats(Proxy proxy) throws Exception {
        return page(proxy, "/stats");
    }

    private static String page(Proxy proxy, String path) throws Exception {
        int port = proxy.adminAddress().orElseThrow().getPort();
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "NIO", "IO_URING"})
    void overTcpEverythingHasRoomAndOthersAreAskedOverTcp(Transport transport) throws Exception {
        assumeTrue(transport.isAvailable());
        try (Proxy proxy = proxy(transport);
                others) {
            List<Answered> answers =
                    NameQuestions.askOverTcp(
                            port(proxy, "names_tcp"), "many.example.com", "web", "www.example.org");
            assertThat(answers).extracting(it -> it.addresses().size()).contains(60, 1, 1);
            assertThat(answers).noneMatch(Answered::isTruncated);
            assertThat(NameQuestions.ask(port(proxy, "names"), "web", NameQuestions.A).addresses())
                    .containsExactly("10.1.2.3");
        }
    }

    @Test
    void anAnswerIsAskedForOnce() throws Exception {
        try (Proxy proxy =
                        Proxy.start(
                                BootstrapParser.parse("test", bootstrap(0, 0, overTcp(0))),
                                ProxyTest.settings(1, Transport.usual()));
                others) {
            for (int i = 0; i < 20; i++) {
                assertThat(
                                NameQuestions.ask(
                                                port(proxy, "names"),
                                                "www.example.org",
                                                NameQuestions.A)
                                        .addresses())
                        .containsExactly("9.9.9.9");
            }
            // More than one where a lifetime ended in between.
            assertThat(others.asked()).hasSizeLessThan(5);
            assertThat(stats(proxy))
                    .contains("dns_filter.mesh.a_record_queries: 20")
                    .contains("dns_filter.mesh.downstream_tx_responses: 20");
            int asked = others.asked().size();
            assertThat(page(proxy, "/stats/prometheus"))
                    .contains(
                            "istio_dns_requests_total{} 20\n",
                            "istio_dns_upstream_requests_total{} " + asked + "\n",
                            "istio_dns_upstream_failures_total{} 0\n",
                            "istio_dns_upstream_request_duration_seconds_bucket{le=\"+Inf\"} "
                                    + asked
                                    + "\n",
                            "istio_dns_upstream_request_duration_seconds_bucket{le=\"0.001\"} ")
                    .containsPattern(
                            "istio_dns_upstream_request_duration_seconds_sum\\{\\} "
                                    + "(0\\.\\d|\\d\\.\\d+E-)");
        }
    }

    @Test
    void whoIsNotAnsweredIsTold() throws Exception {
        try (Proxy proxy = proxy(Transport.usual());
                others) {
            byte[] question = NameQuestions.question(0x4242, "silent.example.net", NameQuestions.A);
            assertThat(
                            NameQuestions.read(
                                            NameQuestions.ask(
                                                            port(proxy, "names"), question, 10_000)
                                                    .orElseThrow())
                                    .code())
                    .isEqualTo(SERVER_FAILURE);
            assertThat(others.asked()).hasSize(2);
            assertThat(page(proxy, "/stats/prometheus"))
                    .contains(
                            "istio_dns_upstream_requests_total{} 1\n",
                            "istio_dns_upstream_failures_total{} 1\n",
                            "istio_dns_upstream_request_duration_seconds_count{} 0\n");
        }
    }

    /// Every byte of a question by every value, and every beginning of it: nothing breaks, and who
    /// asks rightly is answered all the while.
    @Test
    void noBytesBreakIt() throws Exception {
        try (Proxy proxy = proxy(Transport.usual());
                others;
                var socket = new DatagramSocket()) {
            int port = port(proxy, "names");
            byte[] question = NameQuestions.question(0x4242, "web", NameQuestions.A);
            var to = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            for (int at = 0; at < question.length; at++) {
                for (int value = 0; value < 256; value++) {
                    byte[] changed = question.clone();
                    changed[at] = (byte) value;
                    socket.send(new DatagramPacket(changed, changed.length, to));
                }
                socket.send(new DatagramPacket(question, at, to));
                assertThat(NameQuestions.ask(port, "web", NameQuestions.A).addresses())
                        .containsExactly("10.1.2.3");
            }
            assertThat(
                            NameQuestions.askOverTcp(port(proxy, "names_tcp"), "web")
                                    .getFirst()
                                    .addresses())
                    .containsExactly("10.1.2.3");
            assertThat(stats(proxy))
                    .containsPattern("dns_filter.mesh.downstream_rx_invalid_queries: [1-9]")
                    .doesNotContainPattern("bug[a-z_]*: [1-9]");
        }
    }
}
