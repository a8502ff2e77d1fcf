package dev.heddle.e2e.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.e2e.Answer;
import dev.heddle.e2e.DataPlane;
import dev.heddle.e2e.Envoy;
import dev.heddle.e2e.HeddleProxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An XBackend that chooses workloads of the mesh by their labels is called over mutual TLS, as a
/// Service with these workloads is, although no Service stands between.
@Tag("e2e")
class SelectedWorkloadsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir Path dir = Path.of("");

    @Test
    void byOurProxy() throws Exception {
        areCalledOverMutualTls(new HeddleProxy());
    }

    @Test
    void byStockEnvoy() throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        areCalledOverMutualTls(envoy.orElseThrow());
    }

    private void areCalledOverMutualTls(DataPlane plane) throws Exception {
        try (var mesh = new SecureMesh(dir, Duration.ofHours(24))) {
            mesh.write(
                    "desk.yaml",
                    """
                    apiVersion: security.istio.io/v1
                    kind: PeerAuthentication
                    metadata: {name: default, namespace: istio-system}
                    spec: {mtls: {mode: STRICT}}
                    ---
                    apiVersion: v1
                    kind: Service
                    metadata: {name: desk}
                    spec: {ports: [{name: http, port: 9090}]}
                    ---
                    apiVersion: gateway.networking.k8s.io/v1
                    kind: HTTPRoute
                    metadata: {name: desk}
                    spec:
                      parentRefs: [{group: "", kind: Service, name: desk}]
                      rules:
                      - backendRefs:
                        - {group: gateway.networking.x-k8s.io, kind: XBackend, name: tellers}
                    ---
                    apiVersion: gateway.networking.x-k8s.io/v1alpha1
                    kind: XBackend
                    metadata: {name: tellers}
                    spec:
                      type: EndpointSelector
                      endpointSelector: {matchLabels: {app: bank}}
                      port: {number: %d}
                    """
                            .formatted(mesh.bank()));
            mesh.serve(plane);
            int known = mesh.call(plane, "web", mesh.identity("web").toString());
            int unknown = mesh.call(plane, "guest", "");

            Answer answer = awaitGood(mesh, known);
            assertThat(answer.seen("header:x-forwarded-client-cert").orElse(""))
                    .as("who the workload's sidecar says the caller is")
                    .startsWith("By=spiffe://cluster.local/ns/default/sa/bank;Hash=")
                    .contains("URI=spiffe://cluster.local/ns/default/sa/web");
            assertThat(mesh.plain()).as("the workload, in plain text").isEmpty();
            assertThat(mesh.get(unknown, "desk:9090").map(Answer::status))
                    .as("who has no identity to show")
                    .contains(503);
        }
    }

    /// Waits until the control plane has read the files, and proxies have heard of it.
    private static Answer awaitGood(SecureMesh mesh, int sidecar) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Optional<Answer> answer = mesh.get(sidecar, "desk:9090");
            if (answer.isPresent() && answer.get().status() == 200) {
                return answer.get();
            }
            assertThat(System.nanoTime()).as("%s", answer).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }
}
