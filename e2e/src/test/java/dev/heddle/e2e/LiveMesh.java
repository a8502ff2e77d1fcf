package dev.heddle.e2e;

import dev.heddle.cli.demo.Bootstrap;
import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.InboundPort;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.testkit.GoldenCase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A golden case on real sockets: echo backends, an xDS server with what the compiler made, and one
/// proxy of either kind between them and the caller.
final class LiveMesh implements MeshUnderTest {
    private static final Duration START = Duration.ofSeconds(20);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final CaseControl control;
    private final int port;
    private final boolean isGateway;

    private LiveMesh(GoldenCase golden, DataPlane dataPlane, Path dir) throws IOException {
        var backends = new EchoBackends();
        parts.push(backends);
        CaseWorld world = CaseWorld.read(golden, backends::start);
        isGateway = CaseWorld.isGateway(golden);
        port = freePort();
        ProxyScope scope = CaseWorld.scope(golden, interception());
        control = new CaseControl(MeshCompiler.compile(world.world(), scope).snapshot());
        parts.push(control);
        Path bootstrap = dir.resolve("bootstrap.yaml");
        Files.writeString(bootstrap, bootstrap(scope));
        parts.push(dataPlane.start(bootstrap));
    }

    /// Starts the mesh, and returns once its proxy listens.
    static LiveMesh start(GoldenCase golden, DataPlane dataPlane, Path dir)
            throws IOException, InterruptedException {
        var mesh = new LiveMesh(golden, dataPlane, dir);
        long end = System.nanoTime() + START.toNanos();
        while (!mesh.isListening()) {
            if (System.nanoTime() > end) {
                mesh.close();
                throw new AssertionError(
                        "the proxy doesn't listen after " + START + "; NACKs: " + mesh.nacks());
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return mesh;
    }

    /// What the proxy refused.
    List<String> nacks() {
        return List.copyOf(control.nacks);
    }

    private Interception interception() throws IOException {
        return isGateway
                ? new Interception.Explicit("", List.of(), Map.of(8080, "127.0.0.1:" + port))
                : new Interception.Explicit(
                        "127.0.0.1:" + port,
                        List.of(new InboundPort(9080, "127.0.0.1:" + freePort(), "127.0.0.1:9")),
                        Map.of());
    }

    private String bootstrap(ProxyScope scope) throws IOException {
        return new Bootstrap(
                        (isGateway ? "router" : "sidecar")
                                + "~127.0.0.1~case."
                                + scope.namespace()
                                + "~"
                                + scope.dnsDomain(),
                        "case." + scope.namespace(),
                        scope.namespace(),
                        scope.labels(),
                        "{}",
                        freePort(),
                        control.port())
                .text();
    }

    private boolean isListening() {
        try (var socket = connect()) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private Socket connect() throws IOException {
        var socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2_000);
        socket.setSoTimeout(10_000);
        return socket;
    }

    @Override
    public Answer call(String method, String url, Map<String, String> headers) {
        URI uri = URI.create(url);
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        String target = isGateway ? path + query : url;
        try (var socket = connect()) {
            socket.getOutputStream()
                    .write(HttpText.request(method, target, uri.getRawAuthority(), headers));
            return answer(socket).orElseThrow(() -> new AssertionError(url + ": no answer"));
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + url, e);
        }
    }

    private static Optional<Answer> answer(Socket socket) throws IOException {
        var received = new ByteArrayOutputStream();
        byte[] buffer = new byte[16_384];
        while (true) {
            int n = socket.getInputStream().read(buffer);
            received.write(buffer, 0, Math.max(0, n));
            Optional<Answer> answer = HttpText.answer(received.toByteArray(), n < 0);
            if (answer.isPresent() || n < 0) {
                return answer;
            }
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("stopping the mesh", e);
            }
        }
    }
}
