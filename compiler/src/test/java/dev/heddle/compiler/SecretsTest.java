package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.explain.PlanText;
import dev.heddle.compiler.secret.SecretMaterial;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.World;
import dev.heddle.compiler.xds.SnapshotJson;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.codec.ResourceWriter;
import dev.heddle.model.core.Secret;
import dev.heddle.testkit.GoldenCase;
import dev.heddle.xds.XdsType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What Secrets are read for, what is wrong with them, and that no key is told to anybody.
class SecretsTest {
    private static final GoldenCase CASE =
            GoldenCase.all().stream()
                    .filter(c -> c.name().equals("gateway-tls"))
                    .findFirst()
                    .orElseThrow();

    static String pem(String file) {
        try {
            return Files.readString(CASE.directory().resolve("certs").resolve(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Secret secret(String type, Map<String, String> entries) {
        return new Secret(type, Map.of(), entries);
    }

    private static List<String> flaws(Secret secret) {
        return SecretMaterial.of(secret).flaws().stream()
                .map(f -> f.path() + ": " + f.why())
                .toList();
    }

    @Test
    void bothFormsOfSecretsAreRead() {
        var tls =
                SecretMaterial.of(
                        secret(
                                Secret.TLS,
                                Map.of(
                                        "tls.crt", pem("client.pem"),
                                        "tls.key", pem("client.key"),
                                        "ca.crt", pem("ca.pem"))));
        var generic =
                SecretMaterial.of(
                        secret(
                                "",
                                Map.of(
                                        "cert", pem("client.pem"),
                                        "key", pem("client.key"),
                                        "cacert", pem("ca.pem"))));

        assertThat(tls.flaws()).isEmpty();
        assertThat(generic.flaws()).isEmpty();
        assertThat(tls.pair()).isPresent().isEqualTo(generic.pair());
        assertThat(tls.roots()).isPresent().isEqualTo(generic.roots());
        assertThat(tls.certificates()).hasSize(2);
    }

    @Test
    void whatCannotBeUsedIsAFlawAndAsGoodAsNotThere() {
        assertThat(flaws(secret(Secret.TLS, Map.of())))
                .containsExactly("type: 'tls.crt' is missing", "type: 'tls.key' is missing");
        assertThat(flaws(secret("", Map.of("tls.crt", pem("client.pem")))))
                .containsExactly("stringData[\"tls.crt\"]: 'tls.key' is missing beside it");
        var swapped =
                secret("", Map.of("tls.crt", pem("client.pem"), "tls.key", pem("stranger.key")));
        assertThat(flaws(swapped))
                .containsExactly("stringData[\"tls.key\"]: tls.key is not the one of tls.crt");
        assertThat(SecretMaterial.of(swapped).pair()).isEmpty();
        assertThat(flaws(secret("", Map.of("tls.crt", "nonsense", "tls.key", pem("client.key")))))
                .singleElement()
                .asString()
                .startsWith("stringData[\"tls.crt\"]: tls.crt has no certificate");
        assertThat(flaws(new Secret("", Map.of("ca.crt", "!"), Map.of())))
                .singleElement()
                .asString()
                .startsWith("data[\"ca.crt\"]: ca.crt has no certificate");
        assertThat(flaws(secret("", Map.of("ca.crt", pem("ca.pem"), "ca.crl", "none"))))
                .singleElement()
                .asString()
                .startsWith("stringData[\"ca.crl\"]: ca.crl has no CRL");
        assertThat(
                        SecretMaterial.of(
                                        secret("", Map.of("ca.crt", pem("ca.pem"), "crl", "none")))
                                .roots())
                .isEmpty();
        assertThat(
                        flaws(
                                secret(
                                        "kubernetes.io/dockerconfigjson",
                                        Map.of(".dockerconfigjson", "{}"))))
                .isEmpty();
    }

    @Test
    void aKeyIsTheFirstThingThatAProxyIsSentAndTheLastThatAnybodySees() throws IOException {
        Meshes.Read read = Meshes.read(CASE);
        Compiled compiled = MeshCompiler.compile(read.world(), Meshes.scope(CASE));
        String manifest = Files.readString(CASE.directory().resolve("input/secrets.yaml"));
        String key = pem("client.key").lines().toList().get(1);
        String packed =
                Base64.getEncoder()
                        .encodeToString(pem("client.key").getBytes(StandardCharsets.UTF_8));
        assertThat(manifest).contains(packed);

        String sent = SnapshotJson.bootstrapWithKeys(compiled.snapshot());
        var shown =
                new StringBuilder()
                        .append(compiled.plan())
                        .append(PlanText.of(compiled.plan()))
                        .append(SnapshotJson.bootstrap(compiled.snapshot()))
                        .append(SnapshotJson.resources(compiled.snapshot(), XdsType.SECRET))
                        .append(read.findings())
                        .append(MeshCompiler.analyze(read.world()))
                        .append(read.world().index().credentials().all().values());
        read.world()
                .resources()
                .all()
                .forEach(r -> {
                    shown.append(r.spec());
                    shown.append(ResourceWriter.shown(r));
                });

        assertThat(sent).contains("BEGIN PRIVATE KEY");
        assertThat(shown.toString())
                .contains("BEGIN CERTIFICATE")
                .doesNotContain("BEGIN PRIVATE KEY")
                .doesNotContain(key)
                .doesNotContain(packed);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {data: "hunter2"}
                    {data: {tls.key: [hunter2]}}
                    {data: {tls.key: {hunter2: 1}}}
                    {stringData: {tls.key: {a: hunter2}}}
                    {type: [hunter2]}
                    {immutable: hunter2, data: [hunter2, 3]}
                    """)
    void whatStandsInTheWrongPlaceIsNotQuoted(String fields) {
        String text =
                "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n"
                        + fields.substring(1, fields.length() - 1)
                        + "\n";

        var parsed = ResourceReader.read("f.yaml", text);

        assertThat(parsed.diagnostics().stream().map(Diagnostic::toString))
                .noneMatch(finding -> finding.contains("hunter2"));
    }

    @Test
    void aGatewayIsGivenTheSecretsOfItsOwnNamespaceAlone() {
        World world = Meshes.read(CASE).world();
        ProxyScope elsewhere =
                Meshes.scope(
                        Role.GATEWAY,
                        "istio-system",
                        Map.of("istio", "ingressgateway"),
                        new Interception.Explicit("", List.of(), Map.of()));

        Compiled compiled = MeshCompiler.compile(world, elsewhere);

        assertThat(compiled.snapshot().of(XdsType.SECRET)).isEmpty();
        assertThat(compiled.diagnostics().stream().map(Diagnostic::toString))
                .anySatisfy(finding ->
                        assertThat(finding)
                                .contains("there is no Secret 'admin' in 'istio-system'")
                                .contains("but default/admin"));
    }

    @Test
    void aSidecarIsGivenNoSecrets() {
        World world =
                Meshes.world(
                        """
                        apiVersion: networking.istio.io/v1
                        kind: ServiceEntry
                        metadata: {name: bank}
                        spec:
                          hosts: [bank.example.com]
                          ports: [{number: 443, name: http, protocol: HTTP}]
                          resolution: DNS
                        ---
                        apiVersion: networking.istio.io/v1
                        kind: DestinationRule
                        metadata: {name: bank}
                        spec:
                          host: bank.example.com
                          trafficPolicy: {tls: {mode: MUTUAL, credentialName: bank}}
                        ---
                        apiVersion: v1
                        kind: Secret
                        metadata: {name: bank}
                        stringData:
                          cert: |
                        %s
                          key: |
                        %s
                        """
                                .formatted(
                                        pem("client.pem").indent(4), pem("client.key").indent(4)));

        Compiled compiled = MeshCompiler.compile(world, Meshes.sidecar("web"));

        assertThat(compiled.snapshot().of(XdsType.SECRET)).isEmpty();
        assertThat(PlanText.of(compiled.plan())).contains("as kubernetes://bank (not there)");
        assertThat(compiled.diagnostics().stream().map(Diagnostic::toString))
                .anySatisfy(
                        finding -> assertThat(finding).contains("sidecars are given no Secrets"));
    }
}
