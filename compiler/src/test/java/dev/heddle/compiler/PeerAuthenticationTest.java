package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.select.PeerAuthentications.Strictness;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.istio.PeerAuthentication.MutualTls.Mode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PeerAuthenticationTest {
    private static final String SERVICE =
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: shop}
            spec: {selector: {app: web}, ports: [{port: 8080, name: http}, {port: 9090, name: tcp}]}
            """;

    private static String policy(String namespace, String name, String created, String spec) {
        return """
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {namespace: %s, name: %s, creationTimestamp: "%s"}
        spec: %s
        """
                .formatted(namespace, name, created, spec);
    }

    private static Strictness of(Map<String, String> labels, String... policies) {
        return Meshes.world(String.join("---\n", policies)).index().peers().in("shop").of(labels);
    }

    @Test
    void whatNobodySaysIsPermissive() {
        Strictness its = of(Map.of(), policy("other", "a", "2026-01-01T00:00:00Z", "{}"));

        assertThat(its.at(80)).isEqualTo(Mode.PERMISSIVE);
        assertThat(its.by()).isEmpty();
    }

    @Test
    void theNarrowerGoesBeforeTheWiderAndUnsetLeavesItToTheWider() {
        String mesh = policy("istio-system", "m", "2026-01-01T00:00:00Z", "{mtls: {mode: STRICT}}");
        String unset = policy("shop", "n", "2026-01-01T00:00:00Z", "{mtls: {mode: UNSET}}");
        String own =
                policy(
                        "shop",
                        "w",
                        "2026-01-01T00:00:00Z",
                        "{selector: {matchLabels: {app: web}}, mtls: {mode: DISABLE},"
                                + " portLevelMtls: {9090: {mode: UNSET}, 9091: {mode: STRICT}}}");

        assertThat(of(Map.of("app", "other"), mesh, unset, own).at(80)).isEqualTo(Mode.STRICT);
        Strictness web = of(Map.of("app", "web"), mesh, unset, own);
        assertThat(List.of(web.at(80), web.at(9090), web.at(9091)))
                .containsExactly(Mode.DISABLE, Mode.DISABLE, Mode.STRICT);
    }

    @Test
    void ofTwoOfOneRankTheOlderCounts() {
        String younger = policy("shop", "a", "2026-02-01T00:00:00Z", "{mtls: {mode: STRICT}}");
        String older = policy("shop", "b", "2026-01-01T00:00:00Z", "{mtls: {mode: DISABLE}}");

        assertThat(of(Map.of(), younger, older).at(80)).isEqualTo(Mode.DISABLE);
    }

    @Test
    void inTheRootNamespaceThereAreNoneForSingleWorkloads() {
        String chosen =
                policy(
                        "istio-system",
                        "a",
                        "2026-01-01T00:00:00Z",
                        "{selector: {matchLabels: {app: web}}, mtls: {mode: STRICT}}");

        assertThat(of(Map.of("app", "web"), chosen).at(80)).isEqualTo(Mode.PERMISSIVE);
    }

    private static ProxyScope web() {
        return Meshes.sidecar("shop", Map.of("app", "web"), new Interception.Redirect());
    }

    private static List<FilterChain> inbound(World world, ProxyScope scope, int port) {
        Listener listener =
                MeshCompiler.compile(world, scope).plan().listeners().stream()
                        .filter(l -> l.name().equals("virtualInbound"))
                        .findFirst()
                        .orElseThrow();
        return listener.chains().stream().filter(c -> c.match().port().orElse(0) == port).toList();
    }

    @Test
    void aStrictPortHasNoChainForPlainText() {
        World world =
                Meshes.world(
                        SERVICE,
                        policy("shop", "a", "2026-01-01T00:00:00Z", "{mtls: {mode: STRICT}}"));

        for (int port : new int[] {8080, 9090, 0}) {
            assertThat(inbound(world, web().identified("/id"), port))
                    .as("port %s", port)
                    .isNotEmpty()
                    .allSatisfy(chain -> {
                        assertThat(chain.match().transport()).hasValue("tls");
                        assertThat(chain.tls().orElseThrow().clientsMust()).isTrue();
                    });
        }
    }

    @Test
    void aPermissivePortHasBothWithAnIdentityAndPlainTextWithout() {
        World world = Meshes.world(SERVICE);

        assertThat(inbound(world, web().identified("/id"), 8080))
                .extracting(c -> c.tls().isPresent())
                .containsExactly(true, false);
        assertThat(inbound(world, web(), 8080))
                .extracting(c -> c.tls().isPresent())
                .containsExactly(false);
    }

    @Test
    void aStrictProxyWithoutAnIdentityTakesNothingAndIsTold() {
        World world =
                Meshes.world(
                        SERVICE,
                        policy("shop", "a", "2026-01-01T00:00:00Z", "{mtls: {mode: STRICT}}"));

        assertThat(inbound(world, web(), 8080))
                .allSatisfy(chain ->
                        assertThat(chain.tls().orElseThrow().certificates().getFirst().isThere())
                                .isFalse());
        assertThat(MeshCompiler.compile(world, web()).diagnostics())
                .extracting(Diagnostic::code)
                .contains(DiagnosticCode.NO_IDENTITY);
        assertThat(MeshCompiler.compile(world, web().identified("/id")).diagnostics())
                .extracting(Diagnostic::code)
                .doesNotContain(DiagnosticCode.NO_IDENTITY);
    }
}
