package dev.heddle.e2e;

import dev.heddle.cli.demo.Bootstrap;
import dev.heddle.compiler.Compiled;
import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.testkit.GoldenCase;
import dev.heddle.testkit.NetworkNamespace;
import dev.heddle.testkit.Parts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// A golden case whose workload's connections the kernel redirects to its sidecar, run in a network
/// namespace by [RedirectedTrafficTest].
///
/// In place of users, by which a mesh's node tells a sidecar's connections from its workload's, the
/// workload's address says what is redirected. A call that names no address is made to one that
/// nobody has.
final class RedirectedMesh implements MeshUnderTest {
    /// Printed at the end.
    static final String MET = "every call met what the case says";

    static final String WORKLOAD = "10.9.0.1";

    /// The server of names that the workload has; where its sidecar answers for names, the kernel
    /// sends it what is meant for this one.
    static final String NAMES = "10.96.0.10";

    private static final String NOBODY = "198.51.100.77";
    private static final int OUT = 15_001;
    private static final int ADMIN = 19_000;

    private final Parts parts = new Parts();
    private final EchoBackends backends = new EchoBackends();
    private final CaseWorld world;

    /// @param arguments as [RedirectedRun] has them; the checks are cases by name
    public static void main(String... arguments) throws Exception {
        DataPlane dataPlane = RedirectedRun.plane(arguments[0]);
        // Nobody answers for names here, which whoever asks is told at once.
        NetworkNamespace.command("iptables -A OUTPUT -p udp --dport 53 -j REJECT");
        for (GoldenCase golden : GoldenCase.all()) {
            if (List.of(arguments).subList(2, arguments.length).contains(golden.name())) {
                RedirectedRun.report(
                        golden.name(),
                        arguments[1],
                        directory -> {
                            try (var mesh = new RedirectedMesh(golden, dataPlane, directory)) {
                                CallCheck.check(
                                        mesh,
                                        CallSheet.of(golden.yamlFile("calls.yaml").orElseThrow()));
                            }
                        });
            }
        }
        System.exit(0);
    }

    RedirectedMesh(GoldenCase golden, DataPlane dataPlane, Path directory) throws Exception {
        parts.add(() ->
                NetworkNamespace.command(
                        "iptables -t nat -F OUTPUT; ip addr flush dev lo to 10.0.0.0/8"));
        NetworkNamespace.command("ip link set lo up");
        NetworkNamespace.command("ip addr add " + WORKLOAD + "/32 dev lo");
        // So that there is a way to every address, before the kernel redirects.
        NetworkNamespace.command("ip route replace default dev lo");
        // Calls to oneself stay on the machine, as where Istio has set up the node.
        NetworkNamespace.command(
                "iptables -t nat -A OUTPUT -p tcp -s "
                        + WORKLOAD
                        + " -d "
                        + WORKLOAD
                        + " -j RETURN");
        NetworkNamespace.command(
                "iptables -t nat -A OUTPUT -p tcp -s "
                        + WORKLOAD
                        + " -j REDIRECT --to-ports "
                        + OUT);
        parts.add(backends);
        world = CaseWorld.read(golden, backends::start);
        ProxyScope scope = CaseWorld.scope(golden, new Interception.Redirect());
        Compiled compiled = MeshCompiler.compile(world.world(), scope);
        if (!compiled.plan().datagrams().isEmpty()) {
            // The proxy asks others over UDP; over TCP it may pass on what its workload asks.
            for (String what : List.of("udp", "tcp -s " + WORKLOAD)) {
                NetworkNamespace.command(
                        "iptables -t nat -I OUTPUT -p "
                                + what
                                + " -d "
                                + NAMES
                                + " --dport 53 -j REDIRECT --to-ports 15053");
            }
        }
        var control = new CaseControl(compiled.snapshot());
        parts.add(control);
        Path bootstrap = directory.resolve("bootstrap.yaml");
        Files.writeString(
                bootstrap,
                new Bootstrap(
                                "sidecar~127.0.0.1~case."
                                        + scope.namespace()
                                        + "~"
                                        + scope.dnsDomain(),
                                "case." + scope.namespace(),
                                scope.namespace(),
                                scope.labels(),
                                "{}",
                                ADMIN,
                                control.port())
                        .text());
        parts.add(dataPlane.start(bootstrap));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!DataPlane.isLive(ADMIN)) {
            if (!control.nacks.isEmpty() || System.nanoTime() > end) {
                parts.close();
                throw new AssertionError("it is not live; NACKs: " + control.nacks);
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /// Who else answers.
    EchoBackends backends() {
        return backends;
    }

    /// As the workload does it.
    static Socket connect(InetSocketAddress to) throws IOException {
        var socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.ofLiteral(WORKLOAD), 0));
        socket.connect(to, 5_000);
        socket.setSoTimeout(10_000);
        return socket;
    }

    private InetSocketAddress destination(CallSheet.Call call) {
        if (call.at().isPresent()) {
            String at = call.at().get();
            int colon = at.lastIndexOf(':');
            return new InetSocketAddress(
                    InetAddress.ofLiteral(at.substring(0, colon)),
                    Integer.parseInt(at.substring(colon + 1)));
        }
        URI uri = URI.create(world.url(call.url()));
        int port = uri.getPort() < 0 ? 80 : uri.getPort();
        try {
            return new InetSocketAddress(InetAddress.ofLiteral(uri.getHost()), port);
        } catch (IllegalArgumentException e) {
            return new InetSocketAddress(InetAddress.ofLiteral(NOBODY), port);
        }
    }

    @Override
    public Answer call(CallSheet.Call call) {
        try (var socket = connect(destination(call))) {
            socket.getOutputStream().write(request(call));
            return HttpText.answer(socket)
                    .orElseThrow(() -> new AssertionError(call + ": no answer"));
        } catch (IOException e) {
            throw new UncheckedIOException(call.toString(), e);
        }
    }

    /// What comes back for bytes of no call: all that comes before a moment of silence.
    static String said(InetSocketAddress to, byte[] bytes) {
        try (var socket = connect(to)) {
            socket.setSoTimeout(1_000);
            socket.getOutputStream().write(bytes);
            var received = new ByteArrayOutputStream();
            byte[] buffer = new byte[16_384];
            try {
                for (int n = 0; n >= 0; n = socket.getInputStream().read(buffer)) {
                    received.write(buffer, 0, n);
                }
            } catch (SocketTimeoutException _) {
                // Nothing more.
            }
            return received.toString(StandardCharsets.ISO_8859_1);
        } catch (IOException _) {
            return "";
        }
    }

    private byte[] request(CallSheet.Call call) {
        URI uri = URI.create(world.url(call.url()));
        var others = new LinkedHashMap<>(call.headers());
        String host = others.remove("host");
        return HttpText.request(
                call.method(),
                uri.getRawPath().isEmpty() ? "/" : uri.getRawPath(),
                host == null ? uri.getRawAuthority() : host,
                others);
    }

    @Override
    public Answer call(String method, String url, Map<String, String> headers) {
        throw new UnsupportedOperationException("only the calls of a sheet");
    }

    @Override
    public int heard(String destination) {
        return backends.heard(destination);
    }

    @Override
    public void pause() {
        LockSupport.parkNanos(10_000_000);
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    /// Whether nobody answers.
    @Override
    public boolean isRefused(CallSheet.Call call) {
        try (var socket = connect(destination(call))) {
            socket.getOutputStream().write(request(call));
            return HttpText.answer(socket).isEmpty();
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public boolean isEnded(CallSheet.Call call) {
        try (var socket = connect(destination(call))) {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException _) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() {
        parts.close();
    }
}
