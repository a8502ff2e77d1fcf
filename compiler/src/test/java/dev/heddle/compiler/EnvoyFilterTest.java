package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.explain.Explainer;
import dev.heddle.compiler.explain.Explanation.Tried;
import dev.heddle.compiler.explain.Request;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.WorkloadAnnotations;
import dev.heddle.compiler.world.World;
import dev.heddle.compiler.xds.SnapshotJson;
import dev.heddle.compiler.xds.patch.Touch;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.service.Locality;
import dev.heddle.xds.XdsType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnvoyFilterTest {
    private static final String SERVICES =
            """
            apiVersion: v1
            kind: Service
            metadata: {name: reviews}
            spec:
              selector: {app: reviews}
              ports: [{name: http, port: 9080}]
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: reviews}
            spec: {address: 10.0.0.1, ports: {http: 9080}, labels: {app: reviews}}
            """;

    @TempDir private Path directory;

    /// A filter with the given patches, each indented by two.
    private static String filter(String name, String namespace, String head, String patches) {
        return """
        apiVersion: networking.istio.io/v1alpha3
        kind: EnvoyFilter
        metadata: {name: %s, namespace: %s}
        spec:
        %s
          configPatches:
        %s
        """
                .formatted(name, namespace, head, patches.indent(2));
    }

    private static String patch(String applyTo, String match, String operation, String value) {
        return "- {applyTo: %s, match: {%s}, patch: {operation: %s%s}}\n"
                .formatted(
                        applyTo,
                        match,
                        operation,
                        value.isEmpty() ? "" : ", value: {" + value + "}");
    }

    private static Compiled compile(String... filters) {
        return MeshCompiler.compile(world(filters), Meshes.sidecar("reviews"));
    }

    private static World world(String... filters) {
        return Meshes.world(SERVICES + "---\n" + String.join("---\n", filters));
    }

    private static String printed(Compiled compiled, XdsType type) {
        return SnapshotJson.resources(compiled.snapshot(), type).replaceAll("\\s+", " ");
    }

    private static String header(String name) {
        return "response_headers_to_add: [{header: {key: %s, value: x}}]".formatted(name);
    }

    @Test
    void theRootNamespaceGoesFirstAndPriorityBeforeThat() {
        String merge = patch("ROUTE_CONFIGURATION", "context: ANY", "MERGE", "");
        String first = filter("b", "istio-system", "", merged(merge, "root"));
        String own = filter("a", "default", "", merged(merge, "own"));
        String early = filter("z", "default", "  priority: -5", merged(merge, "early"));
        String routes = printed(compile(own, first, early), XdsType.ROUTE);
        assertThat(routes.indexOf("\"early\"")).isPositive().isLessThan(routes.indexOf("\"root\""));
        assertThat(routes.indexOf("\"root\"")).isLessThan(routes.indexOf("\"own\""));
    }

    private static String merged(String patch, String name) {
        return patch.replace("MERGE}", "MERGE, value: {" + header(name) + "}}");
    }

    @Test
    void filtersOfOtherNamespacesAndWorkloadsAreForOthers() {
        String merge = patch("ROUTE_CONFIGURATION", "context: ANY", "MERGE", header("x-there"));
        Compiled compiled =
                compile(
                        filter("a", "elsewhere", "", merge),
                        filter("b", "default", "  workloadSelector: {labels: {app: web}}", merge));
        assertThat(printed(compiled, XdsType.ROUTE)).doesNotContain("x-there");
        assertThat(compiled.touches()).isEmpty();
    }

    @Test
    void aSideOfTheWorkloadIsPatchedAlone() {
        String in = patch("VIRTUAL_HOST", "context: SIDECAR_INBOUND", "MERGE", header("x-in"));
        Compiled compiled = compile(filter("a", "default", "", in));
        assertThat(printed(compiled, XdsType.ROUTE)).doesNotContain("x-in");
        assertThat(printed(compiled, XdsType.LISTENER)).contains("x-in");
    }

    @Test
    void listenersAreMergedAddedAndRemoved() {
        Compiled compiled =
                compile(
                        filter(
                                "a",
                                "default",
                                "",
                                patch(
                                                "LISTENER",
                                                "context: SIDECAR_OUTBOUND, listener: {portNumber:"
                                                        + " 15001}",
                                                "MERGE",
                                                "stat_prefix: patched")
                                        + patch(
                                                "LISTENER",
                                                "context: SIDECAR_OUTBOUND, listener: {portNumber:"
                                                        + " 9080}",
                                                "REMOVE",
                                                "")
                                        + patch(
                                                "LISTENER",
                                                "context: ANY",
                                                "ADD",
                                                "name: more, address: {socket_address: {address:"
                                                        + " 127.0.0.1, port_value: 7}}")));
        assertThat(compiled.snapshot().of(XdsType.LISTENER).keySet())
                .contains("more", "virtualOutbound")
                .doesNotContain("0.0.0.0_9080");
        assertThat(printed(compiled, XdsType.LISTENER)).contains("\"stat_prefix\": \"patched\"");
    }

    @Test
    void chainsAndFiltersAreInsertedReplacedAndRemoved() {
        String manager = "envoy.filters.network.http_connection_manager";
        String match =
                "context: SIDECAR_INBOUND, listener: {name: virtualInbound, filterChain: {filter:"
                        + " {name: "
                        + manager
                        + "%s}}}";
        String router = match.formatted(", subFilter: {name: envoy.filters.http.router}");
        String grpcWeb =
                "name: %s, typed_config: {'@type':"
                        + " type.googleapis.com/envoy.extensions.filters.http.grpc_web.v3.GrpcWeb}";
        Compiled compiled =
                compile(
                        filter(
                                "a",
                                "default",
                                "",
                                patch(
                                                "HTTP_FILTER",
                                                router,
                                                "INSERT_BEFORE",
                                                grpcWeb.formatted("before"))
                                        + patch(
                                                "HTTP_FILTER",
                                                match.formatted(""),
                                                "INSERT_FIRST",
                                                grpcWeb.formatted("first"))
                                        + patch(
                                                "HTTP_FILTER",
                                                match.formatted(", subFilter: {name: first}"),
                                                "REPLACE",
                                                grpcWeb.formatted("second"))
                                        + patch(
                                                "HTTP_FILTER",
                                                match.formatted(", subFilter: {name: before}"),
                                                "REMOVE",
                                                "")
                                        + patch(
                                                "FILTER_CHAIN",
                                                "context: SIDECAR_OUTBOUND, listener:"
                                                        + " {filterChain: {transportProtocol:"
                                                        + " raw_buffer}}",
                                                "MERGE",
                                                "name: renamed")));
        String listeners = printed(compiled, XdsType.LISTENER);
        assertThat(listeners)
                .contains("\"second\"", "\"renamed\"")
                .doesNotContain("\"first\"", "\"before\"");
        assertThat(listeners.indexOf("\"second\""))
                .isLessThan(
                        listeners.indexOf(
                                "envoy.filters.http.router",
                                listeners.indexOf("\"virtualInbound\"")));
    }

    @Test
    void clustersAreFoundByServiceSubsetAndPortOnBothSides() {
        String inbound =
                "context: SIDECAR_INBOUND, cluster: {service: reviews.default.svc.cluster.local}";
        Compiled compiled =
                compile(
                        filter(
                                "a",
                                "default",
                                "",
                                patch("CLUSTER", inbound, "MERGE", "connect_timeout: 77s")
                                        + patch(
                                                "CLUSTER",
                                                "context: SIDECAR_OUTBOUND, cluster: {portNumber:"
                                                        + " 9080}",
                                                "MERGE_AND_REPLACE_LIST",
                                                "connect_timeout: 1.5s")
                                        + patch(
                                                "CLUSTER",
                                                "context: ANY",
                                                "ADD",
                                                "name: more, type: STATIC, connect_timeout: 1s")));
        assertThat(compiled.touches())
                .extracting(Touch::resource)
                .contains("inbound|9080||", "more")
                .contains("outbound|9080||reviews.default.svc.cluster.local");
        assertThat(printed(compiled, XdsType.CLUSTER))
                .contains("\"connect_timeout\": \"77s\"", "\"connect_timeout\": \"1.500s\"");
    }

    @Test
    void aPatchIsForVersionsAndMetadataOfItsProxies() {
        String merge =
                patch(
                        "ROUTE_CONFIGURATION",
                        "context: ANY, proxy: {proxyVersion: '^1[.]29.*', metadata: {GENERATOR:"
                                + " x}}",
                        "MERGE",
                        header("x-there"));
        World world = world(filter("a", "default", "", merge));
        assertThat(
                        List.of(
                                isTouched(world, Map.of()),
                                isTouched(world, Map.of("ISTIO_VERSION", "1.29.1")),
                                isTouched(
                                        world,
                                        Map.of("ISTIO_VERSION", "1.29.1", "GENERATOR", "x"))))
                .containsExactly(false, false, true);
    }

    private static boolean isTouched(World world, Map<String, String> metadata) {
        var scope =
                new ProxyScope(
                        Role.SIDECAR,
                        "default",
                        Map.of("app", "reviews"),
                        "default.svc.cluster.local",
                        "Kubernetes",
                        new Interception.Redirect(),
                        WorkloadAnnotations.NONE,
                        Locality.UNKNOWN,
                        new ProxyScope.Node(metadata, Optional.empty(), new TreeSet<>()));
        return !MeshCompiler.compile(world, scope).touches().isEmpty();
    }

    @Test
    void aGatewaysFiltersMayNameTheirTarget() {
        String merge = patch("LISTENER", "context: GATEWAY", "ADD", "name: more");
        String named =
                filter(
                        "a",
                        "default",
                        "  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name:"
                                + " edge}]",
                        merge);
        Map<String, String> labels = Map.of("gateway.networking.k8s.io/gateway-name", "edge");
        World world = world(named);
        assertThat(
                        MeshCompiler.compile(
                                        world,
                                        Meshes.scope(
                                                Role.GATEWAY,
                                                "default",
                                                labels,
                                                new Interception.Redirect()))
                                .touches())
                .hasSize(1);
        assertThat(MeshCompiler.compile(world, Meshes.sidecar("reviews")).touches()).isEmpty();
    }

    @Test
    void whatIsMistakenIsSaidAndItsNeighboursAreMade() {
        String bad =
                patch("CLUSTER", "context: ANY", "MERGE", "lb_polizy: RANDOM")
                        + patch("CLUSTER", "context: ANY", "REPLACE", "name: x")
                        + patch("ROUTE_CONFIGURATION", "context: ANY", "ADD", "name: x")
                        + patch(
                                "CLUSTER",
                                "cluster: {service: nowhere}",
                                "MERGE",
                                "connect_timeout: 1s")
                        + patch("CLUSTER", "context: ANY", "MERGE", "connect_timeout: 9s");
        String selecting = "  workloadSelector: {labels: {app: reviews}}";
        World world = world(filter("a", "default", selecting, bad));
        assertThat(MeshCompiler.analyze(world))
                .extracting(Diagnostic::code)
                .containsExactlyInAnyOrder(
                        DiagnosticCode.LEFT_OUT,
                        DiagnosticCode.ENVOY_FILTER_REPLACE,
                        DiagnosticCode.ENVOY_FILTER_ADD);
        Compiled compiled = MeshCompiler.compile(world, Meshes.sidecar("reviews"));
        assertThat(compiled.diagnostics())
                .filteredOn(d -> d.code() == DiagnosticCode.PATCHES_NOTHING)
                .extracting(d -> d.origin().path().toString())
                .containsExactly("spec.configPatches[3]");
        assertThat(printed(compiled, XdsType.CLUSTER)).contains("\"connect_timeout\": \"9s\"");
    }

    @Test
    void explainTellsWhichFilterTouchedWhatARequestMeets() {
        World world =
                world(
                        filter(
                                "a",
                                "default",
                                "",
                                patch("CLUSTER", "context: ANY", "MERGE", "connect_timeout: 9s")));
        assertThat(
                        Explainer.explain(
                                        world,
                                        Meshes.sidecar("reviews"),
                                        Request.of("GET", "http://reviews:9080/", Map.of()))
                                .tried())
                .extracting(Tried::what)
                .contains("patch of outbound|9080||reviews.default.svc.cluster.local");
    }

    @Test
    @Tag("envoy")
    void whatOnlyEnvoyRunsIsSaidAndReachesEnvoy() throws IOException, InterruptedException {
        String lua =
                filter(
                        "lua",
                        "default",
                        "",
                        patch(
                                "HTTP_FILTER",
                                "context: SIDECAR_OUTBOUND, listener: {filterChain: {filter:"
                                        + " {name: envoy.filters.network.http_connection_manager,"
                                        + " subFilter: {name: envoy.filters.http.router}}}}",
                                "INSERT_BEFORE",
                                "name: envoy.filters.http.lua, typed_config: {'@type':"
                                        + " type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua,"
                                        + " default_source_code: {inline_string: 'function"
                                        + " envoy_on_request(h) end'}}"));
        World world = world(lua);
        assertThat(MeshCompiler.analyze(world))
                .singleElement()
                .satisfies(d -> assertThat(d.code()).isEqualTo(DiagnosticCode.NOT_IMPLEMENTED))
                .satisfies(d -> assertThat(d.message()).contains("http.lua.v3.Lua"));
        ValidatingEnvoy envoy = ValidatingEnvoy.find("Lua");
        Compiled compiled = MeshCompiler.compile(world, Meshes.sidecar("web"));
        assertThat(compiled.touches()).isNotEmpty();
        assertThat(envoy.objection(SnapshotJson.bootstrap(compiled.snapshot()), directory))
                .isEmpty();
    }

    @Test
    void aFieldThatOwnProxiesDoNotReadIsAFindingWithItsPath() {
        World world =
                world(
                        filter(
                                "a",
                                "default",
                                "",
                                patch(
                                                "CLUSTER",
                                                "context: ANY",
                                                "MERGE",
                                                "lbSubsetConfig: {}, connect_timeout: 1s,"
                                                        + " circuit_breakers: {thresholds: [{},"
                                                        + " {retry_budget: {}}]}")
                                        + patch(
                                                "NETWORK_FILTER",
                                                "context: ANY",
                                                "MERGE",
                                                "typed_config: {'@type': type.googleapis.com/envoy"
                                                        + ".extensions.filters.network"
                                                        + ".http_connection_manager.v3"
                                                        + ".HttpConnectionManager,"
                                                        + " scoped_routes: {name: x},"
                                                        + " generate_request_id: false}")));
        assertThat(MeshCompiler.analyze(world))
                .extracting(d -> d.origin().path().toString())
                .containsExactly(
                        "spec.configPatches[0].patch.value.lbSubsetConfig",
                        "spec.configPatches[1].patch.value.typed_config.scoped_routes");
        assertThat(MeshCompiler.analyze(world).getFirst().message())
                .isEqualTo(
                        "'lb_subset_config' of Cluster is no field that Heddle's own proxy reads");
    }
}
