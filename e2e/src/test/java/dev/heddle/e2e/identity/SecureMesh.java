package dev.heddle.e2e.identity;

import dev.heddle.cli.demo.Bootstrap;
import dev.heddle.cli.offline.Start;
import dev.heddle.cli.online.Api;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.World;
import dev.heddle.compiler.xds.patch.SecuredControl;
import dev.heddle.console.BundleServer;
import dev.heddle.console.ConsoleServer;
import dev.heddle.console.tls.ServerTls;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.ca.CaServer;
import dev.heddle.control.ca.JoinTokens;
import dev.heddle.control.federation.BundleStatus;
import dev.heddle.control.fetch.Reach;
import dev.heddle.control.serving.CertificateSource;
import dev.heddle.e2e.Answer;
import dev.heddle.e2e.DataPlane;
import dev.heddle.e2e.EchoBackends;
import dev.heddle.e2e.HttpText;
import dev.heddle.model.Resources;
import dev.heddle.proxy.identity.CaClient;
import dev.heddle.proxy.identity.IdentityAgent;
import dev.heddle.proxy.identity.IdentityFiles;
import dev.heddle.proxy.identity.IdentityLoop;
import dev.heddle.testkit.FreePorts;
import dev.heddle.testkit.Parts;
import dev.heddle.xds.identity.SpiffeId;
import io.grpc.BindableService;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;

/// A control plane with its certificate authority, the service `bank` behind a sidecar, and callers
/// with and without a sidecar and an identity, on real sockets.
final class SecureMesh implements AutoCloseable {
    private static final int SERVICE_PORT = 9080;

    /// The head of a request whose body goes on and on.
    static final String UPLOAD =
            "POST http://bank:%1$d/upload HTTP/1.1\r\nhost: bank:%1$d\r\ntransfer-encoding: chunked\r\n\r\n"
                    .formatted(SERVICE_PORT);

    private final Path dir;
    private final Parts parts = new Parts();
    private final List<IdentityLoop> identities = new ArrayList<>();
    private final ControlPlane control;
    private final CaServer.Settings authority;
    private final int bank = FreePorts.one();
    private final Map<String, Integer> admins = new HashMap<>();

    /// @param life of certificates
    SecureMesh(Path dir, Duration life) throws IOException {
        this(dir, life, "cluster.local");
    }

    /// @param life of certificates
    /// @param trustDomain of identities
    SecureMesh(Path dir, Duration life, String trustDomain) throws IOException {
        this(dir, life, trustDomain, List.of());
    }

    /// @param life of certificates
    /// @param trustDomain of identities
    /// @param beside what proxies may call, too, where xDS is
    SecureMesh(Path dir, Duration life, String trustDomain, List<BindableService> beside)
            throws IOException {
        this.dir = dir;
        Files.createDirectories(dir.resolve("config"));
        authority =
                new CaServer.Settings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        trustDomain,
                        dir.resolve("data/ca"),
                        Optional.empty(),
                        Optional.empty(),
                        life);
        write(
                "settings.yaml",
                """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: istio, namespace: istio-system}
                data: {mesh: "trustDomain: %s"}
                """
                        .formatted(trustDomain));
        write(
                "services.yaml",
                """
                apiVersion: v1
                kind: Service
                metadata: {name: bank}
                spec: {selector: {app: bank}, ports: [{name: http, port: %d}]}
                ---
                apiVersion: networking.istio.io/v1
                kind: WorkloadEntry
                metadata: {name: bank}
                spec:
                  address: 127.0.0.1
                  ports: {http: %d}
                  serviceAccount: bank
                  labels: {app: bank, security.istio.io/tlsMode: istio}
                """
                        .formatted(SERVICE_PORT, bank));
        control =
                ControlPlane.start(
                        ControlBootstrap.of(
                                        dir.resolve("config"),
                                        dir.resolve("data"),
                                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                                .signing(authority)
                                // Other meshes are on this machine, too.
                                .asking(new Reach(List.of("127.0.0.0/8"))),
                        beside);
        parts.add(control);
    }

    /// Tells other trust domains whom this mesh believes.
    BundleServer tells() throws IOException {
        CaServer signing = control.authority().orElseThrow();
        var names = new CertificateSource.OfMesh(signing, List.of("localhost"));
        BundleServer server =
                BundleServer.start(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        ServerTls.start("bundle endpoint", names, control.ownCertificates()),
                        () -> signing.bundle(Duration.ofSeconds(1)).json());
        parts.add(server);
        return server;
    }

