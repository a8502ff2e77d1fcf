package dev.heddle.e2e.gatewayapi;

import dev.heddle.cli.demo.Bootstrap;
import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.World;
import dev.heddle.e2e.CaseControl;
import dev.heddle.e2e.DataPlane;
import dev.heddle.model.Resource;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.testkit.FreePorts;
import dev.heddle.testkit.Parts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// The proxies of a test's Gateways, each started when it is called first.
final class Rig implements AutoCloseable {
    private static final String GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name";
    private static final Duration START = Duration.ofSeconds(20);

    /// Ports that the suite's Gateways have.
    private static final List<Integer> PORTS = List.of(80, 443, 8080, 8090, 8443);

    private final DataPlane dataPlane;
    private final Cluster cluster;
    private final Path directory;
    private final Parts parts = new Parts();
    private final Map<String, Running> running = new HashMap<>();
    private List<Resource<?>> resources;
    private World world;

    /// @param control that gives it its configuration
    /// @param ports where the Gateway's ports really are
    private record Running(CaseControl control, ProxyScope scope, Map<Integer, Integer> ports) {}

    Rig(DataPlane dataPlane, Cluster cluster, Suite.Test test, Path directory) throws IOException {
        this.dataPlane = dataPlane;
        this.cluster = cluster;
        this.directory = directory;
        this.resources = cluster.of(test);
        this.world = cluster.world(resources);
    }

    /// Takes a resource away.
    void delete(String namespace, String name) {
        apply(
                resources.stream()
                        .filter(r ->
                                !r.metadata().namespace().equals(namespace)
                                        || !r.metadata().name().equals(name))
                        .toList());
    }

    private void apply(List<Resource<?>> next) {
        resources = next;
        world = cluster.world(resources);
        running.values()
                .forEach(it ->
                        it.control().give(MeshCompiler.compile(world, it.scope()).snapshot()));
    }

    /// Where a port of a Gateway is.
    InetSocketAddress address(String namespace, String gateway, int port)
            throws IOException, InterruptedException {
        Running proxy = running.get(namespace + "/" + gateway);
        if (proxy == null) {
            proxy = start(namespace, gateway);
            running.put(namespace + "/" + gateway, proxy);
        }
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(), proxy.ports().getOrDefault(port, 0));
    }

    /// Whether there is a Gateway of that name.
    boolean has(String namespace, String gateway) {
        return world.resources().find(Kinds.KUBERNETES_GATEWAY, namespace, gateway).isPresent();
    }

    /// The port of a Gateway's listener; of its first where none is named.
    int portOf(String namespace, String gateway, String listener) {
        return cluster.port(namespace, gateway, listener);
    }

    /// What proxies refused.
    List<String> nacks() {
        return running.values().stream().flatMap(it -> it.control().nacks().stream()).toList();
    }

    /// What the proxies said, and what they were given, for a failure's message.
    String told() {
        var text = new StringBuilder();
        running.forEach((name, it) ->
                text.append(name)
                        .append(": listeners ")
                        .append(it.control().listeners())
                        .append(", refused ")
                        .append(it.control().nacks())
                        .append('\n'));
        return text.toString();
    }

    private Running start(String namespace, String gateway)
            throws IOException, InterruptedException {
        var held = new FreePorts();
        var ports = new TreeMap<Integer, Integer>();
        var binds = new TreeMap<Integer, String>();
        for (int known : PORTS) {
            int bound = held.next();
            ports.put(known, bound);
            binds.put(known, "127.0.0.1:" + bound);
        }
        Map<String, String> labels = Map.of(GATEWAY_NAME, gateway);
        var scope =
                new ProxyScope(
                        Role.GATEWAY,
                        namespace,
                        labels,
                        namespace + ".svc.cluster.local",
                        "Kubernetes",
                        new Interception.Explicit("", List.of(), binds));
        var control = new CaseControl(MeshCompiler.compile(world, scope).snapshot());
        parts.add(control);
        Path home = Files.createDirectories(directory.resolve(namespace + "-" + gateway));
        Path bootstrap = home.resolve("bootstrap.yaml");
        Files.writeString(
                bootstrap,
                new Bootstrap(
                                "router~127.0.0.1~gateway." + namespace + "~" + scope.dnsDomain(),
                                "gateway." + namespace,
                                namespace,
                                labels,
                                "{}",
                                held.next(),
                                control.port())
                        .text());
        held.close();
        parts.add(dataPlane.start(bootstrap));
        var started = new Running(control, scope, ports);
        await(started);
        return started;
    }

    private static void await(Running proxy) throws InterruptedException {
        long end = System.nanoTime() + START.toNanos();
        for (String name : proxy.control().listeners()) {
            int known = Integer.parseInt(name.substring(name.lastIndexOf('_') + 1));
            while (!isListening(proxy.ports().getOrDefault(known, 0))) {
                if (System.nanoTime() > end) {
                    throw new AssertionError(
                            name
                                    + " is not open after "
                                    + START
                                    + "; refused: "
                                    + proxy.control().nacks());
                }
                TimeUnit.MILLISECONDS.sleep(10);
            }
        }
    }

    private static boolean isListening(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2_000);
            return socket.isConnected();
        } catch (IOException _) {
            return false;
        }
    }

    @Override
    public void close() {
        parts.close();
    }
}
