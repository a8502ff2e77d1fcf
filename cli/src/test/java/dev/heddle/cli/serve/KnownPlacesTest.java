package dev.heddle.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownPlacesTest {
    @Test
    void whereAResourceWasWrittenIsKnown(@TempDir Path directory) throws Exception {
        Path config = Files.createDirectories(directory.resolve("config"));
        Files.writeString(
                config.resolve("mesh.yaml"),
                """
                # Whoever calls must show who he is.
                apiVersion: security.istio.io/v1
                kind: PeerAuthentication
                metadata: {name: strict, namespace: shop}
                spec: {mtls: {mode: STRICT}}
                """);
        var places = new KnownPlaces();
        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (var control =
                ControlPlane.start(
                        ControlBootstrap.of(config, directory.resolve("data"), loopback))) {
            long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (places.source("PeerAuthentication shop/strict").isEmpty()
                    && System.nanoTime() < end) {
                Thread.onSpinWait();
                places.learn(control);
            }
            assertThat(places.source("PeerAuthentication shop/strict"))
                    .hasValueSatisfying(it -> assertThat(it).endsWith("mesh.yaml:2"));
            assertThat(places.source("PeerAuthentication shop/other")).isEmpty();
            assertThat(places.source("Service")).isEmpty();
        }
    }
}
