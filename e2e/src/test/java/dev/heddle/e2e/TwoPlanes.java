package dev.heddle.e2e;

import dev.heddle.cli.demo.Bootstrap;
import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.WorkloadAnnotations;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.server.XdsHandler;
import dev.heddle.xds.server.XdsServer;
import dev.heddle.xds.server.XdsStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Stock Envoy and our own proxy side by side, as sidecars of one workload or as gateways, with the
/// same backends, which are given one mesh after another.
final class TwoPlanes implements AutoCloseable {
    /// A host whose answer says which mesh is in force.
    private static final String MARK = "mark";

    private static final String GATEWAY =
            """
            ---
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: door, namespace: default}
            spec:
              selector: {istio: ingressgateway}
              servers: [{port: {number: 8080, name: http, protocol: HTTP}, hosts: ["*"]}]
            """;
    private static final long PATIENCE_SECONDS = 20;

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Role role;
    private final String services;
    private final Plane envoy;
    private final Plane heddle;
    private long version;

    /// A request without a body.
    ///
    /// @param url absolute, with a path
    record Asked(String method, String url, Map<String, String> headers) {}

    /// @param names of the services, each with one host, of version v1
    TwoPlanes(Role role, List<String> names, Envoy binary, Path directory) throws IOException {
        this.role = role;
        var backends = new EchoBackends();
        parts.push(backends);
        services = services(names, backends) + (role == Role.GATEWAY ? GATEWAY : "");
        envoy = new Plane(binary, Files.createDirectories(directory.resolve("envoy")));
        heddle = new Plane(new HeddleProxy(), Files.createDirectories(directory.resolve("heddle")));
    }

    private static String services(List<String> names, EchoBackends backends) {
        var text = new StringBuilder(service(MARK));
        for (String name : names) {
            text.append("---\n").append(service(name));
            text.append(
                    """
                    ---
                    apiVersion: networking.istio.io/v1
                    kind: WorkloadEntry
                    metadata: {name: %1$s-v1, namespace: default}
                    spec:
                      address: 127.0.0.1
                      ports: {http: %2$d}
                      labels: {app: %1$s, version: v1}
                    """
                            .formatted(name, backends.start(name + "/v1")));
        }
        return text.toString();
    }

    private static String service(String name) {
        return """
        apiVersion: v1
        kind: Service
        metadata: {name: %1$s, namespace: default}
        spec:
          selector: {app: %1$s}
          ports: [{name: http, port: 9080}]
        """
                .formatted(name);
    }

    /// A short name is one of the mesh's.
    private String markHost() {
        return role == Role.GATEWAY ? MARK + ".example" : MARK;
    }

    /// Reads a mesh's rules and waits until both proxies live by them.
    ///
    /// @return what is wrong with the rules
    List<String> adopt(String rules) throws IOException, InterruptedException {
        version++;
        String mark =
                """
                ---
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: mark, namespace: default}
                spec:
                  hosts: [%s]
                  gateways: [%s]
                  http: [{directResponse: {status: 200, body: {string: "%d"}}}]
                """
                        .formatted(markHost(), role == Role.GATEWAY ? "door" : "mesh", version);
        List<Resource<?>> resources = new ArrayList<>();
        resources.addAll(ResourceReader.read("services.yaml", services + mark).resources());
        var read = ResourceReader.read("rules.yaml", rules);
        resources.addAll(read.resources());
        World world = World.of(version, Resources.of(resources), MeshSettings.DEFAULT);
        envoy.control.give(MeshCompiler.compile(world, envoy.scope).snapshot());
        heddle.control.give(MeshCompiler.compile(world, heddle.scope).snapshot());
        envoy.await(version);
        heddle.await(version);
        return read.diagnostics().stream().map(Object::toString).toList();
    }

    Answer throughEnvoy(Asked asked) throws IOException {
        return envoy.call(asked);
    }

    Answer throughHeddle(Asked asked) throws IOException {
        return heddle.call(asked);
    }

