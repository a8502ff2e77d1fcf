package dev.heddle.e2e.gatewayapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.cli.demo.Bootstrap;
import dev.heddle.compiler.Compiled;
import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.World;
import dev.heddle.e2e.CaseControl;
import dev.heddle.e2e.DataPlane;
import dev.heddle.e2e.Envoy;
import dev.heddle.e2e.HeddleProxy;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.testkit.FreePorts;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// UDPRoutes through stock Envoy and through our proxy, over real sockets: who hears the datagrams
/// of many clients, and what becomes of shares and ports that are nobody's.
@Tag("e2e")
class DatagramRoutesTest {
    private static final Map<String, String> LABELS =
            Map.of("gateway.networking.k8s.io/gateway-name", "edge");
    private static final String MESH =
            """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: edge, namespace: shop}
            spec:
              gatewayClassName: heddle
              listeners:
              - {name: media, port: 5004, protocol: UDP}
              - {name: names, port: 5353, protocol: UDP}
              - {name: halves, port: 5005, protocol: UDP}
              - {name: nobody, port: 5006, protocol: UDP}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: UDPRoute
            metadata: {name: media, namespace: shop}
            spec:
              parentRefs: [{name: edge, sectionName: media}]
              rules:
              - backendRefs:
                - {name: one, port: 7000, weight: 7}
                - {name: two, port: 7000, weight: 3}
                - {name: three, port: 7000, weight: 0}
            ---
            # Of another namespace, by its grant.
            apiVersion: gateway.networking.k8s.io/v1
            kind: UDPRoute
            metadata: {name: names, namespace: shop}
            spec:
              parentRefs: [{name: edge, sectionName: names}]
              rules: [{backendRefs: [{name: far, namespace: infra, port: 7000}]}]
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: ReferenceGrant
            metadata: {name: shop, namespace: infra}
            spec:
              from: [{group: gateway.networking.k8s.io, kind: UDPRoute, namespace: shop}]
              to: [{group: "", kind: Service, name: far}]
            ---
            # Half of the clients are nobody's.
            apiVersion: gateway.networking.k8s.io/v1
            kind: UDPRoute
            metadata: {name: halves, namespace: shop}
            spec:
              parentRefs: [{name: edge, sectionName: halves}]
              rules:
              - backendRefs:
                - {name: gone, port: 7000}
                - {name: one, port: 7000}
            ---
            # Nobody has granted that.
            apiVersion: gateway.networking.k8s.io/v1
            kind: UDPRoute
            metadata: {name: nobody, namespace: shop}
            spec:
              parentRefs: [{name: edge, sectionName: nobody}]
              rules: [{backendRefs: [{name: secret, namespace: infra, port: 7000}]}]
            """;

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    @TempDir Path directory = Path.of("");

    @AfterEach
    void stop() throws Exception {
        while (!parts.isEmpty()) {
            parts.pop().close();
        }
    }

    @Test
    void throughOurProxy() throws Exception {
        check(new HeddleProxy());
    }

    @Test
    void throughStockEnvoy() throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        assumeTrue(envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        check(envoy.orElseThrow());
    }

    private void check(DataPlane dataPlane) throws Exception {
        var mesh = new StringBuilder(MESH);
        for (String name : List.of("one", "two", "three")) {
            mesh.append(service("shop", name));
        }
        for (String name : List.of("far", "secret")) {
            mesh.append(service("infra", name));
        }
        Map<Integer, Integer> ports = start(dataPlane, mesh.toString());
        int clients = 400;
        Map<String, Integer> media = said(ports.getOrDefault(5004, 0), clients, 3_000);
        assertThat(media).containsOnlyKeys("one", "two");
        assertThat(media.getOrDefault("one", 0) / (double) clients).isCloseTo(0.7, within(0.12));
        assertThat(said(ports.getOrDefault(5353, 0), 3, 3_000)).isEqualTo(Map.of("far", 3));
        int asked = 30;
        Map<String, Integer> halves = said(ports.getOrDefault(5005, 0), asked, 100);
        assertThat(halves).containsOnlyKeys("one");
        assertThat(halves.getOrDefault("one", 0)).isBetween(1, asked - 1);
        assertThat(said(ports.getOrDefault(5006, 0), 3, 100)).isEmpty();
    }

