package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.proxy.runtime.Transport;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Datagrams through both proxies by the same configuration, over real sockets.
class UdpProxyBesideEnvoyTest {
    private final List<DatagramSocket> hosts = new ArrayList<>();

    @TempDir Path directory = Path.of("");

    /// Two hosts, each of which answers with its number before what it was told.
    @BeforeEach
    void start() throws Exception {
        for (int i = 0; i < 2; i++) {
            var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
            int number = i;
            hosts.add(socket);
            Thread.ofVirtual().start(() -> serve(socket, number));
        }
    }

    private static void serve(DatagramSocket socket, int number) {
        try {
            while (true) {
                var packet = new DatagramPacket(new byte[65_535], 65_535);
                socket.receive(packet);
                byte[] answer = new byte[packet.getLength() + 1];
                answer[0] = (byte) ('0' + number);
                System.arraycopy(packet.getData(), 0, answer, 1, packet.getLength());
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            }
        } catch (IOException _) {
            // Closed.
        }
    }

    @AfterEach
    void stop() {
        hosts.forEach(DatagramSocket::close);
    }

    /// @param more fields of the proxy
    /// @param policy of the cluster
    private String bootstrap(int port, int admin, String more, String policy, int most) {
        return """
        admin: {address: {socket_address: {address: 127.0.0.1, port_value: %2$d}}}
        static_resources:
          listeners:
          - name: media
            address: {socket_address: {protocol: UDP, address: 127.0.0.1, port_value: %1$d}}
            udp_listener_config: {}
            listener_filters:
            - name: envoy.filters.udp_listener.udp_proxy
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.udp.udp_proxy.v3.\
        UdpProxyConfig
                stat_prefix: media
                matcher:
                  on_no_match:
                    action:
                      name: route
                      typed_config:
                        "@type": type.googleapis.com/envoy.extensions.filters.udp.udp_proxy.v3.Route
                        cluster: media
                %3$s
          clusters:
          - name: media
            type: STATIC
            lb_policy: %4$s
            circuit_breakers: {thresholds: [{max_connections: %5$d}]}
            load_assignment:
              cluster_name: media
              endpoints:
              - lb_endpoints:
                - endpoint:
                    address: {socket_address: {address: 127.0.0.1, port_value: %6$d}}
                - endpoint:
                    address: {socket_address: {address: 127.0.0.1, port_value: %7$d}}
        """
                .formatted(
                        port,
                        admin,
                        more,
                        policy,
                        most,
                        hosts.get(0).getLocalPort(),
                        hosts.get(1).getLocalPort());
    }

