package dev.heddle.proxy;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.testkit.Begun;
import dev.heddle.testkit.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Our proxy, and stock Envoy beside it, from the same bootstrap.
final class DataPlanes implements AutoCloseable {

    /// One of the two.
    ///
    /// @param name for failures
    /// @param ports of its listeners, in the order in which they were asked for
    record Plane(String name, List<Integer> ports) {}

    /// Makes a bootstrap of ports for its listeners.
    interface Text {
        String at(List<Integer> ports);
    }

    private final List<Plane> planes = new ArrayList<>();
    private final List<Runnable> running = new ArrayList<>();

    /// Starts both. Skips the test where there is no Envoy.
    ///
    /// @param text asked for ours first, and then for Envoy's
    static DataPlanes start(Path directory, int listeners, Text text) throws Exception {
        return start(directory, listeners, ProxyTest.settings(), text);
    }

    /// As the other one; Envoy drains as the settings say.
    static DataPlanes start(Path directory, int listeners, ProxySettings settings, Text text)
            throws Exception {
        String binary = System.getenv("HEDDLE_ENVOY");
        assumeTrue(binary != null && Files.isExecutable(Path.of(binary)), "HEDDLE_ENVOY");
        var both = new DataPlanes();
        List<Integer> ours = FreePorts.many(listeners);
        Proxy proxy = Proxy.start(BootstrapParser.parse("test", text.at(ours)), settings);
        both.running.add(proxy::close);
        both.planes.add(new Plane("heddle", ours));
        List<Integer> theirs = FreePorts.many(listeners);
        Path file = Files.writeString(directory.resolve("envoy.yaml"), text.at(theirs));
        Process process =
                new ProcessBuilder(
                                binary,
                                "-c",
                                file.toString(),
                                "--concurrency",
                                "1",
                                "--use-dynamic-base-id",
                                "--file-flush-interval-msec",
                                "50",
                                "--drain-time-s",
                                Long.toString(settings.drain().time().toSeconds()),
                                "--drain-strategy",
                                settings.drain().strategy().name().toLowerCase(Locale.ROOT),
                                "--log-level",
                                "warning")
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("envoy.log").toFile())
                        .start();
        both.running.add(
                () -> process.destroyForcibly().onExit().orTimeout(5, TimeUnit.SECONDS).join());
        for (int port : theirs) {
            awaitOpen(process, directory, port);
        }
        both.planes.add(new Plane("envoy", theirs));
        return both;
    }

    /// A port where nobody listens.
    static int nobody() {
        return FreePorts.one();
    }

    private static void awaitOpen(Process process, Path directory, int port) throws Exception {
        while (true) {
            try (var socket = new Socket()) {
                socket.connect(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
                return;
            } catch (IOException e) {
                if (!process.isAlive()) {
                    throw new AssertionError(Files.readString(directory.resolve("envoy.log")), e);
                }
                process.waitFor(20, TimeUnit.MILLISECONDS);
            }
        }
    }

    List<Plane> all() {
        return planes;
    }

    /// What is done with a proxy, and what comes of it.
    interface Doing<T> {
        T with(Plane plane) throws Exception;
    }

    /// Does the same with both at the same time.
    ///
    /// @return what came of it, by the proxy's name
    <T> Map<String, T> atOnce(Doing<T> doing) throws Exception {
        var begun = new LinkedHashMap<String, Begun<T>>();
        planes.forEach(plane -> begun.put(plane.name(), Begun.of(() -> doing.with(plane))));
        var done = new LinkedHashMap<String, T>();
        for (Map.Entry<String, Begun<T>> each : begun.entrySet()) {
            done.put(each.getKey(), each.getValue().get());
        }
        return done;
    }

    @Override
    public void close() {
        running.forEach(Runnable::run);
    }
}
