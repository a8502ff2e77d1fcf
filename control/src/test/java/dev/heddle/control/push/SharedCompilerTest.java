package dev.heddle.control.push;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.Compiled;
import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.World;
import dev.heddle.control.source.SourceState;
import dev.heddle.control.world.Edition;
import dev.heddle.control.world.InForce;
import dev.heddle.control.world.StatusBook;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What scopes have in common is compiled once, and nobody can tell.
class SharedCompilerTest {
    private static final String DOMAIN = ".svc.cluster.local";
    private static final String MESH =
            """
            apiVersion: v1
            kind: Service
            metadata: {name: reviews, namespace: default}
            spec:
              ports: [{name: http, port: 9080}, {name: tcp, port: 7000}, {name: http-web, port: 80}]
              selector: {app: reviews}
            ---
            apiVersion: v1
            kind: Service
            metadata:
              name: ratings
              namespace: other
              annotations: {networking.istio.io/exportTo: "%1$s"}
            spec:
              ports: [{name: http, port: 9080}]
              selector: {app: ratings}
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: reviews, namespace: default}
            spec: {address: 127.0.0.1, ports: {http: %2$d}, labels: {app: reviews, version: v1}}
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: reviews, namespace: %3$s}
            spec:
              host: reviews.default.svc.cluster.local
              subsets: [{name: v1, labels: {version: v1}}]
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: reviews, namespace: default}
            spec:
              hosts: [reviews, nowhere.example.com]
              http:
              - match: [{sourceLabels: {version: v2}}]
                route: [{destination: {host: reviews, subset: v9}}]
              - match: [{sourceNamespace: other}]
                route: [{destination: {host: ratings.other.svc.cluster.local}}]
              - route: [{destination: {host: reviews, subset: v1, port: {number: 9080}}}]
            ---
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: door, namespace: default}
            spec:
              selector: {istio: ingress}
              servers: [{port: {number: 8080, name: http, protocol: HTTP}, hosts: ["*"]}]
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: entry, namespace: default}
            spec:
              hosts: ["*"]
              gateways: [door]
              http: [{route: [{destination: {host: nobody}}]}]
            """;

    private final SharedCompiler shared = new SharedCompiler();

    @Test
    void everyScopeRunsWhatItWouldRunIfItWereCompiledAlone() {
        for (Edition edition :
                List.of(
                        edition(1, MESH.formatted("*", 9001, "default")),
                        edition(2, MESH.formatted("*", 9002, "default")),
                        edition(3, MESH.formatted(".", 9002, "other")),
                        edition(4, ""),
                        edition(5, MESH.formatted("*", 9001, "default")),
                        edition(4, ""))) {
            for (ProxyScope scope : scopes()) {
                Compiled alone = MeshCompiler.compile(edition.world(), scope);
                Compiled together = shared.compile(edition, scope);
                assertThat(together.snapshot())
                        .as("%s in version %d", scope, edition.version())
                        .isEqualTo(alone.snapshot());
                assertThat(together.plan()).isEqualTo(alone.plan());
                assertThat(together.diagnostics()).isEqualTo(alone.diagnostics());
            }
        }
    }

    @Test
    void scopesOfOneOutlookAreSentTheVerySameBytesAndSoIsTheNextVersionWhereItIsEqual() {
        Edition first = edition(1, MESH.formatted("*", 9001, "default"));
        Edition second = edition(2, MESH.formatted("*", 9002, "default"));
        String name = "outbound|9080||ratings.other.svc.cluster.local";
        XdsResource one = cluster(first, Map.of("app", "a"), name);
        assertThat(cluster(first, Map.of("app", "b"), name)).isSameAs(one);
        assertThat(cluster(second, Map.of("app", "c"), name)).isSameAs(one);
    }

    @Test
    void aTrialLowersOnlyWhatItChangesAndNothingIsLostForTheWorldInForce() {
        String mesh = MESH.formatted("*", 9001, "default");
        Edition inForce = edition(1, mesh);
        scopes().forEach(scope -> shared.compile(inForce, scope));
        long lowered = shared.lowered();
        assertThat(lowered).isPositive();

        Edition same = next(inForce, 2, mesh);
        for (ProxyScope scope : scopes()) {
            assertThat(shared.compileTrial(same, scope).snapshot().resources())
                    .isEqualTo(shared.compile(inForce, scope).snapshot().resources());
        }
        assertThat(shared.lowered()).isEqualTo(lowered);

        Edition trial = next(inForce, 3, mesh.replace("hosts: [reviews, ", "hosts: [ratings, "));
        for (ProxyScope scope : scopes()) {
            assertThat(shared.compileTrial(trial, scope).snapshot())
                    .isEqualTo(MeshCompiler.compile(trial.world(), scope).snapshot());
        }
        long tried = shared.lowered();
        assertThat(tried - lowered).isPositive().isLessThan(lowered);
        scopes().forEach(scope -> shared.compile(inForce, scope));
        assertThat(shared.lowered()).isEqualTo(tried);
    }

