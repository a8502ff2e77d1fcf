package dev.heddle.cli;

import static dev.heddle.cli.TestCommand.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.sun.net.httpserver.HttpServer;
import dev.heddle.console.ConsoleServer;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.access.LocalToken;
import dev.heddle.model.codec.Json;
import dev.heddle.signals.Signals;
import dev.heddle.signals.SignalsBootstrap;
import dev.heddle.testkit.Parts;
import dev.heddle.testkit.Repository;
import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.client.Rejection;
import dev.heddle.xds.client.XdsSubscriber;
import dev.heddle.xds.client.grpc.GrpcTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A report of a mesh in which secrets of every kind are planted.
class BugReportTest {
    /// What must be nowhere, not even in base64.
    private static final List<String> PLANTED =
            List.of(
                    "planted-secret-data",
                    "planted-htpasswd-hash",
                    "planted-api-key",
                    "planted-client-secret",
                    "planted-otel-header",
                    "planted-authz-header",
                    "planted-skywalking",
                    "planted-bearer-of-a-rule",
                    "planted-key-of-a-rule",
                    "planted-wasm-variable",
                    "cGxhbnRlZC1zeW1tZXRyaWMta2V5LW9mLWp3dHM",
                    "PlantedPrivateKeyBytes",
                    "planted-log-password",
                    "planted.signature",
                    "planted-proxy-token");

    private static final String MESH =
            """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: istio, namespace: istio-system}
            data:
              mesh: |
                extensionProviders:
                - name: otel
                  opentelemetry:
                    service: otel.example.com
                    port: 4318
                    http:
                      path: /v1/traces
                      headers: [{name: x-collector, value: planted-otel-header}]
                - name: sky
                  skywalking: {service: otel.example.com, port: 11800, accessToken: planted-skywalking}
                - name: authz
                  envoyExtAuthzHttp:
                    service: otel.example.com
                    port: 4318
                    includeAdditionalHeadersInCheck: {x-who: planted-authz-header}
                defaultProviders: {tracing: [otel]}
            ---
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: otel, namespace: istio-system}
            spec:
              hosts: [otel.example.com]
              location: MESH_EXTERNAL
              resolution: DNS
              ports: [{name: http, number: 4318, protocol: HTTP}, {name: grpc, number: 11800, protocol: GRPC}]
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: any, namespace: default}
            stringData: {whatever: planted-secret-data, .htpasswd: "ann:{SHA}planted-htpasswd-hash"}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: keys, namespace: default}
            stringData: {client: planted-api-key, client-secret: planted-client-secret}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: edge, namespace: default}
            type: kubernetes.io/tls
            stringData:
              tls.crt: none
              tls.key: |
                -----BEGIN PRIVATE KEY-----
                PlantedPrivateKeyBytes
                -----END PRIVATE KEY-----
            ---
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: door, namespace: default}
            spec:
              selector: {istio: ingressgateway}
              servers: [{port: {number: 8081, name: http, protocol: HTTP}, hosts: ["*"]}]
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: desk, namespace: default}
            spec:
              hosts: [desk.example.com]
              gateways: [door]
              http:
              - headers:
                  request:
                    set: {authorization: "Bearer planted-bearer-of-a-rule", x-api-key: planted-key-of-a-rule}
                route: [{destination: {host: otel.example.com, port: {number: 4318}}}]
            ---
            apiVersion: security.istio.io/v1
            kind: RequestAuthentication
            metadata: {name: me, namespace: default}
            spec:
              selector: {matchLabels: {istio: ingressgateway}}
              jwtRules:
              - issuer: me
                jwks: '{"keys":[{"kty":"oct","kid":"one","k":"cGxhbnRlZC1zeW1tZXRyaWMta2V5LW9mLWp3dHM"}]}'
            ---
            apiVersion: extensions.istio.io/v1alpha1
            kind: WasmPlugin
            metadata: {name: plugin, namespace: default}
            spec:
              url: oci://example.com/plugin:1
              vmConfig: {env: [{name: MY_TOKEN, value: planted-wasm-variable}]}
            ---
            apiVersion: networking.istio.io/v1alpha3
            kind: EnvoyFilter
            metadata: {name: odd, namespace: default}
            spec:
              configPatches:
              - applyTo: CLUSTER
                match: {context: GATEWAY}
                patch:
                  operation: MERGE
                  value:
                    metadata: {filter_metadata: {odd: {password: planted-secret-data}}}
            """;

    /// What an admin port of a careless proxy shows.
    private static final String DUMP =
            """
            {"configs": [{"provider": {"grpc_service": {"initial_metadata":
              [{"key": "x-me", "value": "planted-proxy-token"}]},
              "inline_bytes": "%s",
              "inline_string": "-----BEGIN RSA PRIVATE KEY-----\\nPlantedPrivateKeyBytes\\n-----END RSA PRIVATE KEY-----\\n"}}]}
            """
                    .formatted(
                            encoded(
                                    """
                                    -----BEGIN PRIVATE KEY-----
                                    PlantedPrivateKeyBytes
                                    -----END PRIVATE KEY-----
                                    """));

    private static final String LOG =
            """
            12:00:00 INFO a line that stays
            12:00:01 WARN connect to https://ann:planted-log-password@example.com/x
            12:00:02 WARN password=planted-log-password and token: planted-proxy-token
            12:00:03 WARN Authorization: Bearer planted-bearer-of-a-rule
            12:00:04 WARN eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtZSJ9.planted.signature
            """;

