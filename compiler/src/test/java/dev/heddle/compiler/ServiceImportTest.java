package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.convert.Conversion;
import dev.heddle.compiler.convert.Options;
import dev.heddle.compiler.ir.Cluster;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.service.ServiceCatalog;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.codec.YamlWriter;
import dev.heddle.model.service.Hostname;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Services of a ClusterSet (KEP-1645), beside those of the cluster.
class ServiceImportTest {
    private static final Hostname CART = new Hostname("cart.shop.svc.clusterset.local");
    private static final String IMPORT =
            """
            apiVersion: multicluster.x-k8s.io/v1alpha1
            kind: ServiceImport
            metadata: {name: cart, namespace: shop}
            spec:
              type: ClusterSetIP
              ips: [10.9.0.1]
              ports: [{name: http, port: 80}, {name: db, port: 81, appProtocol: tcp}]
            ---
            """;
    private static final String SERVICE =
            """
            apiVersion: v1
            kind: Service
            metadata: {name: cart, namespace: shop}
            spec: {clusterIP: 10.0.0.1, ports: [{name: http, port: 80}]}
            ---
            """;
    private static final String OWN = slice("own", "kubernetes.io/service-name", "10.1.0.1");
    private static final String EAST =
            slice("east", "multicluster.kubernetes.io/service-name", "10.2.0.1");
    private static final String WEST =
            slice("west", "multicluster.kubernetes.io/service-name", "10.3.0.1");

    @Test
    void itHasTheEndpointsOfTheSlicesThatNameIt() {
        ServiceCatalog services = catalog(IMPORT + SERVICE + OWN + EAST + WEST);

        assertThat(addresses(services, CART)).containsExactlyInAnyOrder("10.2.0.1", "10.3.0.1");
        assertThat(addresses(services, new Hostname("cart.shop.svc.cluster.local")))
                .containsExactly("10.1.0.1");
        assertThat(services.find(CART, "web").orElseThrow().service().addresses())
                .containsExactly("10.9.0.1");
    }

    @Test
    void whatIsWrittenLaterCounts() {
        ServiceCatalog services = catalog(SERVICE + OWN);

        assertThat(services.find(CART, "web")).isEmpty();
        services = services.next(resources(SERVICE + OWN + IMPORT));
        assertThat(addresses(services, CART)).isEmpty();
        services = services.next(resources(SERVICE + OWN + IMPORT + EAST));
        assertThat(addresses(services, CART)).containsExactly("10.2.0.1");
    }

    @Test
    void aHeadlessOneIsCalledEndpointByEndpoint() {
        String headless = IMPORT.replace("ClusterSetIP", "Headless");
        MeshService cart = catalog(headless + EAST).find(CART, "web").orElseThrow();

        assertThat(cart.isHeadless()).isTrue();
        assertThat(cart.service().addresses()).isEmpty();
    }

    @Test
    void whatItsCrdRefusesIsRefused() {
        assertThat(findings(IMPORT.replace("[10.9.0.1]", "[10.9.0.1, 10.9.0.2, 10.9.0.3]")))
                .containsExactly("spec.ips: 3 of them (expected: at most 2)");
        assertThat(findings(IMPORT.replace("ClusterSetIP", "ClusterIP")))
                .containsExactly(
                        "spec.type: 'ClusterIP' (expected: one of ClusterSetIP, Headless)");
        assertThat(findings(IMPORT.replace("  type: ClusterSetIP\n", ""))).hasSize(1);
        assertThat(findings(IMPORT.replace("name: db, ", "").replace("name: http, ", "")))
                .hasSize(1);
        assertThat(findings(IMPORT.replace("port: 81", "port: 81000"))).hasSize(1);
        assertThat(findings(IMPORT + EAST)).isEmpty();
    }

    @Test
    void anotherNamespacesWantsAGrant() {
        String route =
                """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: r, namespace: web}
                spec:
                  parentRefs: [{name: edge}]
                  rules:
                  - backendRefs:
                    - {group: multicluster.x-k8s.io, kind: ServiceImport, name: cart,
                       namespace: shop, port: 80}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: edge, namespace: web}
                spec:
                  gatewayClassName: heddle
                  listeners: [{name: http, port: 80, protocol: HTTP}]
                ---
                """;
        String grant =
                """
                apiVersion: gateway.networking.k8s.io/v1
                kind: ReferenceGrant
                metadata: {name: g, namespace: shop}
                spec:
                  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: web}]
                  to: [{group: multicluster.x-k8s.io, kind: ServiceImport, name: cart}]
                """;

        assertThat(MeshCompiler.analyze(Meshes.world(IMPORT + route)))
                .extracting(Diagnostic::message)
                .singleElement()
                .asString()
                .contains("RefNotPermitted");
        assertThat(MeshCompiler.analyze(Meshes.world(IMPORT + route + grant))).isEmpty();
        assertThat(
                        MeshCompiler.analyze(
                                Meshes.world(
                                        IMPORT
                                                + route
                                                + grant.replace(
                                                        "group: multicluster.x-k8s.io, kind:"
                                                                + " ServiceImport",
                                                        "group: '', kind: Service"))))
                .hasSize(1);
    }

