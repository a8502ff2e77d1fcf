package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.ResourceTexts;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.server.XdsHandler;
import dev.heddle.xds.server.XdsServer;
import dev.heddle.xds.server.XdsStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A proxy as a process of its own, seen from outside.
class SidecarProcessTest {

    @TempDir private Path directory;

    /// Answers who connects with one snapshot, and waits until all of it was accepted.
    private static final class Control implements XdsHandler {
        private final CountDownLatch accepted = new CountDownLatch(1);

        @Override
        public void onOpened(XdsStream stream) {
            stream.push(ResourceTexts.service("1", "web", "one", 9));
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
    void aProxyLoadsNoGrpcLibraryAndNoClassOfAFieldThatNobodySet() throws Exception {
        Path log = directory.resolve("classes.log");
        Path bootstrap = directory.resolve("bootstrap.yaml");
        var control = new Control();
        try (XdsServer server =
                XdsServer.start(
                        XdsServer.Settings.on(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                        control)) {
            Files.writeString(bootstrap, bootstrap(server.address().getPort()));
            Process proxy = start(bootstrap, log);
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
        // A field that no resource here has: its class comes with reflection alone.
        assertThat(classes)
                .anyMatch(line -> line.startsWith("io.envoyproxy.envoy.config.cluster.v3.Cluster "))
                .noneMatch(line -> line.contains("v3.Cluster$RingHashLbConfig "));
    }

    private Process start(Path bootstrap, Path log) throws Exception {
        String path =
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"));
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load:file=" + log + ":none",
                        "-cp",
                        path,
                        ProxyMain.class.getName(),
                        "-c",
                        bootstrap.toString(),
                        "--drain-time-s",
                        "1")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("proxy.log").toFile())
                .start();
    }

    private static String bootstrap(int port) {
        return """
        node: {id: sidecar~127.0.0.1~a.default~default.svc.cluster.local, cluster: a.default}
        dynamic_resources:
          ads_config:
            api_type: DELTA_GRPC
            transport_api_version: V3
            grpc_services: [{envoy_grpc: {cluster_name: xds-grpc}}]
          cds_config: {ads: {}, resource_api_version: V3}
          lds_config: {ads: {}, resource_api_version: V3}
        static_resources:
          clusters:
          - name: xds-grpc
            load_assignment:
              cluster_name: xds-grpc
              endpoints:
              - lb_endpoints:
                - endpoint:
                    address: {socket_address: {address: 127.0.0.1, port_value: %d}}
        """
                .formatted(port);
    }
}
