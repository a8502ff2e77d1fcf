package dev.heddle.control.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.World;
import dev.heddle.control.ca.Revocations;
import dev.heddle.control.push.RunningPlan;
import dev.heddle.control.source.ConfigReader;
import dev.heddle.control.source.FileConfigSource;
import dev.heddle.control.world.Validity;
import dev.heddle.control.world.WorldBuilder;
import dev.heddle.testkit.Repository;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Which certificates are found, and who uses them.
class CertificatePlacesTest {
    private static final Instant NOW = Instant.parse("2060-01-01T00:00:00Z");

    private static World world(String golden) {
        var source =
                FileConfigSource.read(
                        Repository.root().resolve("golden").resolve(golden).resolve("input"),
                        ConfigReader.RESOURCES);
        return WorldBuilder.first(source, MeshSettings.DEFAULT, NOW).world();
    }

    private static List<CertificateView> view(String golden) {
        return CertificatePlaces.view(world(golden).index(), List.of(), NOW);
    }

    /// As in `Secret default/shop tls.crt: Gateway default/shop https (gateway.yaml:12)`.
    private static String line(CertificateView view) {
        return view.origin().resource()
                + " "
                + view.entry()
                + ": "
                + view.uses().stream()
                        .map(u ->
                                "%s %s(%s:%d)"
                                        .formatted(
                                                u.origin().resource(),
                                                u.listener().isEmpty() ? "" : u.listener() + " ",
                                                Path.of(u.origin().file()).getFileName(),
                                                u.origin().position().line()))
                        .collect(Collectors.joining(", "));
    }

    @Test
    void serversOfAGatewayNameCertificatesAndRoots() {
        assertThat(view("gateway-tls"))
                .extracting(CertificatePlacesTest::line)
                .containsExactly(
                        "Secret default/admin cert: Gateway default/shop admin (gateway.yaml:23)",
                        "Secret default/admin-cacert cacert: Gateway default/shop admin"
                                + " (gateway.yaml:23), Gateway default/shop guests"
                                + " (gateway.yaml:31)",
                        "Secret default/shop tls.crt: Gateway default/shop shop"
                                + " (gateway.yaml:17), Gateway default/shop guests"
                                + " (gateway.yaml:30), Gateway default/shop again"
                                + " (gateway.yaml:50)");
    }

    @Test
    void listenersAndPoliciesOfTheGatewayApiNameSecretsAndConfigMaps() {
        String gateway = "Gateway default/shop ";
        assertThat(view("gateway-api-tls"))
                .extracting(CertificatePlacesTest::line)
                .containsExactly(
                        "Secret default/client tls.crt: " + gateway + "(gateway.yaml:13)",
                        "Secret default/shop tls.crt: "
                                + (gateway + "shop (gateway.yaml:28), ")
                                + (gateway + "rest (gateway.yaml:29), ")
                                + (gateway + "bytes (gateway.yaml:31), ")
                                + (gateway + "asked (gateway.yaml:32), ")
                                + (gateway + "lenient (gateway.yaml:33)"),
                        "ConfigMap default/roots ca.crt: "
                                + (gateway + "asked (gateway.yaml:32), ")
                                + (gateway + "lenient (gateway.yaml:33), ")
                                + "BackendTLSPolicy default/bank (routes.yaml:56), "
                                + "BackendTLSPolicy default/doubted (routes.yaml:68)");
    }

    @Test
    void aSubsetOfADestinationRuleNamesItsCertificateAndItsRoots() {
        assertThat(view("destination-rule-tls"))
                .extracting(CertificatePlacesTest::line)
                .containsExactly(
                        "Secret default/bank-client tls.crt: DestinationRule default/bank"
                                + " (rules.yaml:26)",
                        "Secret default/bank-client ca.crt: DestinationRule default/bank"
                                + " (rules.yaml:26)");
    }

    @Test
    void anIngressNamesItsOwnNamespacesSecret() {
        assertThat(view("ingress"))
                .extracting(CertificatePlacesTest::line)
                .containsExactly(
                        "Secret default/shop-certificate tls.crt: Ingress default/shop"
                                + " https-443-ingress-shop-default-0 (ingress.yaml:15)");
    }

    @Test
    void whoWasGivenOneIsKnown() {
        World world = world("gateway-api-tls");
        var scope =
                new ProxyScope(
                        Role.GATEWAY,
                        "default",
                        Map.of("gateway.networking.k8s.io/gateway-name", "shop"),
                        "default.svc.cluster.local",
                        "Kubernetes",
                        new Interception.Explicit("", List.of(), Map.of()));
        var plan = new RunningPlan(List.of("router~a"), MeshCompiler.compile(world, scope).plan());
        assertThat(CertificatePlaces.view(world.index(), List.of(plan), NOW))
                .hasSize(3)
                .allSatisfy(c -> assertThat(c.proxies()).as(line(c)).containsExactly("router~a"));
    }

    @Test
    void itsEndIsSaidInTime() {
        CertificateView shop = view("gateway-tls").getLast();
        Instant end = shop.certificate().getNotAfter().toInstant();
        assertThat(shop.names())
                .containsExactly("shop.example.com", "admin.example.com", "*.guests.example.com");
        assertThat(shop.validity()).isEqualTo(Validity.VALID);
        assertThat(Validity.of(shop.certificate(), end.minus(Duration.ofDays(31))))
                .isEqualTo(Validity.VALID);
        assertThat(Validity.of(shop.certificate(), end.minus(Duration.ofDays(29))))
                .isEqualTo(Validity.EXPIRES_SOON);
        assertThat(Validity.of(shop.certificate(), end.plusSeconds(1))).isEqualTo(Validity.EXPIRED);
        assertThat(Validity.of(shop.certificate(), Instant.EPOCH))
                .isEqualTo(Validity.NOT_YET_VALID);
    }

    @Test
    void nobodySeesWhatIsOfAnotherNamespace() {
        var all =
                new CertificatesView(
                        NOW,
                        view("gateway-tls"),
                        List.of(
                                workload("spiffe://cluster.local/ns/default/sa/web"),
                                workload("spiffe://cluster.local/ns/other/sa/web"),
                                workload("-")));
        CertificatesView seen = all.within("other"::equals);
        assertThat(seen.certificates()).isEmpty();
        assertThat(seen.workloads())
                .hasSize(1)
                .first()
                .satisfies(w -> assertThat(w.of()).contains("/ns/other/"));
        assertThat(all.of("default").certificates()).hasSize(3);
        assertThat(all.of("default").workloads()).hasSize(1);
        assertThat(all.within(_ -> true)).isEqualTo(all);
    }

    private static Revocations.Certificate workload(String of) {
        return new Revocations.Certificate("a1", of, NOW.plus(Duration.ofDays(1)), false);
    }
}