    @Test
    void policiesAreForItWithoutBeingForTheServiceOfItsName() {
        String policies =
                """
                apiVersion: gateway.networking.k8s.io/v1
                kind: BackendTLSPolicy
                metadata: {name: tls, namespace: shop}
                spec:
                  targetRefs:
                  - {group: multicluster.x-k8s.io, kind: ServiceImport, name: cart,
                     sectionName: http}
                  validation: {hostname: cart.example.com, wellKnownCACertificates: System}
                ---
                apiVersion: gateway.networking.x-k8s.io/v1alpha1
                kind: XBackendTrafficPolicy
                metadata: {name: budget, namespace: shop}
                spec:
                  targetRefs: [{group: multicluster.x-k8s.io, kind: ServiceImport, name: cart}]
                  retryConstraint: {budget: {percent: 33}}
                ---
                apiVersion: heddle.dev/v1alpha1
                kind: BackendTrafficPolicy
                metadata: {name: health, namespace: shop}
                spec:
                  targetRefs: [{group: multicluster.x-k8s.io, kind: ServiceImport, name: cart}]
                  healthCheck: {httpGet: {path: /healthz}}
                ---
                """;
        World world = Meshes.world(IMPORT + SERVICE + OWN + EAST + policies);

        assertThat(MeshCompiler.analyze(world)).isEmpty();
        Cluster everywhere = cluster(world, "outbound|80||cart.shop.svc.clusterset.local");
        assertThat(everywhere.tls()).isPresent();
        assertThat(everywhere.health().check()).isPresent();
        assertThat(everywhere.pool().retries().toString()).contains("33");
        Cluster here = cluster(world, "outbound|80||cart.shop.svc.cluster.local");
        assertThat(here.tls()).isEmpty();
        assertThat(here.health().check()).isEmpty();
        assertThat(here.pool().retries().toString()).doesNotContain("33");
        assertThat(MeshCompiler.analyze(Meshes.world(SERVICE + OWN + policies)))
                .extracting(Diagnostic::message)
                .allMatch(m -> m.contains("there is no ServiceImport 'cart'"))
                .hasSize(3);
    }

    /// A Service of the same name is another service.
    @Test
    void aVirtualServiceForItBecomesARouteForIt() {
        Conversion made =
                Conversion.of(
                        Meshes.world(
                                IMPORT + SERVICE,
                                """
                                apiVersion: networking.istio.io/v1
                                kind: VirtualService
                                metadata: {name: cart, namespace: shop}
                                spec:
                                  hosts: [cart.shop.svc.clusterset.local]
                                  http:
                                  - name: all
                                    route:
                                    - destination:
                                        host: cart.shop.svc.clusterset.local
                                        port: {number: 80}
                                """),
                        Options.DEFAULT);

        assertThat(made.losses()).isEmpty();
        assertThat(made.documents())
                .extracting(d -> YamlWriter.write(d.tree()))
                .singleElement()
                .asString()
                .containsSubsequence(
                        "parentRefs:",
                        "group: multicluster.x-k8s.io",
                        "kind: ServiceImport",
                        "backendRefs:",
                        "group: multicluster.x-k8s.io",
                        "kind: ServiceImport",
                        "name: cart");
    }

    private static Cluster cluster(World world, String name) {
        return MeshCompiler.compile(world, Meshes.sidecar("web")).plan().clusters().stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static String slice(String name, String label, String address) {
        return """
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: %s, namespace: shop, labels: {%s: cart}}
        addressType: IPv4
        endpoints: [{addresses: [%s]}]
        ports: [{name: http, port: 8080}]
        ---
        """
                .formatted(name, label, address);
    }

    private static Resources resources(String text) {
        return Resources.of(ResourceReader.read("text.yaml", text).resources());
    }

    private static ServiceCatalog catalog(String text) {
        return ServiceCatalog.of(resources(text), "cluster.local", Optional.empty());
    }

    private static List<String> addresses(ServiceCatalog services, Hostname host) {
        return services.find(host, "web").orElseThrow().endpoints(80).stream()
                .map(e -> e.address())
                .toList();
    }

    private static List<String> findings(String text) {
        return ResourceReader.read("text.yaml", text).diagnostics().stream()
                .map(d -> d.origin().path() + ": " + d.message())
                .toList();
    }
}
