package dev.heddle.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.ResourceTexts;
import dev.heddle.testkit.FreePorts;
import dev.heddle.testkit.JavaCommand;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.server.XdsHandler;
import dev.heddle.xds.server.XdsServer;
import dev.heddle.xds.server.XdsStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A proxy as a process of its own, seen from outside.
class SidecarProcessTest {

    /// As the demo has it.
    private static final List<String> SIDECAR =
            List.of(
                    "-XX:+UseSerialGC",
                    "-XX:+UseCompactObjectHeaders",
                    "-XX:-UsePerfData",
                    "-XX:+UnlockDiagnosticVMOptions",
                    "-XX:ArchiveRelocationMode=0",
                    "-Xss256k",
                    "-Xms8m",
                    "-Xmn2m",
                    "-XX:MinHeapFreeRatio=5",
                    "-XX:MaxHeapFreeRatio=10",
                    "-XX:-ShrinkHeapInSteps",
                    "-XX:MarkSweepDeadRatio=0",
                    "-XX:CompileThresholdScaling=4",
                    "-XX:ReservedCodeCacheSize=32m",
                    "-XX:TrimNativeHeapInterval=1000",
                    "-Dio.netty.allocator.type=unpooled",
                    "-XX:TieredStopAtLevel=1");

    /// Until a connection rests, and a proxy has given back what it does not need.
    private static final long REST_MILLIS = 12_000;

    private static final int IDLE = 5_000;

    @TempDir private Path directory;

    /// Answers who connects with one snapshot, and waits until all of it was accepted.
    private static final class Control implements XdsHandler {
        private final CountDownLatch accepted = new CountDownLatch(1);

        private final Snapshot snapshot;

        Control(Snapshot snapshot) {
            this.snapshot = snapshot;
        }

        @Override
        public void onOpened(XdsStream stream) {
            stream.push(snapshot);
        }

        @Override
        public void onAck(XdsStream stream, XdsType type, String version) {
            // Listeners come last.
            if (type == XdsType.LISTENER) {
                accepted.countDown();
            }
        }

        @Override
        public void onNack(
                XdsStream stream,
                XdsType type,
                String version,
                String text,
                List<String> resources) {
            throw new AssertionError("rejected: " + text);
        }

        @Override
        public void onClosed(XdsStream stream, String reason) {
            // The proxy is stopped while it is connected.
        }
    }

    @Test
    void aProxyLoadsNoGrpcLibraryNoProtobufAndNoClassOfAFieldThatNobodySet() throws Exception {
        Path log = directory.resolve("classes.log");
        Path bootstrap = directory.resolve("bootstrap.yaml");
        var control = new Control(ResourceTexts.service("1", "web", "one", 9));
        try (XdsServer server = serve(control)) {
            Files.writeString(bootstrap, ResourceTexts.bootstrap(server.address().getPort()));
            Process proxy = start(bootstrap, List.of("-Xlog:class+load:file=" + log + ":none"));
            try {
                assertThat(control.accepted.await(60, TimeUnit.SECONDS))
                        .as("accepted its configuration")
                        .isTrue();
                proxy.destroy();
                assertThat(proxy.waitFor(30, TimeUnit.SECONDS)).as("ended").isTrue();
                assertThat(proxy.exitValue()).isZero();
            } finally {
                proxy.destroyForcibly();
            }
        }
        List<String> classes = Files.readAllLines(log);
        assertThat(classes).anyMatch(line -> line.startsWith("dev.heddle.proxy.ads.AdsStream "));
        assertThat(classes).noneMatch(line -> line.startsWith("io.grpc."));
        assertThat(classes)
                .noneMatch(line -> line.startsWith("io.envoyproxy."))
                .noneMatch(line -> line.startsWith("com.google.protobuf."))
                .anyMatch(line -> line.startsWith("envoy.config.cluster.v3.Cluster "))
                .noneMatch(line -> line.startsWith("envoy.config.core.v3.QuicProtocolOptions "));
        // BoringSSL does its TLS; the JDK's would be 600 classes.
        assertThat(classes)
                .anyMatch(line -> line.startsWith("io.netty.handler.ssl.OpenSsl "))
                .noneMatch(line -> line.startsWith("sun.security.ssl.SSLContextImpl"))
                .noneMatch(line -> line.startsWith("sun.security.pkcs11."))
                .noneMatch(line -> line.startsWith("java.net.IDN "));
    }