    @TempDir Path temp = Path.of("");
    private final Parts parts = new Parts();
    private String api = "";
    private String token = "";
    private String admin = "";

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @BeforeEach
    void start() throws Exception {
        var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Path config = Files.createDirectory(temp.resolve("config"));
        Files.writeString(config.resolve("mesh.yaml"), MESH);
        for (String golden : List.of("basic-auth", "api-key-auth", "oidc")) {
            try (Stream<Path> files =
                    Files.list(Repository.root().resolve("golden/" + golden + "/input"))) {
                for (Path file : files.toList()) {
                    Files.copy(file, config.resolve(golden + "-" + file.getFileName()));
                }
            }
        }
        Signals signals = parts.add(Signals.start(SignalsBootstrap.in(temp.resolve("signals"))));
        var control =
                parts.add(
                        ControlPlane.start(
                                ControlBootstrap.of(config, temp.resolve("data"), any),
                                signals.services()));
        var console =
                parts.add(
                        ConsoleServer.start(
                                any,
                                Optional.empty(),
                                control.mesh(),
                                control.configStore(),
                                control.accounts(),
                                control.audit(),
                                Optional.of(signals)));
        int port = console.address().getPort();
        parts.add(LocalToken.keep(control.accounts(), LocalToken.file(TestCommand.HOME, port)));
        api = "http://127.0.0.1:" + port;
        token = control.accounts().local();
        connect(control);
        HttpServer pages = HttpServer.create(any, 0);
        pages.createContext(
                "/",
                exchange -> {
                    byte[] body = DUMP.getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        pages.start();
        parts.add(() -> pages.stop(0));
        admin = "127.0.0.1:" + pages.getAddress().getPort();
        Files.writeString(temp.resolve("control.log"), LOG);
    }

    /// A gateway that takes all that it is given.
    private void connect(ControlPlane control) throws Exception {
        var labels =
                Value.newBuilder()
                        .setStructValue(
                                Struct.newBuilder()
                                        .putFields(
                                                "istio",
                                                Value.newBuilder()
                                                        .setStringValue("ingressgateway")
                                                        .build()))
                        .build();
        var callbacks = Executors.newSingleThreadExecutor();
        parts.add(callbacks::shutdownNow);
        XdsSubscriber takes =
                new XdsSubscriber() {
                    @Override
                    public List<Rejection> onUpdate(
                            XdsType type, List<XdsResource> changed, List<String> removed) {
                        return List.of();
                    }
                };
        var client =
                GrpcTransport.client(
                        control.xdsAddress(),
                        NodeInfo.of(
                                        "router~127.0.0.1~edge.default~default.svc.cluster.local",
                                        "edge.default")
                                .withMetadata(
                                        Struct.newBuilder().putFields("LABELS", labels).build()),
                        takes,
                        callbacks,
                        InstantSource.system(),
                        new Random(7));
        client.subscribe(XdsType.CLUSTER, Set.of("*"));
        client.subscribe(XdsType.LISTENER, Set.of("*"));
        client.start();
        parts.add(client);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (control.mesh().view().inSync() < 1) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @AfterEach
    void stop() {
        parts.close();
    }

    private Map<String, String> report(String... more) throws IOException {
        Path file = temp.resolve("report.zip");
        var words = new ArrayList<>(List.of("bug-report", "--api", api));
        words.addAll(List.of("--out", file.toString()));
        words.addAll(List.of(more));
        var made = run(words.toArray(String[]::new));
        assertThat(made.code()).as(made.err()).isZero();
        assertThat(made.out()).contains("report.zip is written");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        var entries = new TreeMap<String, String>();
        try (var zip = new ZipFile(file.toFile())) {
            for (var entry : Collections.list(zip.entries())) {
                entries.put(
                        entry.getName(),
                        new String(
                                zip.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return entries;
    }

    @Test
    void itHasWhatIsToBeKnownAndNoSecret() throws IOException {
        Map<String, String> entries =
                report("--admin", admin, "--log", temp.resolve("control.log").toString());
        assertThat(entries.keySet())
                .contains(
                        "versions.txt",
                        "control/resources.json",
                        "control/findings.json",
                        "control/proxies.json",
                        "control/metrics.txt",
                        "control/history.json",
                        "signals/errors.json",
                        "given/router~127.0.0.1~edge.default~default.svc.cluster.local.json",
                        "proxies/" + admin.replace(':', '-') + "/config_dump.txt",
                        "logs/control.log",
                        "manifest.json");
        assertThat(
                        entries.get(
                                "given/router~127.0.0.1~edge.default~default.svc.cluster.local.json"))
                .as("the proxy has what could leak")
                .contains("x-collector", "authorization", "desk.example.com");
        assertThat(entries.get("control/resources.json"))
                .contains("x-collector", "MY_TOKEN", "[redacted]", "desk.example.com");
        assertThat(entries.get("logs/control.log"))
                .contains("a line that stays", "https://ann:[redacted]@example.com/x");
        assertThat(entries.get("control/metrics.txt")).contains("pilot_xds 1");
        entries.forEach((name, text) -> {
            for (String secret : PLANTED) {
                assertThat(text).as(name).doesNotContain(secret).doesNotContain(encoded(secret));
            }
            assertThat(text).as(name).doesNotContain(token).doesNotContain("PRIVATE KEY");
        });
    }

    @Test
    void theManifestSaysWhatIsNotInItAndWhy() throws IOException {
        Map<String, String> entries = report("--admin", "127.0.0.1:1");
        String manifest = entries.getOrDefault("manifest.json", "");
        assertThat(Json.parse(manifest)).isNotNull();
        assertThat(manifest)
                .contains("none was named by --log", "no proxy answers at http://127.0.0.1:1")
                .contains("control/slos.json", "nothing is kept of traffic");
        var again = run("bug-report", "--api", api, "--out", temp.resolve("report.zip").toString());
        assertThat(again.code()).isEqualTo(2);
        assertThat(again.err()).contains("is there already");
    }
}
