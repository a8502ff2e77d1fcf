package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// Policies of the Gateway API that are accepted, and do not count: who goes before them is told.
class BackendPolicyPrecedenceTest {
    private static final String SERVICE =
            """
            apiVersion: v1
            kind: Service
            metadata: {name: cart, namespace: shop}
            spec: {clusterIP: 10.0.0.1, ports: [{name: http, port: 80}, {name: more, port: 81}]}
            """;
    private static final String TLS =
            """
            apiVersion: gateway.networking.k8s.io/v1
            kind: BackendTLSPolicy
            metadata: {name: tls, namespace: shop}
            spec:
              targetRefs: [{group: "", kind: Service, name: cart}]
              validation: {hostname: cart.example.com, wellKnownCACertificates: System}
            """;
    private static final String TRAFFIC =
            """
            apiVersion: gateway.networking.x-k8s.io/v1alpha1
            kind: XBackendTrafficPolicy
            metadata: {name: traffic, namespace: shop}
            spec:
              targetRefs: [{group: "", kind: Service, name: cart}]
              sessionPersistence: {sessionName: kept}
              retryConstraint: {budget: {percent: 30}}
            """;
    private static final String RULE =
            """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: rule, namespace: %s}
            spec: {host: '%s', trafficPolicy: {%s}}
            """;

    @Test
    void aDestinationRuleSaysHowConnectionsAreSecured() {
        String plain = "tls: {mode: DISABLE}";

        assertThat(findings(RULE.formatted("shop", "cart", plain)))
                .containsExactly(
                        tls(80, "text3.yaml:4 DestinationRule shop/rule"),
                        tls(81, "text3.yaml:4 DestinationRule shop/rule"));
        assertThat(findings(RULE.formatted("shop", "*", plain))).hasSize(2);
        assertThat(findings(RULE.formatted("shop", "*.other.example", plain)))
                .noneMatch(f -> f.contains("secured"));
        assertThat(
                        findings(
                                RULE.formatted(
                                        "web",
                                        "cart.shop.svc.cluster.local",
                                        "portLevelSettings: [{port: {number: 81}, "
                                                + plain
                                                + "}]")))
                .singleElement()
                .asString()
                .contains("port 81", "DestinationRule web/rule");
    }

    @Test
    void aDestinationRuleSaysHowManyRequestsAreRetries() {
        assertThat(findings(RULE.formatted("shop", "cart", "retryBudget: {percent: 20}")))
                .singleElement()
                .asString()
                .startsWith("XBackendTrafficPolicy shop/traffic spec.retryConstraint")
                .contains("DestinationRule shop/rule says how many requests");
        assertThat(findings(RULE.formatted("shop", "cart", "loadBalancer: {simple: RANDOM}")))
                .isEmpty();
    }

    @Test
    void aPolicyOfOurOwnSaysHowClientsStay() {
        assertThat(
                        findings(
                                """
                                apiVersion: heddle.dev/v1alpha1
                                kind: BackendTrafficPolicy
                                metadata: {name: own, namespace: shop}
                                spec:
                                  targetRefs: [{kind: Service, name: cart, sectionName: http}]
                                  sessionAffinity: {cookie: {name: own}}
                                """))
                .singleElement()
                .asString()
                .startsWith("XBackendTrafficPolicy shop/traffic spec.sessionPersistence")
                .contains("BackendTrafficPolicy shop/own", "port 80");
    }

    private static String tls(int port, String rule) {
        return "BackendTLSPolicy shop/tls : DestinationRule shop/rule says how"
                + " connections to port "
                + port
                + " of 'cart.shop.svc.cluster.local' are secured; where that counts for a client,"
                + " this does not. Remove one of the two, or have both say the same ("
                + rule
                + " spec.trafficPolicy.tls)";
    }

    private static List<String> findings(String more) {
        return MeshCompiler.analyze(Meshes.world(SERVICE, TLS, TRAFFIC, more)).stream()
                .filter(d -> d.code().toString().contains("CONFLICT"))
                .map(d ->
                        d.origin().resource()
                                + " "
                                + d.origin().path()
                                + ": "
                                + d.message()
                                + ". "
                                + d.hint())
                .toList();
    }
}