    /// The bound is that of a JVM without a start-up cache, with one compiler, from class files.
    @Test
    @Tag("long")
    void aSidecarOfTwoHundredClustersStaysSmallAfterAHundredThousandRequests() throws Exception {
        Path bootstrap = directory.resolve("bootstrap.yaml");
        int port = FreePorts.one();
        try (var backend = new Backend("one")) {
            var control = new Control(ResourceTexts.mesh(200, port, backend.port()));
            try (XdsServer server = serve(control)) {
                Files.writeString(bootstrap, ResourceTexts.bootstrap(server.address().getPort()));
                Process proxy = start(bootstrap, SIDECAR);
                try {
                    assertThat(control.accepted.await(60, TimeUnit.SECONDS)).isTrue();
                    awaitListening(port);
                    for (int i = 0; i < 1_000; i++) {
                        assertThat(answers(port, "svc-" + i % 200, 100)).isEqualTo(100);
                    }
                    Thread.sleep(REST_MILLIS);
                    assertThat(pssKilobytes(proxy) / 1_024).isLessThan(66);
                } finally {
                    proxy.destroy();
                    assertThat(proxy.waitFor(30, TimeUnit.SECONDS)).isTrue();
                }
            }
        }
    }

    @Test
    @Tag("long")
    void anIdleConnectionCostsAboutAKilobyte() throws Exception {
        Path bootstrap = directory.resolve("bootstrap.yaml");
        int port = FreePorts.one();
        try (var backend = new Backend("one")) {
            var control = new Control(ResourceTexts.mesh(2, port, backend.port()));
            try (XdsServer server = serve(control)) {
                Files.writeString(bootstrap, ResourceTexts.bootstrap(server.address().getPort()));
                Process proxy = start(bootstrap, SIDECAR);
                var idle = new ArrayList<Socket>();
                try {
                    assertThat(control.accepted.await(60, TimeUnit.SECONDS)).isTrue();
                    awaitListening(port);
                    for (int i = 0; i < 100; i++) {
                        assertThat(answers(port, "svc-1", 100)).isEqualTo(100);
                    }
                    long before = collected(proxy);
                    for (int i = 0; i < IDLE; i++) {
                        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
                        idle.add(socket);
                        socket.getOutputStream()
                                .write("GET / HTTP/1.1\r\nhost: svc-1\r\n\r\n".getBytes(UTF_8));
                        assertThat(new String(socket.getInputStream().readNBytes(15), UTF_8))
                                .isEqualTo("HTTP/1.1 200 OK");
                    }
                    Thread.sleep(REST_MILLIS);
                    assertThat((collected(proxy) - before) * 1_024 / IDLE).isLessThan(2_000);
                } finally {
                    for (Socket socket : idle) {
                        socket.close();
                    }
                    proxy.destroy();
                    assertThat(proxy.waitFor(30, TimeUnit.SECONDS)).isTrue();
                }
            }
        }
    }

    /// Kilobytes when nothing on the heap is garbage.
    private static long collected(Process proxy) throws Exception {
        Process jcmd =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                                Long.toString(proxy.pid()),
                                "GC.run")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        assertThat(jcmd.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(jcmd.exitValue()).isZero();
        Thread.sleep(REST_MILLIS);
        return pssKilobytes(proxy);
    }

    private static XdsServer serve(Control control) throws Exception {
        return XdsServer.start(
                XdsServer.Settings.on(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                control);
    }

    /// A listener is accepted before its socket is open.
    private static void awaitListening(int port) throws Exception {
        for (int i = 0; i < 1_000; i++) {
            try (var probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
                assertThat(probe.isConnected()).isTrue();
                return;
            } catch (ConnectException _) {
                Thread.sleep(10);
            }
        }
        throw new AssertionError("nobody listens on port " + port);
    }

    /// Sends requests behind each other on one connection. Returns how many answers were 200.
    private static int answers(int port, String host, int requests) throws Exception {
        String last = "GET / HTTP/1.1\r\nhost: " + host + "\r\nconnection: close\r\n\r\n";
        String others = "GET / HTTP/1.1\r\nhost: " + host + "\r\n\r\n";
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write((others.repeat(requests - 1) + last).getBytes(UTF_8));
            String answers = new String(socket.getInputStream().readAllBytes(), UTF_8);
            return answers.split("HTTP/1.1 200 OK", -1).length - 1;
        }
    }

    private static long pssKilobytes(Process process) throws Exception {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/smaps_rollup")).stream()
                .filter(line -> line.startsWith("Pss:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .sum();
    }

    private Process start(Path bootstrap, List<String> flags) throws Exception {
        List<String> command =
                JavaCommand.of(
                        ProxyMain.class,
                        flags,
                        "-c",
                        bootstrap.toString(),
                        "--drain-time-s",
                        "1",
                        "--concurrency",
                        "1");
        var builder = new ProcessBuilder(command);
        builder.environment().put("MALLOC_ARENA_MAX", "1");
        return builder.redirectErrorStream(true)
                .redirectOutput(directory.resolve("proxy.log").toFile())
                .start();
    }
}
