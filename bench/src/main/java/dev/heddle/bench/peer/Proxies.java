package dev.heddle.bench.peer;

import dev.heddle.bench.system.BenchException;
import dev.heddle.bench.system.Child;
import dev.heddle.bench.system.Children;
import dev.heddle.bench.system.NativePrograms;
import dev.heddle.bench.system.Time;
import dev.heddle.bench.system.Tools;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Starts proxies and origins, each as one process with one worker.
public final class Proxies {
    private static final long PATIENCE_MILLIS = 30_000;

    private final Path home;
    private final NativePrograms programs;
    private final Tools tools;
    private final Children children;
    private final Time time;

    /// @param home the checkout, whose launcher starts Heddle
    public Proxies(Path home, NativePrograms programs, Tools tools, Children children, Time time) {
        this.home = home;
        this.programs = programs;
        this.tools = tools;
        this.children = children;
        this.time = time;
    }

    /// Starts the HTTP/1.1 origin.
    public Started origin(Optional<Integer> core) {
        return own("origin", core, List.of(programs.origin().toString()));
    }

    /// Starts an HTTP/2 origin whose answers have the given size; nginx plays it.
    public Started http2Origin(Optional<Integer> core, int size) {
        Optional<Path> nginx = tools.find("nginx");
        if (nginx.isEmpty()) {
            return new Started.Absent(Tools.missing("nginx"));
        }
        int port = freePort();
        Path directory = children.directory("http2-origin");
        Path file = write(directory, "nginx.conf", NginxConfig.http2Origin(port, size, directory));
        Child child =
                children.start("http2-origin", core, Map.of(), nginxCommand(nginx.get(), file));
        return whenListening(Peer.NGINX, child, port, Optional.empty());
    }

    /// Starts a proxy in front of an origin.
    ///
    /// @param env more variables for its environment
    public Started start(
            Peer peer, Shape shape, int origin, Optional<Integer> core, Map<String, String> env) {
        if (peer.isOurs()) {
            Path program = peer == Peer.RELAY ? programs.relay() : programs.splice();
            return own(peer.word(), core, List.of(program.toString(), Integer.toString(origin)));
        }
        Optional<Path> program = program(peer);
        if (program.isEmpty()) {
            return new Started.Absent(Tools.missing(peer.word()));
        }
        int port = freePort();
        Path directory = children.directory(peer.word());
        Path log = directory.resolve("access.log");
        List<String> command = configured(peer, program.get(), shape, port, origin, directory);
        Child child = children.start(peer.word(), core, env, command);
        Optional<Path> written =
                shape.telling() == Shape.Telling.NOTHING
                        ? Optional.empty()
                        : Optional.of(peer == Peer.HAPROXY ? child.out() : log);
        return whenListening(peer, child, port, written);
    }

    /// Starts a control plane over a directory.
    ///
    /// @param content writes what is in the directory
    /// @param origin the port of every workload
    /// @throws BenchException when it does not listen
    public Mesh control(Consumer<MeshDirectory> content, int origin) {
        int xds = freePort();
        Path directory = children.directory("mesh");
        var mesh = new MeshDirectory(directory, origin);
        content.accept(mesh);
        List<String> command =
                List.of(
                        home.resolve("heddle").toString(),
                        "control",
                        "--config",
                        directory.toString(),
                        "--data",
                        children.directory("control-data").toString(),
                        "--xds",
                        "127.0.0.1:" + xds,
                        "--api",
                        "127.0.0.1:" + freePort());
        Child child = children.start("control", Optional.empty(), Map.of(), command);
        return switch (whenListening(Peer.HEDDLE, child, xds, Optional.empty())) {
            case Started.Absent(String reason) -> throw new BenchException(reason);
            case Started.Running _ -> new Mesh(child, xds, mesh);
        };
    }

    /// Starts the proxy of the mesh's gateway.
    public Started gateway(Peer peer, Mesh mesh) {
        Optional<Path> program = program(peer);
        if (program.isEmpty()) {
            return new Started.Absent(Tools.missing(peer.word()));
        }
        int port = freePort();
        String text =
                MeshDirectory.gatewayBootstrap(
                        Map.of(MeshDirectory.PLAIN_PORT, port), freePort(), mesh.xds());
        Path file = write(children.directory(peer.word()), "bootstrap.yaml", text);
        List<String> command = bootstrapped(peer, program.get(), file);
        Child child = children.start(peer.word(), Optional.empty(), Map.of(), command);
        return whenListening(peer, child, port, Optional.empty());
    }

