package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.model.DiagnosticCode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What a Gateway of the Gateway API and one of Istio's at the same proxies both want. The golden
/// case `edge-of-several-apis` has the hosts of requests.
class EdgeConflictsTest {
    private static final String SERVICES =
            """
            apiVersion: v1
            kind: Service
            metadata: {name: edge, namespace: shop}
            spec: {ports: [{port: 80}], selector: {app: edge, istio: edge}}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: cart, namespace: shop}
            spec: {ports: [{port: 80, name: tcp}], selector: {app: cart}}
            """;

    private static String ours(String listener, String kind) {
        return """
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: Gateway
        metadata: {name: ours, namespace: shop}
        spec:
          gatewayClassName: heddle
          addresses: [{type: Hostname, value: edge}]
          listeners: [%s]
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: %s
        metadata: {name: route, namespace: shop}
        spec:
          parentRefs: [{name: ours}]
          rules: [{backendRefs: [{name: cart, port: 80}]}]
        """
                .formatted(listener, kind);
    }

    private static String theirs(String port, String more) {
        return """
        ---
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: theirs, namespace: shop}
        spec:
          selector: {istio: edge}
          servers: [{port: {%s}, hosts: ["*.example.com"] %s}]
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: rules, namespace: shop}
        spec:
          hosts: ["a.example.com"]
          gateways: [theirs]
          http: [{route: [{destination: {host: cart}}]}]
          tls: [{match: [{sniHosts: [a.example.com]}], route: [{destination: {host: cart}}]}]
        """
                .formatted(port, more);
    }

    private static List<String> findings(String text) {
        return MeshCompiler.analyze(Meshes.lenient(text)).stream()
                .filter(d -> d.code() == DiagnosticCode.CONFLICT)
                .map(d -> d.origin().position().line() + " " + d.message())
                .toList();
    }

    @Test
    void aPortForBytesIsTheGatewayApis() {
        String text =
                SERVICES
                        + ours("{name: bytes, port: 80, protocol: TCP}", "TCPRoute")
                        + theirs("number: 80, name: http, protocol: HTTP", "");

        assertThat(findings(text))
                .containsExactly(
                        "31 port 80 is TCPRoute shop/route's already, of the Gateway API, for"
                                + " bytes");
        assertThat(chain(text)).isInstanceOf(Handling.Tcp.class);
        // Nobody says where the listener's bytes go: the port is Istio's.
        String unused = text.replace("parentRefs: [{name: ours}]", "parentRefs: [{name: other}]");
        assertThat(findings(unused)).isEmpty();
        assertThat(chain(unused)).isInstanceOf(Handling.Http.class);
    }

    private static Handling chain(String text) {
        ProxyScope scope =
                Meshes.scope(
                        Role.GATEWAY,
                        "shop",
                        Map.of("app", "edge", "istio", "edge"),
                        new Interception.Redirect());
        List<Listener> listeners =
                MeshCompiler.compile(Meshes.lenient(text), scope).plan().listeners();
        assertThat(listeners).hasSize(1);
        return listeners.getFirst().chains().getFirst().handling();
    }

    @Test
    void aPortForRequestsIsNotForIstiosBytes() {
        assertThat(
                        findings(
                                SERVICES
                                        + ours("{name: web, port: 80, protocol: HTTP}", "HTTPRoute")
                                        + theirs("number: 80, name: tcp, protocol: TCP", "")))
                .containsExactly(
                        "31 port 80 is HTTPRoute shop/route's already, of the Gateway API, for"
                                + " HTTP");
    }

    @Test
    void namesInTlsAreTheGatewayApis() {
        String passing = "{name: tls, port: 443, protocol: TLS, tls: {mode: Passthrough}}";
        String ended =
                ", tls: {mode: SIMPLE, serverCertificate: /etc/a.pem, privateKey: /etc/b.pem}";
        String port = "number: 443, name: tls, protocol: ";

        assertThat(
                        findings(
                                SERVICES
                                        + of("a.example.com", ours(passing, "TLSRoute"))
                                        + theirs(port + "TLS", ", tls: {mode: PASSTHROUGH}")))
                .containsExactly(
                        "41 TLS for 'a.example.com' on port 443 is TLSRoute shop/route's already,"
                                + " of the Gateway API; VirtualService shop/rules does not count"
                                + " for it");
        assertThat(
                        findings(
                                SERVICES
                                        + of("'*.example.com'", ours(passing, "TLSRoute"))
                                        + theirs(port + "HTTPS", ended)))
                .containsExactly(
                        "32 TLS for '*.example.com' on port 443 is TLSRoute shop/route's already,"
                                + " of the Gateway API; this server does not count for it");
    }

    private static String of(String hostname, String route) {
        return route.replace("  rules:", "  hostnames: [" + hostname + "]\n  rules:");
    }

    @Test
    void whoHasOtherProxiesMeetsNobody() {
        String both =
                ours("{name: web, port: 80, protocol: HTTP, hostname: a.example.com}", "HTTPRoute")
                        + theirs("number: 80, name: http, protocol: HTTP", "");

        assertThat(findings(SERVICES + both)).hasSize(1);
        assertThat(findings(SERVICES.replace("istio: edge", "istio: none") + both)).isEmpty();
        // A proxy that is known to be of both.
        assertThat(
                        findings(
                                SERVICES.replace("app: edge, istio: edge", "app: edge")
                                        + both
                                        + """
                                        ---
                                        apiVersion: networking.istio.io/v1
                                        kind: WorkloadEntry
                                        metadata: {name: one, namespace: shop}
                                        spec:
                                          address: 10.0.0.1
                                          labels: {app: edge, istio: edge}
                                        """))
                .hasSize(1);
    }
}
