package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Role;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A table that has services asked is another one as soon as others are asked: a listener that does
/// not ask them, and still drains, never has it.
class AskedTablesTest {
    private static final String REST =
            """
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: edge, namespace: shop}
            spec:
              gatewayClassName: istio
              listeners:
              - {name: http, port: 80, protocol: HTTP}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: shop}
            spec: {ports: [{port: 80, name: http}], selector: {app: web}}
            """;

    @Test
    void whoIsAskedIsInTheNameOfTheTable() {
        String nobody = table(plan(""));
        String one = table(plan(asks("x-user")));
        String other = table(plan(asks("x-team")));

        assertThat(nobody).isEqualTo("http.80");
        assertThat(List.of(one, other))
                .doesNotHaveDuplicates()
                .allSatisfy(name -> {
                    assertThat(name).startsWith("http.80~");
                    assertThat(RouteConfiguration.plainName(name)).isEqualTo("http.80");
                });
        assertThat(table(plan(asks("x-user")))).isEqualTo(one);
    }

    private static String asks(String header) {
        return """
            filters:
            - type: ExternalAuth
              externalAuth:
                protocol: HTTP
                backendRef: {name: web, port: 80}
                http: {allowedHeaders: [%s]}
        """
                .formatted(header);
    }

    /// The table that the plan has, which is the one that its listener names.
    private static String table(ProxyPlan plan) {
        assertThat(plan.routes()).hasSize(1);
        String name = plan.routes().getFirst().name();
        assertThat(plan.listeners().getFirst().chains())
                .extracting(FilterChain::handling)
                .singleElement()
                .isInstanceOfSatisfying(
                        Handling.Http.class,
                        http ->
                                assertThat(http.routes())
                                        .isEqualTo(new FilterChain.Routes.Named(name)));
        return name;
    }

    private static ProxyPlan plan(String filters) {
        String route =
                """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: web, namespace: shop}
                spec:
                  parentRefs: [{name: edge}]
                  rules:
                  - backendRefs: [{name: web, port: 80}]
                """;
        var scope =
                new ProxyScope(
                        Role.GATEWAY,
                        "shop",
                        Map.of("gateway.networking.k8s.io/gateway-name", "edge"),
                        "shop.svc.cluster.local",
                        "Kubernetes",
                        Meshes.EXPLICIT);
        return MeshCompiler.compile(Meshes.world(route + filters + REST), scope).plan();
    }
}
