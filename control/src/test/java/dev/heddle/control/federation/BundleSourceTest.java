package dev.heddle.control.federation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.ca.CaServer;
import dev.heddle.control.fetch.Reach;
import dev.heddle.control.fetch.WebFetch;
import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.ConfigReader;
import dev.heddle.control.source.ConfigSource;
import dev.heddle.control.source.SavedFile;
import dev.heddle.control.source.SourceState;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Resource;
import dev.heddle.model.policy.TrustBundle;
import dev.heddle.xds.identity.SpiffeBundle;
import dev.heddle.xds.secret.TlsCertificate;
import dev.heddle.xds.secret.UnusableMaterial;
import dev.heddle.xds.token.JsonText;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Bundles of another mesh, whose control plane is real; what it serves is the test's.
class BundleSourceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Reach HERE = new Reach(List.of("127.0.0.0/8"));
    private static final InetSocketAddress ANY =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final String ISTIOD = "spiffe://b.example/ns/istio-system/sa/istiod";

    @TempDir Path temp;
    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<SourceState> states = new CopyOnWriteArrayList<>();
    private final AtomicReference<String> served = new AtomicReference<>("");
    private ControlPlane other;
    private List<X509Certificate> roots;
    private HttpsServer server;

    @BeforeEach
    void start() throws Exception {
        other = mesh("b.example");
        roots = other.authority().orElseThrow().roots();
        server = serve(other.authority().orElseThrow().own(List.of("localhost")));
        served.set(bundle(roots, 5));
    }

    private ControlPlane mesh(String trustDomain) throws IOException {
        Path config = Files.createDirectories(temp.resolve(trustDomain).resolve("config"));
        Path data = temp.resolve(trustDomain).resolve("data");
        var control =
                ControlPlane.start(
                        ControlBootstrap.of(config, data, ANY)
                                .signing(
                                        CaServer.Settings.of(
                                                ANY, trustDomain, data.resolve("ca"))));
        open.add(control);
        return control;
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable part : open.reversed()) {
            part.close();
        }
    }

    private HttpsServer serve(TlsCertificate certificate) throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, new char[0]);
        store.setKeyEntry(
                "server",
                certificate.key(),
                new char[0],
                certificate.chain().toArray(new X509Certificate[0]));
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        HttpsServer https = HttpsServer.create(ANY, 0);
        https.setHttpsConfigurator(new HttpsConfigurator(context));
        https.createContext(
                "/",
                exchange -> {
                    byte[] body = served.get().getBytes(UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        https.start();
        open.add(() -> https.stop(0));
        return https;
    }

    private String url() {
        return "https://localhost:" + server.getAddress().getPort() + "/";
    }

    private static String bundle(List<X509Certificate> roots, long sequence) {
        return new SpiffeBundle(roots, Optional.of(sequence), Optional.of(Duration.ofSeconds(1)))
                .json();
    }

    private BundleSource source(WebFetch.Tls usual, List<SavedFile> saved) {
        var source =
                new BundleSource(
                        sink(),
                        new BundleFetch(
                                new WebFetch(HERE, System::nanoTime, "bundles"),
                                usual,
                                InstantSource.system()),
                        new BundleSource.Mesh("istio-system", "a.example"),
                        saved,
                        InstantSource.system(),
                        System::nanoTime);
        open.add(source);
        source.begin();
        return source;
    }

    private BundleSource source() {
        return source(WebFetch.Tls.usual(), List.of());
    }

    private ConfigSource.Sink sink() {
        return state -> {
            states.add(state);
            return CompletableFuture.completedFuture(1L);
        };
    }

    private static SourceState files(String... documents) {
        String text = String.join("\n---\n", documents);
        var read = ConfigReader.RESOURCES.read("mesh.yaml", text);
        assertThat(read.findings()).isEmpty();
        var files = new TreeMap<String, ConfigFile>();
        files.put(
                "mesh.yaml",
                new ConfigFile("mesh.yaml", Instant.EPOCH, text, read.resources(), List.of()));
        return new SourceState(files, List.of());
    }

    private String domain(String id, List<X509Certificate> first) {
        return """
        apiVersion: spire.spiffe.io/v1alpha1
        kind: ClusterFederatedTrustDomain
        metadata: {name: b}
        spec:
          trustDomain: b.example
          bundleEndpointURL: %s
          bundleEndpointProfile: {type: https_spiffe, endpointSPIFFEID: "%s"}
          trustDomainBundle: %s
        """
                .formatted(
                        url(),
                        id,
                        JsonText.write(
                                new SpiffeBundle(first, Optional.of(1L), Optional.empty()).json()));
    }

    /// What is in force of a trust domain.
    private Optional<SpiffeBundle> inForce(String domain) {
        if (states.isEmpty()) {
            return Optional.empty();
        }
        ConfigFile file = states.getLast().files().get(BundleSource.FILE);
        if (file == null) {
            return Optional.empty();
        }
        return file.resources().stream()
                .map(Resource::spec)
                .filter(TrustBundle.class::isInstance)
                .map(TrustBundle.class::cast)
                .filter(it -> it.trustDomain().equals(domain))
                .findFirst()
                .map(it -> {
                    try {
                        return SpiffeBundle.parse(it.bundle());
                    } catch (UnusableMaterial e) {
                        throw new AssertionError(e);
                    }
                });
    }

    private List<Diagnostic> troubles() {
        return states.getLast().findings().stream()
                .filter(f -> f.code() == DiagnosticCode.BUNDLE_UNREAD)
                .toList();
    }

    private static BundleStatus status(BundleSource source) {
        assertThat(source.status()).hasSize(1);
        return source.status().getFirst();
    }

    private void awaitNumber(long number) {
        await().atMost(PATIENCE)
                .until(() ->
                        inForce("b.example")
                                .flatMap(SpiffeBundle::sequence)
                                .equals(Optional.of(number)));
    }

    private String awaitTrouble(BundleSource source) {
        await().atMost(PATIENCE).until(() -> status(source).trouble().isPresent());
        return status(source).trouble().orElseThrow();
    }

    @Test
    void aBundleIsReadFromWhoHasTheRightIdAndAgainWhenItsHintSays() throws Exception {
        BundleSource source = source();
        var _ = source.put(files(domain(ISTIOD, roots)));
        // What was written counts until more is known.
        assertThat(inForce("b.example").flatMap(SpiffeBundle::sequence)).isPresent();
        awaitNumber(5);
        assertThat(status(source).profile()).isEqualTo("https_spiffe");
        assertThat(status(source).read()).isPresent();
        assertThat(troubles()).isEmpty();
        List<X509Certificate> more = new ArrayList<>(roots);
        more.addAll(mesh("c.example").authority().orElseThrow().roots());
        served.set(bundle(more, 6));
        awaitNumber(6);
        assertThat(inForce("b.example").orElseThrow().roots()).isEqualTo(more);
    }

    @Test
    void aNumberThatGoesBackIsNotTaken() throws Exception {
        BundleSource source = source();
        var _ = source.put(files(domain(ISTIOD, roots)));
        awaitNumber(5);
        served.set(bundle(mesh("c.example").authority().orElseThrow().roots(), 4));
        assertThat(awaitTrouble(source)).isEqualTo("spiffe_sequence went back from 5 to 4");
        assertThat(inForce("b.example").orElseThrow().roots()).isEqualTo(roots);
        assertThat(troubles()).singleElement().asString().contains("stays in force");
    }

    @Test
    void whoHasAnotherIdIsNotListenedTo() throws Exception {
        BundleSource source = source();
        var _ = source.put(files(domain(ISTIOD.replace("istiod", "other"), roots)));
        assertThat(awaitTrouble(source)).contains("the server is " + ISTIOD);
        assertThat(inForce("b.example").flatMap(SpiffeBundle::sequence)).contains(1L);
    }

    @Test
    void whoIsSignedByAnotherRootIsNotListenedTo() throws Exception {
        BundleSource source = source();
        List<X509Certificate> others = mesh("c.example").authority().orElseThrow().roots();
        var _ = source.put(files(domain(ISTIOD, others)));
        assertThat(awaitTrouble(source)).isNotEmpty();
        assertThat(status(source).read()).isEmpty();
    }

    @Test
    void aServerOfTheWebProvesItsName() throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("root", roots.getFirst());
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        BundleSource source = source(new WebFetch.Tls(context.getSocketFactory(), true), List.of());
        String settings =
                """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: istio, namespace: istio-system}
                data:
                  mesh: |
                    caCertificates:
                      - {trustDomains: [b.example], spiffeBundleUrl: "%s"}
                """;
        var _ = source.put(files(settings.formatted(url())));
        awaitNumber(5);
        assertThat(status(source).profile()).isEqualTo("https_web");
        var _ = source.put(files(settings.formatted(url().replace("localhost", "127.0.0.1"))));
        assertThat(awaitTrouble(source)).contains("127.0.0.1");
        assertThat(inForce("b.example")).isPresent();
    }

    @Test
    void whatWasReadStaysWhileNobodyAnswersAlsoAfterARestart() throws Exception {
        BundleSource source = source();
        var _ = source.put(files(domain(ISTIOD, roots)));
        awaitNumber(5);
        server.stop(0);
        assertThat(awaitTrouble(source)).isNotEmpty();
        assertThat(inForce("b.example").flatMap(SpiffeBundle::sequence)).contains(5L);
        ConfigFile kept =
                Objects.requireNonNull(states.getLast().files().get(BundleSource.FILE), "kept");
        source.close();
        states.clear();
        BundleSource next =
                source(
                        WebFetch.Tls.usual(),
                        List.of(new SavedFile(BundleSource.FILE, kept.changed(), kept.text())));
        var _ = next.put(files(domain(ISTIOD, roots)));
        assertThat(inForce("b.example").flatMap(SpiffeBundle::sequence)).contains(5L);
        assertThat(awaitTrouble(next)).isNotEmpty();
        assertThat(inForce("b.example").flatMap(SpiffeBundle::sequence)).contains(5L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<html>",
                "{\"keys\":[]}",
                "{\"keys\":[{\"use\":\"x509-svid\",\"kty\":\"EC\"}]}"
            })
    void whatIsNoBundleIsNotTaken(String text) throws Exception {
        served.set(text);
        BundleSource source = source();
        var _ = source.put(files(domain(ISTIOD, roots)));
        assertThat(awaitTrouble(source)).isNotEmpty();
        assertThat(inForce("b.example").flatMap(SpiffeBundle::sequence)).contains(1L);
    }

    @Test
    void nobodyIsAskedInPlainTextOrForWhatSomebodyHasWritten() throws Exception {
        BundleSource source = source();
        var _ = source.put(files(domain(ISTIOD, roots).replace("https://", "http://")));
        assertThat(source.status()).isEmpty();
        assertThat(states.getLast().findings())
                .anySatisfy(f -> assertThat(f.message()).contains("expected: https://"));
        String written =
                """
                apiVersion: heddle.dev/v1alpha1
                kind: TrustBundle
                metadata: {name: b}
                spec: {trustDomain: b.example, bundle: '%s'}
                """
                        .formatted(bundle(roots, 1));
        var _ = source.put(files(domain(ISTIOD, roots), written));
        assertThat(source.status()).isEmpty();
    }

    @Test
    void theMeshsOwnRootsStandBesideThoseOfOthersAndNowhereElse() throws Exception {
        BundleSource source = source();
        List<X509Certificate> own = mesh("a.example").authority().orElseThrow().roots();
        source.learn(own);
        var _ = source.put(SourceState.EMPTY);
        assertThat(inForce("a.example")).isEmpty();
        var _ = source.put(files(domain(ISTIOD, roots)));
        assertThat(inForce("a.example").orElseThrow().roots()).isEqualTo(own);
    }

    @Test
    void addressesOfOurOwnAreNotCalled() {
        var fetch = new WebFetch(Reach.USUAL, System::nanoTime, "bundles");
        assertThatThrownBy(() ->
                        fetch.get(url(), WebFetch.Tls.usual(), fetch.endOf(Duration.ofSeconds(5))))
                .hasMessageContaining("is not called for bundles");
    }
}
