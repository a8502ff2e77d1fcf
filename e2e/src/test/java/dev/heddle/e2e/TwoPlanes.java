package dev.heddle.e2e;

import dev.heddle.cli.demo.Bootstrap;
import dev.heddle.compiler.Compiled;
import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.explain.Explainer;
import dev.heddle.compiler.explain.Explanation;
import dev.heddle.compiler.explain.Request;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.testkit.FreePorts;
import dev.heddle.testkit.Parts;
import dev.heddle.testkit.Repository;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;

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

    /// The known ports of gateways.
    private static final List<Integer> DOORS =
            List.of(
                    RandomDoors.MAIN,
                    RandomDoors.OTHER,
                    RandomDoors.SECURED,
                    RandomDoors.PASSED,
                    RandomDoors.BYTES);

    private final Parts parts = new Parts();
    private final Role role;
    private final EchoBackends backends = new EchoBackends();
    private final Map<String, String> hosts = new HashMap<>();
    private final Map<String, Integer> copies = new ConcurrentHashMap<>();
    private final EchoBackends copied =
            new EchoBackends(headers -> copies.merge(headers.get(Asked.ID, ""), 1, Integer::sum));
    private final CaseCertificates certificates =
            new CaseCertificates(Repository.root().resolve("golden/gateway-tls/certs"));
    private final int outside;
    private final String services;
    private final Plane envoy;
    private final Plane heddle;
    private long version;

    /// A request without a body.
    ///
    /// @param url absolute, with a path
    /// @param door of a gateway
    record Asked(String method, String url, Map<String, String> headers, RandomDoors.Door door) {
        /// The header that tells a request, and its copies, from all others.
        static final String ID = "x-asked";

        /// The same request, told from others by that.
        Asked as(String id) {
            var all = new TreeMap<>(headers);
            all.put(ID, id);
            return new Asked(method, url, all, door);
        }
    }

    /// @param names of the services, each with one host, of version v1
    TwoPlanes(Role role, List<String> names, Envoy binary, Path directory) throws IOException {
        this.role = role;
        parts.add(backends);
        parts.add(copied);
        outside = start(backends, "outside/v1");
        services = services(names);
        envoy = new Plane(binary, Files.createDirectories(directory.resolve("envoy")));
        heddle = new Plane(new HeddleProxy(), Files.createDirectories(directory.resolve("heddle")));
    }

    private String services(List<String> names) throws IOException {
        var text = new StringBuilder(service(MARK));
        for (String name : names) {
            text.append("---\n").append(service(name));
            text.append(workload(name, "v1", start(backends, name + "/v1")));
        }
        text.append("---\n").append(service(RandomRules.COPY));
        text.append(workload(RandomRules.COPY, "v1", start(copied, RandomRules.COPY + "/v1")));
        text.append("---\n").append(service(RandomRules.MANY));
        for (String host : List.of("h1", "h2", "h3", "h4")) {
            int port = start(backends, RandomRules.MANY + "/" + host);
            text.append(workload(RandomRules.MANY, host, port));
        }
        Optional<SslContext> tls = Optional.of(certificates.backend("client", false, false));
        text.append("---\n").append(service("secret"));
        int secret = start(backends, "secret/v1", tls);
        text.append(workload("secret", "v1", secret));
        if (role == Role.GATEWAY) {
            text.append(GATEWAY).append("---\n").append(secret());
        } else {
            RandomWires.hosts(start(backends, "raw/v1"), secret)
                    .forEach(it -> text.append("---\n").append(it));
        }
        return text.toString();
    }

    private static String workload(String service, String version, int port) {
        return """
        ---
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: %1$s-%2$s, namespace: default}
        spec:
          address: 127.0.0.1
          ports: {http: %3$d}
          labels: {app: %1$s, version: %2$s}
        """
                .formatted(service, version, port);
    }

    /// The certificate of gateways.
    private static String secret() throws IOException {
        String all =
                Files.readString(
                        Repository.root().resolve("golden/gateway-tls/input/secrets.yaml"));
        return all.substring(0, all.indexOf("\n---") + 1);
    }

    /// How many copies of the request with that [Asked#ID] somebody got.
    int copies(String id) {
        return copies.getOrDefault(id, 0);
    }

    /// How many copies somebody got of all requests.
    int copies() {
        return copied.heard(RandomRules.COPY + "/v1");
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
        Set<String> findings = new LinkedHashSet<>();
        for (Plane plane : List.of(envoy, heddle)) {
            List<Resource<?>> resources = new ArrayList<>();
            resources.addAll(
                    ResourceReader.read("services.yaml", plane.filled(services + mark))
                            .resources());
            var read = ResourceReader.read("rules.yaml", plane.filled(rules));
            resources.addAll(read.resources());
            read.diagnostics().forEach(it -> findings.add(it.toString()));
            World world = World.of(version, Resources.of(resources), MeshSettings.DEFAULT);
            plane.compiled = Optional.of(MeshCompiler.compile(world, plane.scope));
            plane.control.give(plane.compiled.orElseThrow().snapshot());
        }
        envoy.await(version);
        heddle.await(version);
        reconnect();
        return List.copyOf(findings);
    }

    /// Ends all connections, which may outlive the listeners that they were made to.
    void reconnect() throws IOException {
        envoy.close();
        heddle.close();
    }

    Answer throughEnvoy(Asked asked) throws IOException {
        return envoy.call(asked);
    }

    Answer throughHeddle(Asked asked) throws IOException {
        return heddle.call(asked);
    }

    /// What is said beforehand of a request through our own proxy.
    Explanation explained(Asked asked) {
        return heddle.explained(asked);
    }

    /// Who answers at an address, as in `reviews/v1`; the address itself where nobody is known.
    String who(String address) {
        return hosts.getOrDefault(address, address);
    }

    private int start(EchoBackends at, String name, Optional<SslContext> tls) throws IOException {
        int port = at.start(name, tls);
        hosts.put("127.0.0.1:" + port, name);
        return port;
    }

    private int start(EchoBackends at, String name) throws IOException {
        return start(at, name, Optional.empty());
    }

    /// Sends bytes as they are to the usual door.
    Answer throughEnvoy(byte[] request) throws IOException {
        return envoy.connection(RandomDoors.Door.USUAL).call(request);
    }

    /// As [#throughEnvoy(byte[])], through our own proxy.
    Answer throughHeddle(byte[] request) throws IOException {
        return heddle.connection(RandomDoors.Door.USUAL).call(request);
    }

    /// Connections through either proxy that nobody ends when the mesh changes.
    List<KeptConnection> lasting() {
        return List.of(envoy.lasting(), heddle.lasting());
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
        parts.close();
    }

    /// One proxy, with a control plane and a connection of its own.
    private final class Plane implements AutoCloseable {
        private final CaseControl control = new CaseControl();
        private final ProxyScope scope;
        private Optional<Compiled> compiled = Optional.empty();
        private final Map<Integer, Integer> ports = new TreeMap<>();
        private final Map<RandomDoors.Door, KeptConnection> connections = new HashMap<>();

        Plane(DataPlane kind, Path directory) throws IOException {
            parts.add(control);
            // A port that the proxy does not open in this mesh must stay free for the next.
            List<Integer> free = FreePorts.many(DOORS.size() + 2);
            for (int known : DOORS) {
                ports.put(known, free.get(ports.size()));
            }
            int inbound = free.get(DOORS.size());
            int admin = free.getLast();
            int port = ports.getOrDefault(RandomDoors.MAIN, 0);
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
                                    ? new Interception.Explicit("", List.of(), binds())
                                    : new Interception.Explicit(
                                            "127.0.0.1:" + port,
                                            List.of(
                                                    new ProxyScope.InboundPort(
                                                            9080,
                                                            "127.0.0.1:" + inbound,
                                                            "127.0.0.1:9")),
                                            Map.of()));
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
            parts.add(kind.start(bootstrap));
            parts.add(this);
        }

        /// Manifests with the ports that are this plane's own, and that of who is outside.
        String filled(String text) {
            return text.replace(RandomBorders.PORT, Integer.toString(outside))
                    .replace(RandomWires.BYTES, port(RandomDoors.BYTES))
                    .replace(RandomWires.TLS, port(RandomDoors.PASSED));
        }

        private String port(int known) {
            return Integer.toString(ports.getOrDefault(known, 0));
        }

        private Map<Integer, String> binds() {
            var binds = new TreeMap<Integer, String>();
            ports.forEach((known, bound) -> binds.put(known, "127.0.0.1:" + bound));
            return binds;
        }

        /// A workload's clients call its proxy by the whole URL, those of a gateway by its address.
        Explanation explained(Asked asked) {
            String rest = asked.url().substring("http://".length());
            int path = rest.indexOf('/');
            boolean isUsual = role == Role.SIDECAR && asked.door().equals(RandomDoors.Door.USUAL);
            String own = "127.0.0.1:" + port(asked.door().port());
            String place = role == Role.SIDECAR ? own : "127.0.0.1:" + asked.door().port();
            var headers = new TreeMap<>(asked.headers());
            headers.put("host", rest.substring(0, path));
            Request request =
                    asked.door().serverName().isEmpty()
                            ? Request.of(
                                    asked.method(),
                                    isUsual
                                            ? asked.url()
                                            : "http://" + place + rest.substring(path),
                                    headers)
                            : Request.of(
                                    asked.method(),
                                    "https://"
                                            + asked.door().serverName()
                                            + place.substring(place.indexOf(':'))
                                            + rest.substring(path),
                                    headers);
            Request from = request.by(new Request.Caller("", "127.0.0.1"));
            return Explainer.explain(
                    compiled.orElseThrow(), scope, isUsual ? from : from.via("127.0.0.1"));
        }

        void await(long version) throws InterruptedException {
            var asked =
                    new Asked(
                            "GET",
                            "http://" + markHost() + ":9080/",
                            Map.of(),
                            RandomDoors.Door.USUAL);
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
            return connection(asked.door())
                    .call(
                            HttpText.request(
                                    asked.method(),
                                    role == Role.GATEWAY ? rest.substring(path) : asked.url(),
                                    rest.substring(0, path),
                                    asked.headers()));
        }

        private KeptConnection connection(RandomDoors.Door at) {
            return connections.computeIfAbsent(at, door -> new KeptConnection(() -> connect(door)));
        }

        private KeptConnection lasting() {
            return new KeptConnection(() -> connect(RandomDoors.Door.USUAL));
        }

        private Socket connect(RandomDoors.Door door) throws IOException {
            var plain = new Socket();
            plain.connect(
                    new InetSocketAddress(
                            InetAddress.getLoopbackAddress(), ports.getOrDefault(door.port(), 0)),
                    2_000);
            plain.setSoTimeout(10_000);
            plain.setTcpNoDelay(true);
            if (door.serverName().isEmpty()) {
                return plain;
            }
            var secured =
                    (SSLSocket)
                            certificates
                                    .caller(Optional.empty())
                                    .getSocketFactory()
                                    .createSocket(plain, door.serverName(), door.port(), true);
            secured.startHandshake();
            return secured;
        }

        @Override
        public void close() throws IOException {
            for (KeptConnection each : connections.values()) {
                each.close();
            }
            connections.clear();
        }
    }
}