    private static String ask(DatagramSocket client, int port, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        client.setSoTimeout(3_000);
        client.send(
                new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), port));
        var answer = new DatagramPacket(new byte[65_535], 65_535);
        client.receive(answer);
        return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.US_ASCII);
    }

    private static Map<String, String> stats(int port) throws Exception {
        String text =
                HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(
                                                URI.create("http://127.0.0.1:" + port + "/stats"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .body();
        var stats = new TreeMap<String, String>();
        text.lines()
                .map(line -> line.split(": ", 2))
                .filter(line -> line[0].startsWith("udp.media."))
                .forEach(line -> stats.put(line[0].substring("udp.media.".length()), line[1]));
        return stats;
    }

    @Test
    void aClientStaysWithItsHostAndBothCountTheSame() throws Exception {
        try (var planes =
                DataPlanes.start(
                        directory,
                        1,
                        ports -> bootstrap(ports.get(0), ports.get(0), "", "ROUND_ROBIN", 1_000))) {
            for (DataPlanes.Plane plane : planes.all()) {
                int port = plane.ports().getFirst();
                Set<String> met = new HashSet<>();
                for (int i = 0; i < 4; i++) {
                    try (var client = new DatagramSocket()) {
                        String first = ask(client, port, "a");
                        met.add(first);
                        for (int j = 0; j < 5; j++) {
                            assertThat(ask(client, port, "a")).as(plane.name()).isEqualTo(first);
                        }
                    }
                }
                assertThat(met).as(plane.name()).containsExactlyInAnyOrder("0a", "1a");
                Map<String, String> stats = stats(port);
                assertThat(stats)
                        .as(plane.name())
                        .containsEntry("downstream_sess_total", "4")
                        .containsEntry("downstream_sess_active", "4")
                        .containsEntry("downstream_sess_rx_datagrams", "24")
                        .containsEntry("downstream_sess_rx_bytes", "24")
                        .containsEntry("downstream_sess_tx_datagrams", "24")
                        .containsEntry("downstream_sess_tx_bytes", "48");
            }
        }
    }

    @Test
    void beyondTheClustersLimitNobodyIsHeard() throws Exception {
        try (var planes =
                DataPlanes.start(
                        directory,
                        1,
                        ports -> bootstrap(ports.get(0), ports.get(0), "", "ROUND_ROBIN", 2))) {
            for (DataPlanes.Plane plane : planes.all()) {
                int port = plane.ports().getFirst();
                try (var one = new DatagramSocket();
                        var two = new DatagramSocket();
                        var three = new DatagramSocket()) {
                    ask(one, port, "a");
                    ask(two, port, "a");
                    three.setSoTimeout(300);
                    three.send(
                            new DatagramPacket(
                                    new byte[] {'a'}, 1, InetAddress.getLoopbackAddress(), port));
                    assertThat(isSilent(three)).as(plane.name()).isTrue();
                    assertThat(ask(one, port, "b")).as(plane.name()).endsWith("b");
                }
            }
        }
    }

    private static boolean isSilent(DatagramSocket socket) throws IOException {
        try {
            socket.receive(new DatagramPacket(new byte[10], 10));
            return false;
        } catch (SocketTimeoutException _) {
            return true;
        }
    }

    @Test
    void aSessionEndsWhenNothingIsSaidForLong() throws Exception {
        try (var planes =
                DataPlanes.start(
                        directory,
                        1,
                        ports ->
                                bootstrap(
                                        ports.get(0),
                                        ports.get(0),
                                        "idle_timeout: 0.2s",
                                        "ROUND_ROBIN",
                                        1_000))) {
            for (DataPlanes.Plane plane : planes.all()) {
                int port = plane.ports().getFirst();
                try (var client = new DatagramSocket()) {
                    ask(client, port, "a");
                    for (int i = 0; !"1".equals(stats(port).get("idle_timeout")); i++) {
                        assertThat(i).as(plane.name()).isLessThan(200);
                        TimeUnit.MILLISECONDS.sleep(20);
                    }
                    ask(client, port, "a");
                    assertThat(stats(port))
                            .as(plane.name())
                            .containsEntry("downstream_sess_total", "2")
                            .containsEntry("downstream_sess_active", "1");
                }
            }
        }
    }

    @Test
    void allClientsOfOneAddressMeetOneHostWhereThatIsHashed() throws Exception {
        try (var planes =
                DataPlanes.start(
                        directory,
                        1,
                        ports ->
                                bootstrap(
                                        ports.get(0),
                                        ports.get(0),
                                        "hash_policies: [{source_ip: true}]",
                                        "RING_HASH",
                                        1_000))) {
            Set<String> met = new HashSet<>();
            for (DataPlanes.Plane plane : planes.all()) {
                for (int i = 0; i < 10; i++) {
                    try (var client = new DatagramSocket()) {
                        met.add(ask(client, plane.ports().getFirst(), "a"));
                    }
                }
            }
            assertThat(met).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "NIO", "IO_URING"})
    void theLongestDatagramPassesOnEveryTransport(Transport transport) throws Exception {
        assumeTrue(transport.isAvailable(), transport.toString());
        String text = bootstrap(0, 0, "", "ROUND_ROBIN", 1_000);
        try (Proxy proxy =
                        Proxy.start(
                                BootstrapParser.parse("test", text),
                                ProxyTest.settings(2, transport));
                var client = new DatagramSocket()) {
            int port = proxy.listenerAddress("media").orElseThrow().getPort();
            char[] much = new char[60_000];
            Arrays.fill(much, 'x');
            assertThat(ask(client, port, new String(much))).hasSize(60_001);
            if (transport != Transport.NIO) {
                // Netty's channel for NIO drops those that hold nothing.
                assertThat(ask(client, port, "")).hasSize(1);
            }
        }
    }
}