    /// A service whose only host answers with its name.
    private String service(String namespace, String name) throws IOException {
        var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        parts.push(socket);
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        while (true) {
                            var packet = new DatagramPacket(new byte[100], 100);
                            socket.receive(packet);
                            byte[] answer = name.getBytes(StandardCharsets.US_ASCII);
                            socket.send(
                                    new DatagramPacket(
                                            answer, answer.length, packet.getSocketAddress()));
                        }
                    } catch (IOException _) {
                        // Closed.
                    }
                });
        return """
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: %1$s, namespace: %2$s}
        spec: {selector: {app: %1$s}, ports: [{name: data, port: 7000, protocol: UDP}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: %1$s, namespace: %2$s}
        spec: {address: 127.0.0.1, labels: {app: %1$s}, ports: {data: %3$d}}
        """
                .formatted(name, namespace, socket.getLocalPort());
    }

    /// @return where the Gateway's ports are
    private Map<Integer, Integer> start(DataPlane dataPlane, String mesh) throws Exception {
        var ports = new HashMap<Integer, Integer>();
        var binds = new HashMap<Integer, String>();
        for (int port : List.of(5004, 5353, 5005, 5006)) {
            try (var free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
                ports.put(port, free.getLocalPort());
                binds.put(port, "127.0.0.1:" + free.getLocalPort());
            }
        }
        var scope =
                new ProxyScope(
                        Role.GATEWAY,
                        "shop",
                        LABELS,
                        "shop.svc.cluster.local",
                        "Kubernetes",
                        new Interception.Explicit("", List.of(), binds));
        ResourceReader.Parsed read = ResourceReader.read("mesh.yaml", mesh);
        assertThat(read.diagnostics()).isEmpty();
        Compiled compiled =
                MeshCompiler.compile(
                        World.of(1, Resources.of(read.resources()), MeshSettings.DEFAULT), scope);
        assertThat(compiled.plan().datagrams()).hasSize(4);
        assertThat(compiled.plan().listeners()).isEmpty();
        var control = new CaseControl(compiled.snapshot());
        parts.push(control);
        int admin = FreePorts.one();
        Path bootstrap = directory.resolve("bootstrap.yaml");
        Files.writeString(
                bootstrap,
                new Bootstrap(
                                "router~127.0.0.1~edge.shop~shop.svc.cluster.local",
                                "edge.shop",
                                "shop",
                                LABELS,
                                "{}",
                                admin,
                                control.port())
                        .text());
        parts.push(dataPlane.start(bootstrap));
        // UDP does not tell whether anybody listens.
        for (int i = 0; i < 200 && said(ports.getOrDefault(5353, 0), 1, 100).isEmpty(); i++) {
            assertThat(control.nacks()).isEmpty();
        }
        return ports;
    }

    /// Who answers so many clients, each of whom waits so many milliseconds.
    private static Map<String, Integer> said(int port, int clients, int millis) throws IOException {
        var answered = new HashMap<String, Integer>();
        for (int i = 0; i < clients; i++) {
            try (var client = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
                client.setSoTimeout(millis);
                client.send(
                        new DatagramPacket(
                                new byte[] {'?'}, 1, InetAddress.getLoopbackAddress(), port));
                var answer = new DatagramPacket(new byte[100], 100);
                client.receive(answer);
                answered.merge(
                        new String(
                                answer.getData(), 0, answer.getLength(), StandardCharsets.US_ASCII),
                        1,
                        Integer::sum);
            } catch (SocketTimeoutException _) {
                // Nobody.
            }
        }
        return answered;
    }
}
