package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.attach.AttachedListener;
import dev.heddle.compiler.attach.GatewayApi;
import dev.heddle.compiler.attach.Statuses;
import dev.heddle.model.ResourceId;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.codec.YamlWriter;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.tree.Node;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Routes that ask for the default Gateways, whichever these are (GEP-3793).
class GatewaysByDefaultTest {
    private static final String GATEWAY =
            """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: edge, namespace: shop}
            spec:
              gatewayClassName: heddle
              defaultScope: All
              listeners:
              - {name: http, port: 80, protocol: HTTP}
              - {name: more, port: 81, protocol: HTTP}
              - {name: tcp, port: 82, protocol: TCP}
              - {name: udp, port: 83, protocol: UDP}
              - {name: tls, port: 84, protocol: TLS, tls: {mode: Passthrough}}
            ---
            """;
    private static final String ROUTE =
            """
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: r, namespace: shop}
            spec:
              useDefaultGateways: All
            """;

    @ParameterizedTest
    @ValueSource(strings = {"HTTPRoute", "GRPCRoute", "TCPRoute", "UDPRoute", "TLSRoute"})
    void routesOfEveryKindAskForThem(String kind) {
        String route = ROUTE.replace("HTTPRoute", kind);
        if (!kind.equals("HTTPRoute") && !kind.equals("GRPCRoute")) {
            route += "  rules: [{backendRefs: [{name: cart, port: 80}]}]\n";
        }
        if (kind.equals("TLSRoute")) {
            route += "  hostnames: [a.example.com]\n";
        }

        assertThat(routes(api(GATEWAY + route))).isPositive();
        assertThat(routes(api(GATEWAY + route.replace("All", "None")))).isZero();
        assertThat(routes(api(GATEWAY.replace("All", "None") + route))).isZero();
        assertThat(routes(api(GATEWAY.replace("  defaultScope: All\n", "") + route))).isZero();
    }

    @Test
    void theStatusNamesEachOfThemThatIsOurs() {
        GatewayApi api =
                api(
                        GATEWAY
                                + GATEWAY.replace("name: edge", "name: other")
                                + GATEWAY.replace("name: edge", "name: theirs")
                                        .replace("heddle", "somebody")
                                + ROUTE);

        assertThat(status(api, "r"))
                .containsSubsequence("name: edge", "Accepted", "name: other", "Accepted")
                .doesNotContain("theirs", "status: False");
        assertThat(gatewayStatus(api)).contains("DefaultGateway", "DefaultScope");
        assertThat(gatewayStatus(api(GATEWAY.replace("All", "None"))))
                .contains("Programmed")
                .doesNotContain("DefaultGateway");
    }

    @Test
    void ofMoreParentsThanAStatusMayTellAllAreInForce() {
        String gateways =
                IntStream.range(0, 40)
                        .mapToObj(i -> GATEWAY.replace("name: edge", "name: edge" + i))
                        .reduce("", String::concat);
        GatewayApi api = api(gateways + ROUTE);

        assertThat(routes(api)).isEqualTo(80);
        assertThat(status(api, "r").split("controllerName")).hasSize(1 + 32);
    }

    @Test
    void whoNamesAListenerAndAsksForTheDefaultsIsAtAllListeners() {
        GatewayApi api = api(GATEWAY + ROUTE + "  parentRefs: [{name: edge, sectionName: http}]\n");

        assertThat(routes(api)).isEqualTo(2);
        assertThat(status(api, "r").split("controllerName")).hasSize(1 + 2);
    }

    @Test
    void whoNamesADefaultGatewayIsThereOnce() {
        GatewayApi api = api(GATEWAY + ROUTE + "  parentRefs: [{name: edge}]\n");

        assertThat(routes(api)).isEqualTo(2);
        assertThat(status(api, "r").split("controllerName")).hasSize(1 + 1);
    }

    @Test
    void oneThatTakesTheRouteIsEnough() {
        String other = GATEWAY.replace("namespace: shop", "namespace: other");

        assertThat(findings(other + GATEWAY + ROUTE)).isEmpty();
        assertThat(status(api(other + GATEWAY + ROUTE), "r"))
                .contains("NotAllowedByListeners", "Accepted");
        assertThat(findings(other + ROUTE))
                .containsExactly(
                        "spec.useDefaultGateways: not Accepted (NotAllowedByListeners): no listener"
                                + " takes routes of the namespace 'shop' (Gateway other/edge: http,"
                                + " more, tcp, udp, tls)");
    }

    @Test
    void thatNoGatewayIsADefaultOneIsFound() {
        assertThat(findings(GATEWAY.replace("All", "None") + ROUTE))
                .containsExactly(
                        "spec.useDefaultGateways: no Gateway is a default one, so the route is at"
                                + " none by this");
    }

    @Test
    void otherScopesAreNone() {
        String scopes = GATEWAY.replace("All", "Some") + ROUTE.replace("All", "\"\"");

        assertThat(ResourceReader.read("text.yaml", scopes).diagnostics())
                .extracting(d -> d.origin().path() + ": " + d.message())
                .containsExactly(
                        "spec.defaultScope: 'Some' (expected: one of All, None)",
                        "spec.useDefaultGateways: '' (expected: one of All, None)");
    }

    /// Clients of the mesh need no grant; where no Gateway is a default one, only they count.
    @Test
    void aRouteOfTheMeshMayAskForThemToo() {
        String services =
                """
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: cart, namespace: shop}
                spec: {ports: [{port: 80, name: http}], selector: {app: cart}}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: far, namespace: vault}
                spec: {ports: [{port: 80, name: http}], selector: {app: far}}
                """;
        String route =
                ROUTE
                        + """
                          parentRefs: [{group: "", kind: Service, name: cart}]
                          rules: [{backendRefs: [{name: far, namespace: vault, port: 80}]}]
                        """
                        + services;

        assertThat(status(api(GATEWAY + route), "r"))
                .containsSubsequence("name: cart", "Accepted", "name: edge", "RefNotPermitted");
        assertThat(findings(GATEWAY.replace("All", "None") + route))
                .singleElement()
                .asString()
                .contains("no Gateway is a default one");
    }

    private static long routes(GatewayApi api) {
        return api.gateways().stream()
                .flatMap(g -> g.listeners().stream())
                .map(AttachedListener::routes)
                .mapToLong(AttachedListener.Routes::count)
                .sum();
    }

    private static String status(GatewayApi api, String route) {
        return written(api, new ResourceId(Kinds.HTTP_ROUTE, "shop", route));
    }

    private static String gatewayStatus(GatewayApi api) {
        return written(api, new ResourceId(Kinds.KUBERNETES_GATEWAY, "shop", "edge"));
    }

    private static String written(GatewayApi api, ResourceId id) {
        Node.Mapping status =
                api.statuses().of(id, (_, _, c) -> Statuses.written(c, 1)).orElseThrow();
        return YamlWriter.write(status);
    }

    private static GatewayApi api(String text) {
        return Meshes.lenient(text).index().gatewayApi();
    }

    private static List<String> findings(String text) {
        return MeshCompiler.analyze(Meshes.lenient(text)).stream()
                .map(d -> d.origin().path() + ": " + d.message())
                .toList();
    }
}
