package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.testkit.FreePorts;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `heddle explain --admin` tells how a live proxy's hosts are: one answers health checks, and
/// nobody is at the other's port.
class ExplainedHealthTest {
    @TempDir Path directory = Path.of("");

    @Test
    void ofHeddlesProxy() throws Exception {
        askWhile(new HeddleProxy());
    }

    @Test
    void ofEnvoy() throws Exception {
        assumeTrue(Envoy.find().isPresent(), "HEDDLE_ENVOY names no Envoy");
        askWhile(Envoy.find().orElseThrow());
    }

    private void askWhile(DataPlane plane) throws Exception {
        int admin = FreePorts.one();
        int nobody = FreePorts.one();
        try (var there = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Path config = mesh(there.getLocalPort(), nobody);
            Path bootstrap = directory.resolve("bootstrap.json");
            Files.writeString(bootstrap, bootstrap(admin, there.getLocalPort(), nobody));
            try (var _ = plane.start(bootstrap)) {
                Awaitility.await()
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> DataPlane.isLive(admin));
                Awaitility.await()
                        .atMost(Duration.ofSeconds(30))
                        .untilAsserted(() ->
                                assertThat(explain(config, admin))
                                        .contains("127.0.0.1:" + there.getLocalPort())
                                        .containsPattern(
                                                "now +127.0.0.1:"
                                                        + nobody
                                                        + ": .*fails its health checks")
                                        .doesNotContainPattern(
                                                "now +127.0.0.1:" + there.getLocalPort()));
            }
        }
    }

    private String explain(Path config, int admin) {
        var said =
                OfflineCommand.run(
                        directory,
                        "explain",
                        "--config",
                        config.toString(),
                        "--from",
                        "app=web",
                        "--request",
                        "GET http://reviews:9080/",
                        "--admin",
                        "127.0.0.1:" + admin);
        assertThat(said.err()).isEmpty();
        return said.out();
    }

    private Path mesh(int one, int other) throws Exception {
        Path config = directory.resolve("mesh.yaml");
        return Files.writeString(
                config,
                """
                apiVersion: v1
                kind: Service
                metadata: {name: reviews}
                spec: {selector: {app: reviews}, ports: [{name: http, port: 9080}]}
                ---
                apiVersion: networking.istio.io/v1
                kind: WorkloadEntry
                metadata: {name: web}
                spec: {address: 127.0.0.1, labels: {app: web}}
                ---
                apiVersion: networking.istio.io/v1
                kind: WorkloadEntry
                metadata: {name: one}
                spec: {address: 127.0.0.1, labels: {app: reviews}, ports: {http: %d}}
                ---
                apiVersion: networking.istio.io/v1
                kind: WorkloadEntry
                metadata: {name: other}
                spec: {address: 127.0.0.1, labels: {app: reviews}, ports: {http: %d}}
                """
                        .formatted(one, other));
    }

    /// Of a proxy whose cluster has the name that the mesh gives it.
    private static String bootstrap(int admin, int one, int other) {
        return """
        {"admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}}},
         "static_resources": {"clusters": [{
           "name": "outbound|9080||reviews.default.svc.cluster.local",
           "connect_timeout": "0.5s",
           "type": "STATIC",
           "health_checks": [{
             "timeout": "1s", "interval": "1s", "no_traffic_interval": "1s",
             "unhealthy_threshold": 1, "healthy_threshold": 1, "tcp_health_check": {}}],
           "load_assignment": {
             "cluster_name": "outbound|9080||reviews.default.svc.cluster.local",
             "endpoints": [{"lb_endpoints": [%s, %s]}]}}]}}
        """
                .formatted(admin, endpoint(one), endpoint(other));
    }

    private static String endpoint(int port) {
        return """
        {"endpoint": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}}}}\
        """
                .formatted(port);
    }
}
