package dev.heddle.e2e.demo;

import dev.heddle.control.access.LocalToken;
import dev.heddle.testkit.FreePorts;
import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/// A demo that runs as a process of its own.
///
/// @param data its data directory
/// @param said what it printed so far
/// @param introduced done when it has printed that everything is up, or has ended
record DemoProcess(
        Process process,
        String dataPlane,
        Path data,
        int gatewayPort,
        int consolePort,
        List<String> said,
        CountDownLatch introduced) {
    private static final Duration LONGEST_START = Duration.ofMinutes(2);

    /// Starts a demo on free ports, without traffic, and waits until it is up.
    static DemoProcess start(Path data, String dataPlane) {
        return upWhenStarted(begin(data, dataPlane, FreePorts.one(), FreePorts.one(), List.of()));
    }

    /// Starts a demo of Heddle's proxies and waits until it is up.
    ///
    /// @param more options, as in `--oidc-client`, `console`
    static DemoProcess start(Path data, int consolePort, List<String> more) {
        return upWhenStarted(begin(data, "heddle", FreePorts.one(), consolePort, more));
    }

    private static DemoProcess upWhenStarted(DemoProcess demo) {
        try {
            demo.introduced.await(LONGEST_START.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        if (!demo.process.isAlive() || !demo.text().contains("Ctrl-C stops everything")) {
            demo.process.destroyForcibly();
            throw new AssertionError("the demo did not start:\n" + demo.text());
        }
        return demo;
    }

    /// Starts a demo and does not wait.
    static DemoProcess begin(Path data, String dataPlane, int gatewayPort, int consolePort) {
        return begin(data, dataPlane, gatewayPort, consolePort, List.of());
    }

    private static DemoProcess begin(
            Path data, String dataPlane, int gatewayPort, int consolePort, List<String> more) {
        List<String> usual =
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:-UsePerfData",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Dheddle.home=" + Repository.root(),
                        "-Dheddle.build=" + Repository.root().resolve(".heddle/build/current"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.heddle.cli.HeddleMain",
                        "demo",
                        "--no-traffic",
                        "--data-plane",
                        dataPlane,
                        "--gateway-port",
                        Integer.toString(gatewayPort),
                        "--console-port",
                        Integer.toString(consolePort),
                        "--data",
                        data.toString());
        List<String> command = Stream.concat(usual.stream(), more.stream()).toList();
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            var demo =
                    new DemoProcess(
                            process,
                            dataPlane,
                            data,
                            gatewayPort,
                            consolePort,
                            java.util.Collections.synchronizedList(new ArrayList<>()),
                            new CountDownLatch(1));
            Thread.ofVirtual().start(demo::listen);
            return demo;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void listen() {
        try (var reader = process.inputReader(StandardCharsets.UTF_8)) {
            reader.lines()
                    .forEach(line -> {
                        said.add(line);
                        if (line.contains("Ctrl-C stops everything")) {
                            introduced.countDown();
                        }
                    });
        } catch (IOException | UncheckedIOException _) {
            // It ended.
        } finally {
            introduced.countDown();
        }
    }

    String text() {
        synchronized (said) {
            return String.join("\n", said);
        }
    }

    String page() {
        return "http://127.0.0.1:" + gatewayPort + "/productpage";
    }

    /// What the control plane answers to whoever runs it.
    ///
    /// @param path as in `proxies`
    String api(String path) {
        Path home = Path.of(System.getProperty("user.home"));
        try (var client = HttpClient.newHttpClient()) {
            String token = LocalToken.read(LocalToken.file(home, consolePort)).orElse("");
            var request =
                    HttpRequest.newBuilder(
                                    URI.create(
                                            "http://127.0.0.1:%d/api/v1/%s"
                                                    .formatted(consolePort, path)))
                            .header("Authorization", "Bearer " + token)
                            .timeout(Duration.ofSeconds(5));
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException _) {
            return "";
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    /// The watched directory.
    Path config() {
        return data.resolve("mesh/config");
    }

    /// The process id of that name, as in `control` or `reviews-v2-proxy`.
    long pid(String name) {
        try {
            return Long.parseLong(
                    Files.readString(data.resolve("pids").resolve(name + ".pid")).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The process of that name, and what it started.
    Stream<ProcessHandle> family(String name) {
        return ProcessHandle.of(pid(name)).stream()
                .flatMap(it -> Stream.concat(Stream.of(it), it.descendants()));
    }

    /// Ends a process with SIGKILL and waits until another one has taken its place.
    ///
    /// @return whether one did in time
    boolean killAndAwaitAnother(String name) {
        long before = pid(name);
        ProcessHandle.of(before).ifPresent(ProcessHandle::destroyForcibly);
        return eventually(Duration.ofSeconds(20), () -> pid(name) != before);
    }

    /// Where the sidecar of a workload takes requests.
    int inboundPort(String workload) {
        try {
            return Files.readString(data.resolve("mesh/workloads/" + workload + ".yaml"))
                    .lines()
                    .map(String::strip)
                    .filter(line -> line.startsWith("http: "))
                    .mapToInt(line -> Integer.parseInt(line.substring("http: ".length())))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Every process that it or one of them started, and that lives.
    List<ProcessHandle> children() {
        try (Stream<Path> pids = Files.list(data.resolve("pids"))) {
            return pids.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".pid") && !name.startsWith("."))
                    .flatMap(name -> family(name.replace(".pid", "")))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Waits until something holds.
    ///
    /// @return whether it did in time
    static boolean eventually(Duration patience, BooleanSupplier condition) {
        long until = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > until) {
                return false;
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        return true;
    }
}
