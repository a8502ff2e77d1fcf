package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.ir.Cluster.Protocol;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.World;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Ports of which nobody says what is spoken there. A sidecar's client knows it. A gateway offers
/// HTTP/2 itself, and what is behind it may speak no such thing.
class UnnamedPortsTest {
    private static final World WORLD =
            Meshes.world(
                    """
                    apiVersion: v1
                    kind: Service
                    metadata: {name: cart, namespace: shop}
                    spec: {ports: [{port: 8080}], selector: {app: cart}}
                    """);
    private static final String CALLS =
            """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: edge, namespace: shop}
            spec: {gatewayClassName: heddle, listeners: [{name: web, port: 80, protocol: HTTP}]}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: GRPCRoute
            metadata: {name: cart, namespace: shop}
            spec:
              parentRefs: [{name: edge}]
              rules: [{backendRefs: [{name: cart, port: 8080}]}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: cart, namespace: shop}
            spec: {ports: [{port: 8080}], selector: {app: cart}}
            """;

    private static Protocol protocol(World world, Role role) {
        ProxyScope scope = Meshes.scope(role, "shop", Map.of(), new Interception.Redirect());
        return MeshCompiler.compile(world, scope)
                .plan()
                .cluster("outbound|8080||cart.shop.svc.cluster.local")
                .orElseThrow()
                .protocol();
    }

    @Test
    void aGatewaySpeaksWhatEverybodySpeaks() {
        assertThat(protocol(WORLD, Role.GATEWAY)).isEqualTo(Protocol.HTTP1);
    }

    @Test
    void aGatewaySpeaksHttp2WhereARouteLeadsCallsOfGrpc() {
        assertThat(protocol(Meshes.world(CALLS), Role.GATEWAY)).isEqualTo(Protocol.HTTP2);
    }

    @Test
    void aSidecarSpeaksWhatItsClientSpeaks() {
        assertThat(protocol(WORLD, Role.SIDECAR)).isEqualTo(Protocol.AS_DOWNSTREAM);
    }
}
