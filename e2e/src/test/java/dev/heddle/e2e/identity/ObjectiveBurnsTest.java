package dev.heddle.e2e.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.cli.serve.SignalCounts;
import dev.heddle.control.slo.BurnRule.Urgency;
import dev.heddle.control.slo.Burning;
import dev.heddle.control.slo.Slos;
import dev.heddle.e2e.Answer;
import dev.heddle.e2e.DataPlane;
import dev.heddle.e2e.Envoy;
import dev.heddle.e2e.HeddleProxy;
import dev.heddle.signals.Signals;
import dev.heddle.signals.SignalsBootstrap;
import dev.heddle.testkit.Parts;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Requests of a live mesh are slow, its proxies tell the control plane of it, and somebody hears
/// that a budget burns.
@Tag("e2e")
class ObjectiveBurnsTest {
    @TempDir Path dir = Path.of("");

    @Test
    @Tag("long")
    void ofOurProxies() throws Exception {
        somebodyHearsOfIt(new HeddleProxy());
    }

    @Test
    @Tag("long")
    void ofStockEnvoy() throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        somebodyHearsOfIt(envoy.orElseThrow());
    }

    private void somebodyHearsOfIt(DataPlane plane) throws Exception {
        BlockingQueue<Burning.Change> changes = new LinkedBlockingQueue<>();
        try (var parts = new Parts()) {
            var signals = parts.add(Signals.start(SignalsBootstrap.in(dir.resolve("signals"))));
            var mesh =
                    parts.add(
                            new SecureMesh(
                                    dir.resolve("mesh"),
                                    Duration.ofHours(24),
                                    "cluster.local",
                                    signals.services()));
            mesh.write("settings.yaml", mesh(mesh.control().xdsAddress().getPort()));
            mesh.serve(plane);
            int web = mesh.call(plane, "web", mesh.identity("web").toString());
            parts.add(
                    Slos.start(
                            mesh.control().mesh()::objectives,
                            new SignalCounts(signals),
                            mesh.control().mesh()::proxiesOf,
                            List.of(changes::add),
                            dir.resolve("mesh/data"),
                            InstantSource.system()));
            var statuses = new ArrayList<Integer>();
            Optional<Burning.Change> heard = Optional.empty();
            // An hour's calls are counted anew each minute.
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(150);
            while (heard.isEmpty() && System.nanoTime() < end) {
                mesh.get(web).map(Answer::status).ifPresent(statuses::add);
                heard = Optional.ofNullable(changes.poll(20, TimeUnit.MILLISECONDS));
            }
            assertThat(statuses).contains(200);
            assertThat(heard).as("somebody hears of it").isPresent();
            Burning.Change change = heard.orElseThrow();
            assertThat(change.turn()).isEqualTo(Burning.Turn.BEGINS);
            assertThat(change.status().burn().orElseThrow().urgency()).isEqualTo(Urgency.PAGE);
            assertThat(change.status().rates().getFirst().lately()).isBetween(14.4, 100.0);
            assertThat(change.workloads()).contains("bank.default");
            assertThat(change.proxies())
                    .containsExactly("sidecar~127.0.0.1~bank.default~default.svc.cluster.local");
        }
    }

    /// @param port where the control plane takes what proxies tell
    private static String mesh(int port) {
        return """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: istio, namespace: istio-system}
        data:
          mesh: |
            accessLogFile: ""
            extensionProviders:
            - name: control
              envoyHttpAls: {service: control.heddle.internal, port: %1$d}
        ---
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: control, namespace: istio-system}
        spec:
          hosts: [control.heddle.internal]
          location: MESH_EXTERNAL
          resolution: STATIC
          ports: [{name: grpc, number: %1$d, protocol: GRPC}]
          endpoints: [{address: 127.0.0.1}]
        ---
        apiVersion: telemetry.istio.io/v1
        kind: Telemetry
        metadata: {name: all, namespace: istio-system}
        spec: {accessLogging: [{providers: [{name: control}]}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: bank, namespace: default}
        spec:
          hosts: [bank]
          http:
          - fault: {delay: {percentage: {value: 50}, fixedDelay: 0.2s}}
            route: [{destination: {host: bank}}]
        ---
        apiVersion: heddle.dev/v1alpha1
        kind: ServiceLevelObjective
        metadata: {name: bank, namespace: default}
        spec:
          targetRef: {kind: Service, name: bank}
          indicator: {latency: {threshold: 100ms}}
          objective: 99
          window: 1d
        """
                .formatted(port);
    }
}