    /// What either proxy refused.
    List<String> nacks() {
        var all = new ArrayList<String>();
        envoy.control.nacks.forEach(it -> all.add("Envoy: " + it));
        heddle.control.nacks.forEach(it -> all.add("Heddle: " + it));
        return all;
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("stopping the proxies", e);
            }
        }
    }

    /// One proxy, with a control plane and a connection of its own.
    private final class Plane {
        private final Control control = new Control();
        private final ProxyScope scope;
        private final int port;
        private final KeptConnection connection = new KeptConnection(this::open);

        Plane(DataPlane kind, Path directory) throws IOException {
            parts.push(control);
            int inbound;
            int admin;
            try (var first = new ServerSocket(0);
                    var second = new ServerSocket(0);
                    var third = new ServerSocket(0)) {
                port = first.getLocalPort();
                inbound = second.getLocalPort();
                admin = third.getLocalPort();
            }
            Map<String, String> labels =
                    role == Role.GATEWAY
                            ? Map.of("istio", "ingressgateway")
                            : Map.of("app", "caller");
            scope =
                    new ProxyScope(
                            role,
                            "default",
                            labels,
                            "default.svc.cluster.local",
                            "Kubernetes",
                            role == Role.GATEWAY
                                    ? new Interception.Explicit(
                                            "", List.of(), Map.of(8080, "127.0.0.1:" + port))
                                    : new Interception.Explicit(
                                            "127.0.0.1:" + port,
                                            List.of(
                                                    new ProxyScope.InboundPort(
                                                            9080,
                                                            "127.0.0.1:" + inbound,
                                                            "127.0.0.1:9")),
                                            Map.of()),
                            WorkloadAnnotations.read(new TreeMap<>(), "default"));
            Path bootstrap = directory.resolve("bootstrap.yaml");
            Files.writeString(
                    bootstrap,
                    new Bootstrap(
                                    (role == Role.GATEWAY ? "router" : "sidecar")
                                            + "~127.0.0.1~caller.default~default.svc.cluster.local",
                                    "caller.default",
                                    "default",
                                    labels,
                                    "{}",
                                    admin,
                                    control.port())
                            .text());
            parts.push(kind.start(bootstrap));
            parts.push(connection);
        }

        void await(long version) throws InterruptedException {
            var asked = new Asked("GET", "http://" + markHost() + ":9080/", Map.of());
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (System.nanoTime() < end) {
                try {
                    if (call(asked).body().equals(Long.toString(version))) {
                        return;
                    }
                } catch (IOException _) {
                    // It does not listen yet.
                }
                TimeUnit.MILLISECONDS.sleep(5);
            }
            throw new AssertionError("mesh " + version + " is not in force; refused: " + nacks());
        }

        Answer call(Asked asked) throws IOException {
            String rest = asked.url().substring("http://".length());
            int path = rest.indexOf('/');
            return connection.call(
                    HttpText.request(
                            asked.method(),
                            role == Role.GATEWAY ? rest.substring(path) : asked.url(),
                            rest.substring(0, path),
                            asked.headers()));
        }

        private Socket open() throws IOException {
            var opened = new Socket();
            opened.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2_000);
            opened.setSoTimeout(10_000);
            opened.setTcpNoDelay(true);
            return opened;
        }
    }

    /// Gives its proxy the newest mesh.
    private static final class Control implements XdsHandler, AutoCloseable {
        private final XdsServer server;
        private final ConcurrentLinkedQueue<String> nacks = new ConcurrentLinkedQueue<>();
        private @Nullable XdsStream stream;
        private @Nullable Snapshot newest;

        Control() throws IOException {
            server =
                    XdsServer.start(
                            XdsServer.Settings.on(
                                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                            this);
        }

        int port() {
            return server.address().getPort();
        }

        synchronized void give(Snapshot next) {
            newest = next;
            push();
        }

        private void push() {
            if (stream != null && newest != null) {
                stream.push(newest);
            }
        }

        @Override
        public synchronized void onOpened(XdsStream opened) {
            stream = opened;
            push();
        }

        @Override
        public void onAck(XdsStream from, XdsType type, String version) {}

        @Override
        public void onNack(
                XdsStream from, XdsType type, String version, String text, List<String> resources) {
            nacks.add(type.shortName() + ": " + text);
        }

        @Override
        public void onClosed(XdsStream from, String reason) {}

        @Override
        public void close() {
            server.close();
        }
    }
}
