package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.ir.Cluster;
import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.ir.LoadAssignment.EndpointGroup;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AutoPassthroughTest {
    private static final String REVIEWS = "outbound_.9080_._.reviews.default.svc.cluster.local";
    private static final String REVIEWS_V1 =
            "outbound_.9080_.v1_.reviews.default.svc.cluster.local";
    private static final String MESH =
            """
            apiVersion: v1
            kind: Service
            metadata: {name: reviews}
            spec:
              selector: {app: reviews}
              ports: [{name: http, port: 9080}]
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: reviews}
            spec:
              address: 10.0.0.1
              labels: {app: reviews, version: v1, security.istio.io/tlsMode: istio}
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: reviews-without-sidecar}
            spec: {address: 10.0.0.3, labels: {app: reviews, version: v1}}
            ---
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: outside}
            spec:
              hosts: [outside.cluster.local]
              location: MESH_EXTERNAL
              resolution: STATIC
              ports: [{name: http, number: 80, protocol: HTTP}]
              endpoints: [{address: 10.0.0.2}]
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: reviews}
            spec:
              host: reviews
              trafficPolicy: {tls: {mode: SIMPLE}}
              subsets: [{name: v1, labels: {version: v1}}]
            ---
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: cross-network, namespace: istio-system}
            spec:
              selector: {istio: eastwestgateway}
              servers:
              - port: {number: 15443, name: tls, protocol: TLS}
                tls: {mode: AUTO_PASSTHROUGH}
                hosts: ["HOSTS"]
            """;

    private static Compiled compiled(String hosts) {
        return MeshCompiler.compile(
                Meshes.world(MESH.replace("HOSTS", hosts)),
                new ProxyScope(
                        Role.GATEWAY,
                        "istio-system",
                        Map.of("istio", "eastwestgateway"),
                        "istio-system.svc.cluster.local",
                        "Kubernetes",
                        new Interception.Redirect()));
    }

    @Test
    void everyServiceOfTheMeshHasAChainForEachOfItsSubsets() {
        List<FilterChain> chains =
                compiled("*.local").plan().listeners().stream()
                        .map(Listener::chains)
                        .flatMap(List::stream)
                        .toList();
        assertThat(chains)
                .extracting(chain -> chain.match().serverNames())
                .containsExactlyInAnyOrder(List.of(REVIEWS), List.of(REVIEWS_V1));
        assertThat(chains)
                .allSatisfy(chain -> {
                    assertThat(chain.tls()).isEmpty();
                    assertThat(chain.handling())
                            .isEqualTo(Handling.Tcp.to(chain.name(), chain.name()));
                    assertThat(chain.match().applicationProtocols()).contains("istio");
                });
    }

    @Test
    void itsClustersHaveTheHostsAndNoTlsOfTheirOwn() {
        Compiled compiled = compiled("*.local");
        Cluster cluster = compiled.plan().cluster(REVIEWS_V1).orElseThrow();
        assertThat(cluster.tls()).isEmpty();
        assertThat(compiled.plan().assignment(REVIEWS_V1).orElseThrow().groups())
                .flatExtracting(EndpointGroup::endpoints)
                .extracting(endpoint -> endpoint.address().host())
                .as("those that ask for a certificate")
                .containsExactly("10.0.0.1");
        assertThat(compiled.diagnostics()).isEmpty();
    }

    @Test
    void whatTheServerDoesNotAllowHasNoChain() {
        assertThat(compiled("*.example.com").plan().listeners()).isEmpty();
    }
}