    private static Edition next(Edition before, long version, String yaml) {
        World world =
                before.world()
                        .next(
                                version,
                                Resources.of(ResourceReader.read("mesh.yaml", yaml).resources()),
                                MeshSettings.DEFAULT);
        return new Edition(
                world,
                MeshCompiler.analysis(world, Optional.of(before.analysis())),
                "hash" + version,
                InForce.of(SourceState.EMPTY),
                List.of(),
                Instant.EPOCH,
                StatusBook.EMPTY);
    }

    @Test
    void whatAnHttpProxyCannotCarryIsSaidToThoseWhoHaveNothingElse() {
        Edition edition = edition(1, MESH.formatted("*", 9001, "default"));
        assertThat(
                        saidOfTcp(
                                edition,
                                new Interception.Explicit("127.0.0.1:1", List.of(), Map.of())))
                .containsExactly(
                        "port 7000 of 'reviews.default.svc.cluster.local' speaks TCP, which"
                                + " sidecars do not carry where traffic is not redirected");
        assertThat(saidOfTcp(edition, new Interception.Redirect())).isEmpty();
    }

    private List<String> saidOfTcp(Edition edition, Interception interception) {
        ProxyScope scope = scope(Role.SIDECAR, "default", Map.of(), "default", interception);
        return shared.compile(edition, scope).diagnostics().stream()
                .map(d -> d.message())
                .filter(m -> m.startsWith("port "))
                .toList();
    }

    private XdsResource cluster(Edition edition, Map<String, String> labels, String name) {
        ProxyScope scope =
                scope(Role.SIDECAR, "default", labels, "default", new Interception.Redirect());
        return Optional.ofNullable(
                        shared.compile(edition, scope).snapshot().of(XdsType.CLUSTER).get(name))
                .orElseThrow();
    }

    private static Edition edition(long version, String yaml) {
        var parsed = ResourceReader.read("mesh.yaml", yaml);
        assertThat(parsed.diagnostics()).isEmpty();
        var world = World.of(version, Resources.of(parsed.resources()), MeshSettings.DEFAULT);
        return new Edition(
                world,
                MeshCompiler.analysis(world, Optional.empty()),
                "hash" + version,
                InForce.of(SourceState.EMPTY),
                List.of(),
                Instant.EPOCH,
                StatusBook.EMPTY);
    }

    /// Scopes that differ in one thing from each other, and in several.
    private static List<ProxyScope> scopes() {
        var scopes = new ArrayList<ProxyScope>();
        List<Interception> interceptions =
                List.of(
                        new Interception.Redirect(),
                        new Interception.Explicit("", List.of(), Map.of()),
                        new Interception.Explicit("127.0.0.1:1", List.of(), Map.of()),
                        new Interception.Explicit(
                                "127.0.0.1:2",
                                List.of(
                                        new ProxyScope.InboundPort(
                                                9080, "127.0.0.1:3", "127.0.0.1:4")),
                                Map.of(8080, "127.0.0.1:5")));
        List<Map<String, String>> labels =
                List.of(
                        Map.of(),
                        Map.of("app", "reviews"),
                        Map.of("app", "reviews", "version", "v2"),
                        Map.of("istio", "ingress", "version", "v1"));
        for (Role role : Role.values()) {
            for (Interception interception : interceptions) {
                for (Map<String, String> workload : labels) {
                    for (String namespace : List.of("default", "other")) {
                        scopes.add(scope(role, namespace, workload, namespace, interception));
                        scopes.add(scope(role, namespace, workload, "default", interception));
                    }
                }
            }
        }
        return scopes;
    }

    private static ProxyScope scope(
            Role role,
            String namespace,
            Map<String, String> labels,
            String domain,
            Interception interception) {
        return new ProxyScope(role, namespace, labels, domain + DOMAIN, "Kubernetes", interception);
    }
}
