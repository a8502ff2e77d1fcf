package dev.heddle.e2e.sim;

import dev.heddle.cli.demo.Bootstrap;
import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.World;
import dev.heddle.e2e.Answer;
import dev.heddle.e2e.CallSheet;
import dev.heddle.e2e.CaseWorld;
import dev.heddle.e2e.HttpText;
import dev.heddle.e2e.MeshUnderTest;
import dev.heddle.proxy.ControlPlaneLink;
import dev.heddle.proxy.Proxy;
import dev.heddle.proxy.ProxySettings;
import dev.heddle.proxy.config.BootstrapException;
import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.proxy.drain.DrainPlan;
import dev.heddle.proxy.runtime.Transport;
import dev.heddle.testkit.GoldenCase;
import dev.heddle.testkit.Seed;
import dev.heddle.verify.sim.SimulatedLink;
import dev.heddle.verify.sim.VirtualLoop;
import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.client.XdsSubscriber;
import dev.heddle.xds.direct.DirectLink;
import dev.heddle.xds.server.XdsHandler;
import dev.heddle.xds.server.XdsStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// A golden case in one thread under virtual time: the compiler, both ends of xDS, our own proxy,
/// its caller and its backends. Nothing happens unless a test lets it, and the same seed gives the
/// same run.
final class SimMesh implements MeshUnderTest {
    private static final int PROXY_PORT = 20_001;

    /// Where a gateway's servers are, by the port that they say.
    private static final Map<Integer, Integer> SERVERS =
            Map.of(8080, PROXY_PORT, 8081, 20_002, 8082, 20_003, 8083, 20_004);

    private static final int FIRST_BACKEND = 21_001;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Seed seed;
    private final VirtualLoop loop;
    private final Map<String, SimBackend> backends = new LinkedHashMap<>();
    private final List<String> nacks = new ArrayList<>();
    private final ProxyScope scope;
    private final boolean isGateway;
    private final Proxy proxy;
    private final ByteArrayOutputStream accessLog = new ByteArrayOutputStream();
    private World world;
    private Snapshot snapshot;
    private Optional<XdsStream> stream = Optional.empty();
    private Optional<DirectLink> link = Optional.empty();

    private SimMesh(GoldenCase golden, Seed seed, Path dir) throws IOException {
        this.seed = seed;
        loop = new VirtualLoop(seed.value());
        isGateway = CaseWorld.isGateway(golden);
        world = CaseWorld.read(golden, this::startBackend).world();
        scope = CaseWorld.scope(golden, interception(isGateway));
        snapshot = MeshCompiler.compile(world, scope).snapshot();
        proxy = startProxy(dir.resolve("bootstrap.yaml"));
        settle();
    }

    /// Sets the case up and brings it to rest.
    static SimMesh start(GoldenCase golden, Seed seed, Path dir) throws IOException {
        return new SimMesh(golden, seed, dir);
    }

    private static Interception interception(boolean isGateway) {
        return isGateway
                ? new Interception.Explicit(
                        "",
                        List.of(),
                        SERVERS.entrySet().stream()
                                .collect(
                                        Collectors.toMap(
                                                Map.Entry::getKey,
                                                it -> "127.0.0.1:" + it.getValue())))
                : new Interception.Explicit("127.0.0.1:" + PROXY_PORT, List.of(), Map.of());
    }

    private int startBackend(String destination) {
        int port = FIRST_BACKEND + backends.size();
        backends.put(destination, new SimBackend(loop, loop.worker(), destination, loopback(port)));
        return port;
    }

    private Proxy startProxy(Path bootstrap) throws IOException {
        Files.writeString(
                bootstrap,
                new Bootstrap(
                                (isGateway ? "router" : "sidecar")
                                        + "~127.0.0.1~case."
                                        + scope.namespace()
                                        + "~"
                                        + scope.dnsDomain(),
                                "case." + scope.namespace(),
                                scope.namespace(),
                                scope.labels(),
                                "{}",
                                0,
                                15_010)
                        .text()
                        .replaceAll("(?m)^admin:\\n.*\\n", ""));
        try {
            var parsed = BootstrapParser.read(bootstrap);
            return Proxy.start(
                    parsed,
                    new ProxySettings(
                            1,
                            Transport.LOCAL,
                            DrainPlan.gradual(Duration.ofSeconds(30)),
                            seed.value(),
                            loop.clock(),
                            accessLog,
                            accessLog),
                    loop.host(subscriber -> link(parsed.node().info(), subscriber)));
        } catch (BootstrapException e) {
            throw new IOException(e);
        }
    }

