package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.heddle.compiler.attach.AttachedGateway;
import dev.heddle.compiler.attach.AttachedListener;
import dev.heddle.compiler.attach.GatewayApi;
import dev.heddle.compiler.attach.MeshRoutes.Chosen;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.service.Hostname;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What the Gateway API's statuses say is found offline, at the line that is responsible; and who
/// gets which routes.
class GatewayFindingsTest {
    private static final String SERVICE =
            """
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: cart, namespace: shop}
            spec: {ports: [{port: 80, name: http}], selector: {app: cart}}
            """;
    private static final String GATEWAY =
            """
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: edge, namespace: shop}
            spec:
              gatewayClassName: istio
              addresses: [{type: Hostname, value: ingress}]
              listeners:
              - {name: http, port: 80, protocol: HTTP}
              - {name: bytes, port: 80, protocol: TCP}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: ingress, namespace: shop}
            spec: {ports: [{port: 80}], selector: {istio: ingress}}
            """;

    @Test
    void whatAStatusSaysIsFoundAtItsLine() {
        List<Diagnostic> findings =
                findings(
                        """
                        apiVersion: gateway.networking.k8s.io/v1
                        kind: HTTPRoute
                        metadata: {name: r, namespace: shop}
                        spec:
                          parentRefs:
                          - name: nowhere
                          - name: edge
                            sectionName: other
                          rules:
                          - backendRefs:
                            - {name: cart, port: 80}
                            - {name: cart, port: 81}
                            - {name: cart, namespace: vault, port: 80}
                        """
                                + SERVICE
                                + GATEWAY);

        assertThat(findings)
                .extracting(d -> d.origin().position().line() + " " + d.message())
                .contains(
                        "6 Gateway shop/nowhere is not there",
                        "8 not Accepted (NoMatchingParent): Gateway 'edge' has no such listener"
                                + " (there are: http, bytes)",
                        "12 not ResolvedRefs (BackendNotFound): Service 'shop/cart' has no port 81",
                        "13 not ResolvedRefs (RefNotPermitted): no ReferenceGrant in 'vault' lets a"
                                + " HTTPRoute of 'shop' name Service 'cart'");
        assertThat(findings)
                .filteredOn(d -> d.message().contains("ProtocolConflict"))
                .extracting(Diagnostic::code)
                .containsExactly(DiagnosticCode.GATEWAY_STATUS, DiagnosticCode.GATEWAY_STATUS);
    }

    @Test
    void aGatewayIsServedByWhomItsServiceChoosesAndByWhomItsNameNames() {
        GatewayApi api = api(GATEWAY);

        assertThat(api.gatewaysOf("shop", Map.of("istio", "ingress", "app", "x"))).hasSize(1);
        assertThat(api.gatewaysOf("shop", Map.of("gateway.networking.k8s.io/gateway-name", "edge")))
                .hasSize(1);
        assertThat(api.gatewaysOf("other", Map.of("istio", "ingress"))).isEmpty();
        assertThat(api.gateways().getFirst().programmed()).isEmpty();
    }

    @Test
    void aConsumersRouteTakesThePlaceOfTheProducers() {
        GatewayApi api =
                api(
                        SERVICE
                                + meshRoute("shop", "producer", "")
                                + meshRoute("web", "consumer", "port: 80"));
        var host = new Hostname("cart.shop.svc.cluster.local");

        assertThat(names(api.meshRoutes().chosen(host, "shop", 80, "web")))
                .containsExactly("consumer");
        assertThat(names(api.meshRoutes().chosen(host, "shop", 80, "other")))
                .containsExactly("producer");
        assertThat(names(api.meshRoutes().chosen(host, "shop", 81, "web")))
                .containsExactly("producer");
    }

    @Test
    void aVirtualServiceBesideARouteOfItsServiceIsFound() {
        List<Diagnostic> findings =
                findings(
                        SERVICE
                                + meshRoute("shop", "producer", "")
                                + """
                                ---
                                apiVersion: networking.istio.io/v1
                                kind: VirtualService
                                metadata: {name: cart, namespace: shop}
                                spec:
                                  hosts: [cart]
                                  http: [{route: [{destination: {host: cart}}]}]
                                """);

        assertThat(findings)
                .extracting(Diagnostic::code, d -> d.origin().resource())
                .containsExactly(tuple(DiagnosticCode.CONFLICT, "VirtualService shop/cart"));
    }