    /// Believes workloads of another mesh, which tells there whom it believes.
    void believes(SecureMesh other, BundleServer there) throws IOException {
        String domain = other.authority.trustDomain();
        write(
                "federation.yaml",
                """
                apiVersion: spire.spiffe.io/v1alpha1
                kind: ClusterFederatedTrustDomain
                metadata: {name: other}
                spec:
                  trustDomain: %s
                  bundleEndpointURL: https://localhost:%d/
                  bundleEndpointProfile:
                    type: https_spiffe
                    endpointSPIFFEID: spiffe://%s/ns/istio-system/sa/istiod
                  trustDomainBundle: '%s'
                """
                        .formatted(
                                domain,
                                there.address().getPort(),
                                domain,
                                other.control
                                        .authority()
                                        .orElseThrow()
                                        .bundle(Duration.ofSeconds(1))
                                        .json()
                                        .strip()));
    }

    /// The number of what it tells them.
    long sequence() throws IOException {
        return control.authority()
                .orElseThrow()
                .bundle(Duration.ofSeconds(1))
                .sequence()
                .orElseThrow();
    }

    /// How it stands with other meshes.
    List<BundleStatus> federation() {
        return control.mesh().federation();
    }

    /// Puts a file of configuration in force.
    void write(String name, String text) throws IOException {
        Path next = dir.resolve("." + name);
        Files.writeString(next, text);
        Files.move(
                next,
                dir.resolve("config").resolve(name),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /// An identity of that account, which is kept fresh.
    Path identity(String account) throws IOException, InterruptedException {
        String token =
                CaServer.tokens(authority.directory())
                        .make(
                                JoinTokens.usual(
                                        new SpiffeId.Account("default", account),
                                        InstantSource.system().instant()),
                                CaServer.root(authority, InstantSource.system()));
        Path directory = directory(account);
        var client =
                new CaClient(
                        new CaClient.Settings(
                                "127.0.0.1:" + control.caAddress().orElseThrow().getPort(),
                                () -> Optional.of(token),
                                Optional.empty(),
                                Duration.ZERO),
                        InstantSource.system());
        IdentityLoop loop =
                IdentityLoop.start(
                        new IdentityAgent(
                                new IdentityFiles(directory), client, new Random(7)::nextDouble),
                        InstantSource.system());
        parts.add(loop);
        identities.add(loop);
        if (!loop.awaitFirst(Duration.ofSeconds(20))) {
            throw new AssertionError("no identity for " + account);
        }
        return directory;
    }

    /// Where an account's identity is.
    Path directory(String account) {
        return dir.resolve("id-" + account);
    }

    /// The sidecar of the service, with its identity.
    void serve(DataPlane plane) throws Exception {
        serve(plane, "bank");
    }

    /// The sidecar of the service, with that account's identity.
    void serve(DataPlane plane, String account) throws Exception {
        var backends = new EchoBackends(_ -> {});
        parts.add(backends);
        start(
                plane,
                "bank",
                """
                {inbound: [{port: %d, bind: "127.0.0.1:%d", application: "127.0.0.1:%d"}]}\
                """
                        .formatted(SERVICE_PORT, bank, backends.start("bank/v1")),
                identity(account).toString());
    }

    /// A sidecar of a caller.
    ///
    /// @param identity its directory; empty for none
    /// @return where it takes calls
    int call(DataPlane plane, String account, String identity) throws IOException {
        int port = FreePorts.one();
        start(plane, account, "{httpProxy: \"127.0.0.1:%d\"}".formatted(port), identity);
        return port;
    }

    /// What is closed with the mesh.
    <T extends AutoCloseable> T add(T part) {
        return parts.add(part);
    }

    /// A gateway with an identity, whose servers' ports are bound elsewhere.
    ///
    /// @param binds as in `{"8080": "127.0.0.1:4711"}`
    void open(DataPlane plane, String name, String binds) throws Exception {
        start(
                plane,
                "router",
                name,
                Map.of("app", name, "istio", "ingressgateway"),
                "{binds: " + binds + "}",
                identity(name).toString());
    }

    /// A sidecar.
    ///
    /// @param interception where it takes calls
    /// @param identity its directory; empty for none
    void start(DataPlane plane, String name, String interception, String identity)
            throws IOException {
        start(plane, "sidecar", name, Map.of("app", name), interception, identity);
    }

    private void start(
            DataPlane plane,
            String type,
            String name,
            Map<String, String> labels,
            String interception,
            String identity)
            throws IOException {
        String text =
                new Bootstrap(
                                "%s~127.0.0.1~%s.default~default.svc.cluster.local"
                                        .formatted(type, name),
                                name + ".default",
                                "default",
                                labels,
                                interception,
                                identity,
                                admins.computeIfAbsent(name, _ -> FreePorts.one()),
                                control.xdsAddress().getPort())
                        .text();
        Path bootstrap = dir.resolve(name + ".yaml");
        // Over TLS the control plane refuses who has another's identity than its labels say.
        boolean isItself = identity.equals(directory(name).toString());
        Files.writeString(bootstrap, isItself ? secured(text, identity) : text);
        parts.add(plane.start(bootstrap));
    }

    /// Who has an identity proves it to the control plane, too.
    private String secured(String text, String identity) {
        return Start.of(
                        World.of(0, Resources.EMPTY, MeshSettings.DEFAULT),
                        "bootstrap",
                        text,
                        Optional.of(
                                new SecuredControl("127.0.0.1", authorityAt().getPort(), identity)))
                .bootstrap();
    }

    /// Asks the service through a caller's sidecar.
    Optional<Answer> get(int sidecar) {
        return get(sidecar, "http://bank:" + SERVICE_PORT + "/", "bank:" + SERVICE_PORT);
    }

    /// Asks somebody else through a caller's sidecar.
    Optional<Answer> get(int sidecar, String host) {
        return get(sidecar, "http://" + host + "/", host);
    }

    /// Asks the service's sidecar in plain text, as somebody without one.
    Optional<Answer> plain() {
        return get(bank, "/", "bank:" + SERVICE_PORT);
    }

    private static Optional<Answer> get(int port, String target, String host) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2_000);
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(
                            HttpText.request(
                                    "GET",
                                    target,
                                    host,
                                    Map.of(
                                            "x-forwarded-client-cert",
                                            "URI=spiffe://cluster.local/ns/default/sa/forged")));
            return read(socket);
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    static Optional<Answer> read(Socket socket) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var buffer = new byte[8192];
        while (true) {
            int length = socket.getInputStream().read(buffer);
            if (length > 0) {
                bytes.write(buffer, 0, length);
            }
            Optional<Answer> answer = HttpText.answer(bytes.toByteArray(), length < 0);
            if (answer.isPresent() || length < 0) {
                return answer;
            }
        }
    }

