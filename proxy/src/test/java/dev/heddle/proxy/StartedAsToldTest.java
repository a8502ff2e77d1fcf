package dev.heddle.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.testkit.FreePorts;
import dev.heddle.testkit.JavaCommand;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A proxy as a process of its own, which its bootstrap's node says how to run.
class StartedAsToldTest {
    private static final int ADMIN = 0;
    private static final int LISTENER = 1;

    @TempDir private Path directory;

    @Test
    void itHasTheWorkersAndEndsAsItsNodeSays() throws Exception {
        List<Integer> ports = FreePorts.many(2);
        Path bootstrap = directory.resolve("bootstrap.yaml");
        Files.writeString(bootstrap, bootstrap(ports));
        Process proxy = start(bootstrap);
        try {
            String info = get(ports.get(ADMIN), "/server_info");
            assertThat(info).contains("\"concurrency\": 3", "\"drain_time\": \"17s\"");
            assertThat(get(ports.get(LISTENER), "/")).startsWith("HTTP/1.1 418");

            long asked = System.nanoTime();
            proxy.destroy();
            while (!get(ports.get(ADMIN), "/ready").contains("DRAINING")) {
                Thread.onSpinWait();
            }
            // Within the termination drain new connections are taken, each for one answer.
            assertThat(get(ports.get(LISTENER), "/")).startsWith("HTTP/1.1 418");

            assertThat(proxy.waitFor(30, TimeUnit.SECONDS)).as("ended").isTrue();
            assertThat(System.nanoTime() - asked).isGreaterThan(TimeUnit.SECONDS.toNanos(6));
            assertThat(proxy.exitValue()).isZero();
        } finally {
            proxy.destroyForcibly();
        }
    }

    private static String bootstrap(List<Integer> ports) {
        return """
        node:
          id: a
          metadata:
            PROXY_CONFIG: {concurrency: 3, drainDuration: 17s, terminationDrainDuration: 6s}
        admin: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
        static_resources:
          listeners:
          - name: web
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            filter_chains:
            - filters:
              - name: envoy.filters.network.http_connection_manager
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network\
        .http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: web
                  route_config:
                    virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes: [{match: {prefix: /}, direct_response: {status: 418}}]
                  http_filters:
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
        """
                .formatted(ports.get(ADMIN), ports.get(LISTENER));
    }

    private Process start(Path bootstrap) throws IOException {
        List<String> command =
                JavaCommand.of(
                        ProxyMain.class,
                        List.of(
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED"),
                        "-c",
                        bootstrap.toString());
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("proxy.log").toFile())
                .start();
    }

    /// All of an answer; tries again until somebody listens.
    private String get(int port, String path) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.getOutputStream()
                        .write(
                                "GET %s HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
                                        .formatted(path)
                                        .getBytes(UTF_8));
                return new String(socket.getInputStream().readAllBytes(), UTF_8);
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw new IOException(Files.readString(directory.resolve("proxy.log")), e);
                }
                Thread.onSpinWait();
            }
        }
    }
}