    @Test
    void ofListenerSetsTheGatewaysOwnListenersGoFirst() {
        GatewayApi api =
                api(
                        """
                        apiVersion: gateway.networking.k8s.io/v1
                        kind: Gateway
                        metadata: {name: edge, namespace: shop}
                        spec:
                          gatewayClassName: istio
                          allowedListeners: {namespaces: {from: All}}
                          listeners:
                          - {name: a, port: 80, protocol: HTTP, hostname: a.example.com}
                        ---
                        apiVersion: gateway.networking.k8s.io/v1
                        kind: ListenerSet
                        metadata: {name: more, namespace: other}
                        spec:
                          parentRef: {name: edge, namespace: shop}
                          listeners:
                          - {name: a, port: 80, protocol: HTTP, hostname: a.example.com}
                          - {name: b, port: 80, protocol: HTTP, hostname: b.example.com}
                        ---
                        apiVersion: gateway.networking.k8s.io/v1
                        kind: ListenerSet
                        metadata: {name: useless, namespace: other}
                        spec:
                          parentRef: {name: edge, namespace: shop}
                          listeners:
                          - {name: b, port: 80, protocol: HTTP, hostname: b.example.com}
                        """);
        AttachedGateway gateway = api.gateways().getFirst();

        assertThat(gateway.programmed())
                .extracting(AttachedListener::hostname)
                .extracting(Hostname::name)
                .containsExactly("a.example.com", "b.example.com");
        assertThat(gateway.listenerSets()).isEqualTo(1);
    }

    @Test
    void aGatewayHasWhatNoOlderOneOfTheSameProxiesHas() {
        String services = service("edge", "app: edge") + service("one", "app: edge, zone: one");
        String other = service("other", "app: other");

        assertThat(conflicts(services + gateway("a", "edge", 1) + gateway("b", "edge", 2)))
                .containsExactly("b");
        assertThat(conflicts(services + gateway("a", "edge", 2) + gateway("b", "one", 1)))
                .containsExactly("a");
        assertThat(conflicts(services + other + gateway("a", "edge", 1) + gateway("b", "other", 2)))
                .isEmpty();
        assertThat(
                        conflicts(
                                services
                                        + gateway("a", "edge", 1)
                                        + gateway("b", "edge", 2).replace("port: 80", "port: 81")))
                .isEmpty();
    }

    private static String service(String name, String selector) {
        return """
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: %s, namespace: shop}
        spec: {ports: [{port: 80}], selector: {%s}}
        """
                .formatted(name, selector);
    }

    private static String gateway(String name, String service, int month) {
        return """
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: Gateway
        metadata: {name: %s, namespace: shop, creationTimestamp: "2026-0%d-01T00:00:00Z"}
        spec:
          gatewayClassName: istio
          addresses: [{type: Hostname, value: %s}]
          listeners: [{name: web, port: 80, protocol: HTTP}]
        """
                .formatted(name, month, service);
    }

    /// The Gateways that have no listener left.
    private static List<String> conflicts(String text) {
        return api(text).gateways().stream()
                .filter(g -> g.programmed().isEmpty())
                .map(g -> g.resource().metadata().name())
                .toList();
    }

    private static List<String> names(Chosen chosen) {
        return chosen.http().stream().map(r -> r.resource().metadata().name()).toList();
    }

    private static String meshRoute(String namespace, String name, String more) {
        return """
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: %s, namespace: %s}
        spec:
          parentRefs: [{group: "", kind: Service, name: cart, namespace: shop, %s}]
        """
                .formatted(name, namespace, more);
    }

    private static GatewayApi api(String text) {
        return Meshes.lenient(text).index().gatewayApi();
    }

    private static List<Diagnostic> findings(String text) {
        return MeshCompiler.analyze(Meshes.lenient(text));
    }
}
