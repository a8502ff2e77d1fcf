package dev.heddle.console.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.access.Grant;
import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import dev.heddle.testkit.Parts;
import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.client.Rejection;
import dev.heddle.xds.client.XdsSubscriber;
import dev.heddle.xds.client.grpc.GrpcTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// The pages have the members that the structs of Istio's `istioctl` and of Kiali read, by their
/// names and types (istio `pilot/pkg/xds/debug.go`, kiali `kubernetes/types.go`), and no secrets.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DebugApiTest {
    private static final String ID = "sidecar~127.0.0.1~reviews-v1.shop~shop.svc.cluster.local";
    private static final String SECRET = "c2VjcmV0LW9mLWFsbA==";
    private static final String MESH =
            """
            apiVersion: v1
            kind: Service
            metadata: {name: reviews, namespace: shop, labels: {team: a}}
            spec:
              clusterIP: 10.1.2.3
              selector: {app: reviews}
              ports: [{name: http, port: 9080}]
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: reviews-v1, namespace: shop}
            spec:
              address: 127.0.0.1
              ports: {http: 21001}
              serviceAccount: reviews
              labels: {app: reviews, version: v1}
            ---
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: out, namespace: bank}
            spec:
              hosts: [out.example.com]
              location: MESH_EXTERNAL
              resolution: DNS
              exportTo: ["."]
              ports: [{name: tls, number: 443, protocol: TLS}]
            ---
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: all, namespace: shop}
            spec: {action: ALLOW, rules: [{}]}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: edge, namespace: shop}
            data: {token: %s}
            """
                    .formatted(SECRET);

    private final Parts parts = new Parts();
    private ControlPlane control;
    private ConsoleApi api;

    /// Refuses listeners.
    private static final class Proxy implements XdsSubscriber {
        @Override
        public List<Rejection> onUpdate(
                XdsType type, List<XdsResource> changed, List<String> removed) {
            return type == XdsType.LISTENER
                    ? changed.stream().map(it -> new Rejection(it.name(), "not for me")).toList()
                    : List.of();
        }
    }

    @BeforeAll
    void start(@TempDir Path temp) throws IOException {
        var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Path config = Files.createDirectory(temp.resolve("config"));
        Files.writeString(config.resolve("mesh.yaml"), MESH);
        control =
                parts.add(
                        ControlPlane.start(ControlBootstrap.of(config, temp.resolve("data"), any)));
        api =
                new ConsoleApi(
                        control.mesh(),
                        control.configStore(),
                        control.accounts(),
                        control.audit(),
                        new Guard(any));
        Value labels =
                Value.newBuilder()
                        .setStructValue(
                                Struct.newBuilder()
                                        .putFields("app", text("reviews"))
                                        .putFields("version", text("v1")))
                        .build();
        var node =
                NodeInfo.of(ID, "reviews.shop")
                        .withMetadata(
                                Struct.newBuilder()
                                        .putFields("CLUSTER_ID", text("east"))
                                        .putFields("ISTIO_VERSION", text("1.30.0"))
                                        .putFields("LABELS", labels)
                                        .build());
        var callbacks = Executors.newSingleThreadExecutor();
        parts.add(callbacks::shutdownNow);
        var client =
                GrpcTransport.client(
                        control.xdsAddress(),
                        node,
                        new Proxy(),
                        callbacks,
                        InstantSource.system(),
                        new Random(7));
        client.subscribe(XdsType.CLUSTER, Set.of("*"));
        client.subscribe(XdsType.LISTENER, Set.of("*"));
        client.subscribe(XdsType.SECRET, Set.of("default", "never-heard-of"));
        client.start();
        parts.add(client);
        await().until(() -> asked("debug/push_status").get("pilot_xds_lds_reject").isPresent());
        await().until(() -> !text(first(asked("debug/syncz")), "cluster_acked").isEmpty());
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    @AfterAll
    void stop() {
        parts.close();
    }

    private ApiResponse answer(String path, Map<String, String> query, String token) {
        return api.answer(
                new ApiRequest(
                        "GET",
                        List.of(path.split("/", -1)),
                        query,
                        Map.of("Host", "localhost", "Authorization", "Bearer " + token),
                        "",
                        "127.0.0.1"));
    }

    /// A page as JSON; a list as a mapping with the one member `all`.
    private Node.Mapping asked(String path) {
        return asked(path, Map.of(), control.accounts().local());
    }

    private Node.Mapping asked(String path, Map<String, String> query, String token) {
        ApiResponse answer = answer(path, query, token);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).doesNotContain(SECRET).doesNotContain("PRIVATE KEY");
        Node node = Json.parse(answer.body());
        return node instanceof Node.Mapping mapping
                ? mapping
                : Node.Mapping.EMPTY.with("all", node);
    }

    private static List<Node> items(Node.Mapping holder, String name) {
        return ((Node.Sequence) holder.get(name).orElseThrow()).items();
    }

    private static Node.Mapping first(Node.Mapping list) {
        List<Node> all = items(list, "all");
        return all.isEmpty() ? Node.Mapping.EMPTY : (Node.Mapping) all.getFirst();
    }

    private static Node.Mapping in(Node.Mapping holder, String name) {
        return (Node.Mapping) holder.get(name).orElseThrow(() -> new AssertionError(name));
    }

    private static String text(Node.Mapping holder, String name) {
        return holder.get(name).orElse(null) instanceof Node.Text(var value, _) ? value : "";
    }

    private static String number(Node.Mapping holder, String name) {
        return ((Node.Numeric) holder.get(name).orElseThrow()).digits();
    }

    private Node.Mapping service(String host) {
        return items(asked("debug/registryz"), "all").stream()
                .map(Node.Mapping.class::cast)
                .filter(it -> text(it, "hostname").equals(host))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void synczIsWhatProxiesHave() {
        Node.Mapping proxy = first(asked("debug/syncz"));
        assertThat(text(proxy, "proxy")).isEqualTo(ID);
        assertThat(text(proxy, "cluster_id")).isEqualTo("east");
        assertThat(text(proxy, "istio_version")).isEqualTo("1.30.0");
        assertThat(text(proxy, "cluster_sent")).isNotEmpty();
        assertThat(text(proxy, "cluster_acked")).isEqualTo(text(proxy, "cluster_sent"));
        assertThat(text(proxy, "listener_sent")).isNotEmpty();
        assertThat(text(proxy, "listener_acked")).as("it was refused").isEmpty();
        assertThat(text(proxy, "route_sent")).as("it did not ask for routes").isEmpty();
    }

    @Test
    void registryzIsServices() {
        Node.Mapping reviews = service("reviews.shop.svc.cluster.local");
        Node.Mapping attributes = in(reviews, "Attributes");
        assertThat(text(attributes, "ServiceRegistry")).isEqualTo("Kubernetes");
        assertThat(text(attributes, "Name")).isEqualTo("reviews");
        assertThat(text(attributes, "Namespace")).isEqualTo("shop");
        assertThat(text(in(attributes, "Labels"), "team")).isEqualTo("a");
        assertThat(text(in(attributes, "LabelSelectors"), "app")).isEqualTo("reviews");
        assertThat(in(in(attributes, "ExportTo"), "*").entries()).isEmpty();
        Node.Mapping port = (Node.Mapping) items(reviews, "ports").getFirst();
        assertThat(text(port, "name")).isEqualTo("http");
        assertThat(number(port, "port")).isEqualTo("9080");
        assertThat(text(port, "protocol")).isEqualTo("HTTP");
        assertThat(in(in(reviews, "clusterVIPs"), "Addresses").get("Kubernetes")).isPresent();
        assertThat(number(reviews, "Resolution")).isEqualTo("0");
        assertThat(text(reviews, "ResourceVersion")).isNotEmpty();
        Node.Mapping out = service("out.example.com");
        assertThat(text(in(out, "Attributes"), "ServiceRegistry")).isEqualTo("External");
        assertThat(in(in(out, "Attributes"), "ExportTo").get(".")).isPresent();
        assertThat(number(out, "Resolution")).isEqualTo("1");
        assertThat(((Node.Bool) out.get("MeshExternal").orElseThrow()).value()).isTrue();
    }

    @Test
    void endpointzIsEndpoints() {
        Node.Mapping one =
                items(asked("debug/endpointz"), "all").stream()
                        .map(Node.Mapping.class::cast)
                        .filter(it -> text(it, "svc").equals("reviews.shop.svc.cluster.local:http"))
                        .findFirst()
                        .orElseThrow();
        Node.Mapping instance = (Node.Mapping) items(one, "ep").getFirst();
        Node.Mapping endpoint = in(instance, "endpoint");
        assertThat(text(in(instance, "service"), "hostname"))
                .isEqualTo("reviews.shop.svc.cluster.local");
        assertThat(number(in(instance, "servicePort"), "port")).isEqualTo("9080");
        assertThat(text(endpoint, "Address")).isEqualTo("127.0.0.1");
        assertThat(number(endpoint, "EndpointPort")).isEqualTo("21001");
        assertThat(text(in(endpoint, "Labels"), "version")).isEqualTo("v1");
        assertThat(
                        answer("debug/endpointz", Map.of("brief", ""), control.accounts().local())
                                .body())
                .contains("reviews.shop.svc.cluster.local:http 127.0.0.1:21001 {app=reviews");
    }

    @Test
    void configzIsWhatIstioReads() {
        List<String> kinds =
                items(asked("debug/configz"), "all").stream()
                        .map(it -> text((Node.Mapping) it, "kind"))
                        .toList();
        assertThat(kinds)
                .contains("WorkloadEntry", "ServiceEntry", "AuthorizationPolicy")
                .doesNotContain("Secret", "ConfigMap");
    }

    @Test
    void theRestHasItsShapes() {
        Node.Mapping connections = asked("debug/connections");
        assertThat(number(connections, "totalClients")).isEqualTo("1");
        Node.Mapping client = (Node.Mapping) items(connections, "clients").getFirst();
        assertThat(text(client, "connectionId")).isEqualTo(ID);
        assertThat(Instant.parse(text(client, "connectedAt"))).isBefore(Instant.now());
        Node.Mapping ads = (Node.Mapping) items(asked("debug/adsz"), "clients").getFirst();
        assertThat(text(in(ads, "labels"), "version")).isEqualTo("v1");
        assertThat(text(in(ads, "metadata"), "CLUSTER_ID")).isEqualTo("east");
        Node.Mapping watches = in(ads, "watches");
        assertThat(items(watches, "SDS"))
                .map(it -> ((Node.Text) it).value())
                .containsExactly("default", "never-heard-of");
        assertThat(items(watches, "CDS")).isEmpty();
        Node.Mapping refused = in(in(asked("debug/push_status"), "pilot_xds_lds_reject"), ID);
        assertThat(text(refused, "proxy")).isEqualTo(ID);
        assertThat(text(refused, "message")).contains("not for me");
        assertThat(items(asked("debug/instancesz"), ID)).hasSize(1);
        Node.Mapping policies =
                in(
                        in(asked("debug/authorizationz"), "authorization_policies"),
                        "namespace_to_policies");
        Node.Mapping policy = (Node.Mapping) items(policies, "shop").getFirst();
        assertThat(text(policy, "name")).isEqualTo("all");
        assertThat(text(in(policy, "spec"), "action")).isEqualTo("ALLOW");
        assertThat(items(asked("debug/list"), "all").toString()).contains("syncz", "registryz");
        assertThat(answer("ready", Map.of(), "").status()).isEqualTo(200);
        assertThat(answer("version", Map.of(), control.accounts().local()).body())
                .as("Kiali takes the first three numbers")
                .matches("\\d+\\.\\d+\\.\\d+-heddle-Clean");
    }

    @Test
    void aConfigDumpIsOneOfEnvoys() {
        var of = Map.of("proxyID", "reviews-v1.shop", "include_eds", "true");
        Node.Mapping dump = asked("debug/config_dump", of, control.accounts().local());
        var byType = new TreeMap<String, Node.Mapping>();
        items(dump, "configs")
                .forEach(it ->
                        byType.put(
                                text((Node.Mapping) it, "@type").replaceFirst(".*v3.", ""),
                                (Node.Mapping) it));
        assertThat(byType)
                .containsOnlyKeys(
                        "BootstrapConfigDump",
                        "ClustersConfigDump",
                        "EndpointsConfigDump",
                        "ListenersConfigDump",
                        "RoutesConfigDump",
                        "ScopedRoutesConfigDump",
                        "SecretsConfigDump");
        Node.Mapping clusters = in(Node.Mapping.of(byType), "ClustersConfigDump");
        Node.Mapping cluster = (Node.Mapping) items(clusters, "dynamic_active_clusters").getFirst();
        assertThat(text(in(cluster, "cluster"), "@type")).endsWith("v3.Cluster");
        Node.Mapping listeners = in(Node.Mapping.of(byType), "ListenersConfigDump");
        Node.Mapping listener = (Node.Mapping) items(listeners, "dynamic_listeners").getFirst();
        assertThat(text(in(in(listener, "active_state"), "listener"), "name"))
                .isEqualTo(text(listener, "name"))
                .isNotEmpty();
        assertThat(answer("debug/config_dump", Map.of(), control.accounts().local()).status())
                .isEqualTo(400);
        assertThat(
                        answer(
                                        "debug/config_dump",
                                        Map.of("proxyID", "nobody"),
                                        control.accounts().local())
                                .status())
                .isEqualTo(404);
    }

    @Test
    void whoSeesOneNamespaceSeesNoMore() throws IOException {
        control.accounts().put("banker", Optional.empty(), List.of(Grant.of("viewer:bank")));
        String token = control.accounts().token("banker", "", Duration.ofHours(1));
        assertThat(items(asked("debug/syncz", Map.of(), token), "all")).isEmpty();
        assertThat(asked("debug/registryz", Map.of(), token).toString())
                .contains("out.example.com")
                .doesNotContain("reviews");
        assertThat(asked("debug/configz", Map.of(), token).toString()).doesNotContain("reviews");
        assertThat(
                        answer("debug/config_dump", Map.of("proxyID", "reviews-v1.shop"), token)
                                .status())
                .isEqualTo(404);
        for (String page : List.of("syncz", "registryz", "configz", "endpointz", "adsz")) {
            assertThat(answer("debug/" + page, Map.of(), "nobody").status()).isEqualTo(401);
        }
    }
}