    private ControlPlaneLink link(NodeInfo node, XdsSubscriber subscriber) {
        var direct = new DirectLink(node, new Handler(), subscriber);
        link = Optional.of(direct);
        return new SimulatedLink(direct);
    }

    /// Lets everything happen that needs no time.
    void settle() {
        boolean more = true;
        while (more) {
            loop.settle();
            more = link.map(l -> l.deliverRequest() || l.deliverResponse()).orElse(false);
        }
    }

    /// Lets time pass.
    void advance(Duration duration) {
        loop.advance(duration);
        settle();
    }

    /// Puts another world in force: compiled, pushed and, once this returns, taken or refused.
    void apply(World next) {
        world = next;
        snapshot = MeshCompiler.compile(next, scope).snapshot();
        stream.ifPresent(s -> s.push(snapshot));
        settle();
    }

    World world() {
        return world;
    }

    /// The control plane is gone; what was under way is lost.
    void loseControlPlane() {
        link.ifPresent(l -> l.disconnect("lost"));
        settle();
    }

    void regainControlPlane() {
        link.ifPresent(DirectLink::connect);
        settle();
    }

    SimBackend backend(String destination) {
        SimBackend backend = backends.get(destination);
        if (backend == null) {
            throw new IllegalArgumentException(
                    "backend: '" + destination + "' (expected: one of " + backends.keySet() + ")");
        }
        return backend;
    }

    /// What the proxy refused, in its words.
    List<String> nacks() {
        return List.copyOf(nacks);
    }

    /// Begins a call without waiting for its answer.
    SimCaller begin(String method, String url, Map<String, String> headers) {
        URI uri = URI.create(url);
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        byte[] request =
                HttpText.request(
                        method, isGateway ? path + query : url, uri.getRawAuthority(), headers);
        return begin(uri, request);
    }

    private SimCaller begin(URI uri, byte[] says) {
        int port = isGateway ? SERVERS.getOrDefault(uri.getPort(), PROXY_PORT) : PROXY_PORT;
        var caller = new SimCaller(loop.worker(), loopback(port), says);
        settle();
        return caller;
    }

    @Override
    public boolean isEnded(CallSheet.Call call) {
        SimCaller caller = begin(URI.create(call.url()), new byte[0]);
        long end = loop.nanos() + PATIENCE.toNanos();
        while (!caller.isClosed() && loop.nanos() < end) {
            loop.advance(Duration.ofMillis(10));
        }
        return caller.isClosed();
    }

    @Override
    public int heard(String destination) {
        return backend(destination).requests();
    }

    @Override
    public void pause() {
        loop.advance(Duration.ofMillis(10));
    }

    @Override
    public long nanos() {
        return loop.nanos();
    }

    @Override
    public Answer call(String method, String url, Map<String, String> headers) {
        SimCaller caller = begin(method, url, headers);
        long end = loop.nanos() + PATIENCE.toNanos();
        Optional<Answer> answer = HttpText.answer(caller.received(), caller.isClosed());
        while (answer.isEmpty() && loop.nanos() < end) {
            loop.advance(Duration.ofMillis(10));
            answer = HttpText.answer(caller.received(), caller.isClosed());
        }
        return answer.orElseThrow(
                () -> new AssertionError(url + ": no answer within " + PATIENCE + "; " + seed));
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
    }

    @Override
    public void close() {
        proxy.close();
        loop.close();
    }

    private final class Handler implements XdsHandler {
        @Override
        public void onOpened(XdsStream opened) {
            stream = Optional.of(opened);
            opened.push(snapshot);
        }

        @Override
        public void onAck(XdsStream from, XdsType type, String version) {}

        @Override
        public void onNack(
                XdsStream from, XdsType type, String version, String text, List<String> resources) {
            nacks.add(type.shortName() + ": " + text);
        }

        @Override
        public void onClosed(XdsStream closed, String reason) {
            stream = Optional.empty();
        }
    }
}