    /// Starts a proxy with a listener in cleartext and one with TLS.
    ///
    /// @throws BenchException when it does not listen
    public Sidecar sidecar(Peer peer, Mesh mesh) {
        Path program =
                program(peer).orElseThrow(() -> new BenchException(Tools.missing(peer.word())));
        int plain = freePort();
        int secured = freePort();
        String text =
                MeshDirectory.gatewayBootstrap(
                        Map.of(
                                MeshDirectory.PLAIN_PORT,
                                plain,
                                MeshDirectory.SECURED_PORT,
                                secured),
                        freePort(),
                        mesh.xds());
        Path file = write(children.directory(peer.word()), "bootstrap.yaml", text);
        List<String> command = bootstrapped(peer, program, file);
        Child child = children.start(peer.word(), Optional.empty(), Map.of(), command);
        for (int port : List.of(plain, secured)) {
            if (whenListening(peer, child, port, Optional.empty())
                    instanceof Started.Absent(String reason)) {
                throw new BenchException(reason);
            }
        }
        return new Sidecar(peer, child, plain, secured);
    }

    private Optional<Path> program(Peer peer) {
        return peer == Peer.HEDDLE ? Optional.of(home.resolve("heddle")) : tools.find(peer.word());
    }

    private static List<String> bootstrapped(Peer peer, Path program, Path file) {
        return peer == Peer.ENVOY
                ? List.of(
                        program.toString(),
                        "-c",
                        file.toString(),
                        "--concurrency",
                        "1",
                        "--log-level",
                        "warn",
                        "--disable-hot-restart")
                : List.of(
                        program.toString(),
                        "proxy",
                        "--profile",
                        "sidecar",
                        "-c",
                        file.toString(),
                        "--concurrency",
                        "1");
    }

    /// Writes a peer's configuration into the directory. Returns the command that runs it.
    private List<String> configured(
            Peer peer, Path program, Shape shape, int port, int origin, Path directory) {
        return switch (peer) {
            case RELAY, SPLICE -> throw new IllegalStateException(peer + " has no configuration");
            case HAPROXY -> {
                Path map = write(directory, "routes.map", HaProxyConfig.map(shape));
                String text = HaProxyConfig.text(shape, port, origin, map);
                Path file = write(directory, "haproxy.cfg", text);
                yield List.of(program.toString(), "-db", "-f", file.toString());
            }
            case NGINX -> {
                String text = NginxConfig.proxy(shape, port, origin, directory);
                yield nginxCommand(program, write(directory, "nginx.conf", text));
            }
            case ENVOY, HEDDLE -> {
                Path log = directory.resolve("access.log");
                String text = EnvoyConfig.text(shape, port, origin, freePort(), log);
                Path file = write(directory, "bootstrap.yaml", text);
                yield bootstrapped(peer, program, file);
            }
        };
    }

    private static List<String> nginxCommand(Path nginx, Path file) {
        return List.of(nginx.toString(), "-e", "stderr", "-c", file.toString());
    }

    /// Starts one of the bench's own programs, which say on which port they listen.
    private Started own(String name, Optional<Integer> core, List<String> command) {
        Child child = children.start(name, core, Map.of(), command);
        long start = time.nanos().getAsLong();
        while (time.millisSince(start) < PATIENCE_MILLIS && child.alive()) {
            String printed = child.printed();
            if (printed.startsWith("port ") && printed.endsWith("\n")) {
                int port = Integer.parseInt(printed.strip().substring("port ".length()));
                return new Started.Running(List.of(child), port, Optional.empty());
            }
            time.sleep(10);
        }
        throw new BenchException(name + " does not listen: " + child.complaint());
    }

    private Started whenListening(Peer peer, Child child, int port, Optional<Path> log) {
        long start = time.nanos().getAsLong();
        while (time.millisSince(start) < PATIENCE_MILLIS && child.alive()) {
            if (listens(port)) {
                return new Started.Running(List.of(child), port, log);
            }
            time.sleep(5);
        }
        String why = child.alive() ? "it does not listen" : child.complaint();
        children.stop(child);
        return new Started.Absent(absence(peer, why));
    }

    /// Words for a proxy that could not be measured: Heddle's failure to serve something is a
    /// feature that it does not have yet, anybody else's is a mistake of this bench.
    public static String absence(Peer peer, String why) {
        return (peer == Peer.HEDDLE ? "not yet: heddle: " : "not run: " + peer.word() + ": ") + why;
    }

    private static boolean listens(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new BenchException("no free port on 127.0.0.1", e);
        }
    }

    private static Path write(Path directory, String name, String text) {
        try {
            return Files.writeString(directory.resolve(name), text);
        } catch (IOException e) {
            throw new BenchException("cannot write to " + directory, e);
        }
    }
}
