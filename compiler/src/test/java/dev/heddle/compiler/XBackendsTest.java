package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.attach.Statuses;
import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.MeshTrust;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.World;
import dev.heddle.model.ResourceId;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.Json;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.kinds.Kinds;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What becomes of an XBackend, and of routes that lead there; golden cases call it.
class XBackendsTest {
    private static final String GATEWAY =
            """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: edge, namespace: shop}
            spec:
              gatewayClassName: heddle
              listeners: [{name: http, port: 80, protocol: HTTP}]
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: GRPCRoute
            metadata: {name: calls, namespace: shop}
            spec:
              parentRefs: [{name: edge}]
              rules:
              - backendRefs: [{group: gateway.networking.x-k8s.io, kind: XBackend, name: api}]
            ---
            apiVersion: gateway.networking.x-k8s.io/v1alpha1
            kind: XBackend
            metadata: {name: api, namespace: shop}
            spec:
              type: ExternalHostname
              port: {number: 443}
              externalHostname: {hostname: %s}
              protocol: %s
              tls: {mode: %s}
            """;

    private static final ResourceId API = new ResourceId(Kinds.X_BACKEND, "shop", "api");

    @Test
    void itsStatusNamesTheGatewayWhoseRoutesLeadThere() {
        World world = Meshes.lenient(GATEWAY.formatted("api.example.com", "GRPC", "ServerOnly"));

        assertThat(status(world))
                .contains("\"ancestorRef\"", "\"name\":\"edge\"", "heddle.dev/gateway-controller")
                .doesNotContain("\"False\"");
        assertThat(MeshCompiler.analyze(world)).isEmpty();
    }

    @Test
    void ofOneInTheWordsOfVersion16TheStatusIsToo() {
        String text = GATEWAY.formatted("api.example.com", "GRPC", "ServerOnly");
        World world = Meshes.lenient(text.replace("{number: 443}", "{port: 443}"));

        assertThat(status(world))
                .contains("\"parents\"", "\"parentRef\"", "\"name\":\"edge\"")
                .doesNotContain("ancestor", "\"False\"");
        assertThat(MeshCompiler.analyze(world)).isEmpty();
    }

    @Test
    void workloadsOfTheMeshAreAskedForByANameThatAClientHelloMayHave() {
        assertThat(ClusterName.serverName(443, "", "api.shop~xbackend"))
                .isEqualTo("outbound_.443_._.api.shop.xbackend");
    }

    @Test
    void workloadsThatComeAndGoAreItsEndpoints() {
        String text =
                GATEWAY.formatted("api.example.com", "GRPC", "None")
                        .replace("ExternalHostname", "EndpointSelector")
                        .replace(
                                "externalHostname: {hostname: api.example.com}",
                                "endpointSelector: {matchLabels: {app: api}}");
        String workload =
                """
                ---
                apiVersion: networking.istio.io/v1
                kind: WorkloadEntry
                metadata: {name: %s, namespace: %s}
                spec: {address: %s, labels: {app: %s}}
                """;
        World world = Meshes.lenient(text + workload.formatted("one", "shop", "10.0.0.1", "api"));

        assertThat(MeshCompiler.analyze(world)).isEmpty();
        assertThat(addresses(world)).containsExactly("10.0.0.1");
        World later =
                world.next(
                        2,
                        Resources.of(
                                ResourceReader.read(
                                                "text.yaml",
                                                text
                                                        + workload.formatted(
                                                                "two", "shop", "10.0.0.2", "api")
                                                        + workload.formatted(
                                                                "three", "shop", "10.0.0.3", "no")
                                                        + workload.formatted(
                                                                "four", "bank", "10.0.0.4", "api"))
                                        .resources()),
                        MeshSettings.DEFAULT);
        assertThat(addresses(later)).containsExactly("10.0.0.2");
    }

    private static List<String> addresses(World world) {
        return MeshCompiler.compile(
                        world,
                        Meshes.scope(
                                Role.GATEWAY,
                                "shop",
                                Map.of("gateway.networking.k8s.io/gateway-name", "edge"),
                                Meshes.EXPLICIT))
                .plan()
                .assignments()
                .stream()
                .flatMap(a -> a.groups().stream())
                .flatMap(g -> g.endpoints().stream())
                .map(e -> e.address().host())
                .toList();
    }

    @Test
    void callsOfGrpcAreNotLedToWhatSpeaksNoHttp2() {
        World world = Meshes.lenient(GATEWAY.formatted("api.example.com", "HTTP11", "ServerOnly"));

        assertThat(MeshCompiler.analyze(world))
                .singleElement()
                .satisfies(d ->
                        assertThat(d.message())
                                .contains("UnsupportedProtocol", "HTTP11", "GRPCRoute"));
        assertThat(status(world)).doesNotContain("edge");
    }

    @Test
    void aHostOfTheClusterIsNoHostOutside() {
        String text = GATEWAY.formatted("cart.shop.svc.mesh.example", "GRPC", "ServerOnly");
        World world =
                World.of(
                        1,
                        Resources.of(ResourceReader.read("text.yaml", text).resources()),
                        new MeshSettings(
                                "istio-system",
                                "mesh.example",
                                MeshSettings.OutboundPolicy.ALLOW_ANY,
                                Duration.ZERO,
                                "istio-system",
                                Optional.empty(),
                                MeshTrust.NONE,
                                false));

        assertThat(MeshCompiler.analyze(world))
                .extracting(d -> d.origin().resource() + " " + d.message())
                .anySatisfy(m -> assertThat(m).startsWith("XBackend").contains("of the cluster"))
                .anySatisfy(m -> assertThat(m).startsWith("GRPCRoute").contains("Invalid"));
    }

    @Test
    void aCertificateOfAnotherNamespaceNeedsAGrant() {
        World world =
                Meshes.lenient(
                        GATEWAY.formatted(
                                "api.example.com",
                                "GRPC",
                                "ClientAndServer, clientCertificateRef: {name: own, namespace:"
                                        + " bank}"));

        assertThat(MeshCompiler.analyze(world))
                .extracting(d -> d.message())
                .anySatisfy(m ->
                        assertThat(m)
                                .contains(
                                        "RefNotPermitted",
                                        "no ReferenceGrant in 'bank'",
                                        "XBackend"));
    }

    private static String status(World world) {
        return world.index()
                .gatewayApi()
                .statuses()
                .of(API, (_, _, c) -> Statuses.written(c, 1))
                .map(Json::compact)
                .orElse("");
    }
}