    /// A connection to a caller's sidecar that stays open.
    static Socket connect(int sidecar) throws IOException {
        var socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), sidecar), 2_000);
        socket.setSoTimeout(10_000);
        return socket;
    }

    /// Asks the service on such a connection.
    static int status(Socket socket) throws IOException {
        socket.getOutputStream()
                .write(
                        HttpText.request(
                                "GET",
                                "http://bank:" + SERVICE_PORT + "/",
                                "bank:" + SERVICE_PORT,
                                Map.of()));
        return read(socket).orElseThrow(() -> new IOException("closed")).status();
    }

    int bank() {
        return bank;
    }

    /// Where the sidecar of that name has its admin pages.
    int admin(String name) {
        return Objects.requireNonNull(admins.get(name), name);
    }

    /// What the sidecar of that name tells Prometheus.
    String metrics(String name) throws IOException {
        URI page = URI.create("http://127.0.0.1:" + admin(name) + "/stats/prometheus");
        try (var in = page.toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    InetSocketAddress authorityAt() {
        return control.caAddress().orElseThrow();
    }

    CaServer.Settings authority() {
        return authority;
    }

    /// The control plane's API.
    Api api() throws IOException {
        var console =
                ConsoleServer.start(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        control.mesh(),
                        control.configStore(),
                        control.accounts(),
                        control.audit());
        parts.add(console);
        return new Api(
                "http://127.0.0.1:" + console.address().getPort(),
                Optional.of(control.accounts().local()));
    }

    ControlPlane control() {
        return control;
    }

    List<IdentityLoop> identities() {
        return List.copyOf(identities);
    }

    @Override
    public void close() {
        parts.close();
    }
}
