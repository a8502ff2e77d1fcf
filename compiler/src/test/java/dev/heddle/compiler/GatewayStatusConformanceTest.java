package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.heddle.compiler.attach.Statuses;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Kind;
import dev.heddle.model.ResourceId;
import dev.heddle.model.codec.Json;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.tree.Node;
import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// What the Gateway API's own conformance tests want of statuses, row by row, of the world that
/// their manifests make. Rows about traffic are asked of both data planes elsewhere; a row of a
/// kind that neither knows fails.
class GatewayStatusConformanceTest {
    private static final String NAMESPACE = "gateway-conformance-infra";
    private static final String CLASS = "heddle";
    private static final long GENERATION = 7;

    /// Rows that say nothing of a status.
    private static final Set<String> BESIDE =
            Set.of(
                    "NamespacesMustBeReady",
                    "GetTLSSecret",
                    "MakeRequestAndExpectEventuallyConsistentResponse",
                    "MakeTLSRequestAndExpectEventuallyConsistentResponse",
                    "AwaitConvergence",
                    "NewFunctionBasedSender",
                    "MakeRequest");

    /// Rows of Go's own: `require.NoError` and its like.
    private static final List<String> OF_GO = List.of("require.", "t.", "suite.");

    /// What only a cluster can do that makes proxies of Gateways.
    private static final Set<String> ELSEWHERE = Set.of("GatewayInfrastructurePropagation");

    private static final List<Kind<?>> ROUTES =
            List.of(Kinds.HTTP_ROUTE, Kinds.GRPC_ROUTE, Kinds.TLS_ROUTE);

    @TestFactory
    Stream<DynamicTest> everyStatusIsAsTheTestsWantIt() {
        Optional<Path> cases = Repository.cases().map(c -> c.resolve("gateway-api-conformance"));
        assumeThat(cases).as("the cases of other projects, beside the checkout").isPresent();
        Path dir = cases.orElseThrow();
        List<Node> tests = items(Json.parse(read(dir.resolve("expectations.json"))));
        assertThat(tests.size()).isGreaterThan(40);
        return tests.stream()
                .map(t ->
                        DynamicTest.dynamicTest(
                                text(t, "ShortName"), () -> new Run(dir, t).check()));
    }

    /// Whoever passes a test says that it supports what the test needs.
    @Test
    void whatTestsNeedIsToldAsSupported() {
        Optional<Path> cases = Repository.cases().map(c -> c.resolve("gateway-api-conformance"));
        assumeThat(cases).as("the cases of other projects, beside the checkout").isPresent();
        var id = new ResourceId(Kinds.GATEWAY_CLASS, "", CLASS);
        Node.Mapping status =
                Meshes.lenient(classes())
                        .index()
                        .gatewayApi()
                        .statuses()
                        .of(id, (_, _, c) -> Statuses.written(c, GENERATION))
                        .orElseThrow();
        List<String> told =
                items(field(status, "supportedFeatures")).stream()
                        .map(f -> text(f, "name"))
                        .toList();
        assertThat(told).isSorted().doesNotHaveDuplicates();
        items(Json.parse(read(cases.orElseThrow().resolve("expectations.json"))))
                .forEach(test ->
                        assertThat(told)
                                .as(text(test, "ShortName"))
                                .containsAll(
                                        items(field(test, "Features")).stream()
                                                .map(f -> ((Node.Text) f).value())
                                                .filter(f -> !ELSEWHERE.contains(f))
                                                .toList()));
    }

    /// One test.
    private static final class Run {
        private final Path dir;
        private final Node test;
        private int stage;

        Run(Path dir, Node test) {
            this.dir = dir;
            this.test = test;
        }

        void check() {
            World world = world(0);
            boolean isStaged = text(test, "ShortName").equals("GatewayStaticAddresses");
            for (Node step : items(field(test, "steps"))) {
                String call = text(step, "call");
                List<Node> args = items(field(step, "args"));
                if (isStaged && call.endsWith("MustHaveCondition") && isNextStage(args)) {
                    stage++;
                    world = world(stage);
                }
                row(world, call, args);
            }
        }

        /// The addresses are taken away one by one: after the refusal, and after the other.
        private boolean isNextStage(List<Node> args) {
            String reason = textOr(args.get(1), "reason");
            return (stage == 0 && reason.equals("Accepted"))
                    || (stage == 1 && reason.equals("Programmed"));
        }

        private World world(int without) {
            var texts = new ArrayList<String>();
            texts.add(classes());
            texts.add(secrets());
            texts.add(manifest(dir.resolve("conformance/base/manifests.yaml"), 0));
            for (Node manifest : items(field(test, "Manifests"))) {
                Path file = dir.resolve("conformance").resolve(((Node.Text) manifest).value());
                if (Files.exists(file)) {
                    texts.add(manifest(file, without));
                }
            }
            return Meshes.lenient(String.join("\n---\n", texts));
        }

        private void row(World world, String call, List<Node> args) {
            String name = call.substring(call.indexOf('.') + 1);
            if (BESIDE.contains(name) || OF_GO.stream().anyMatch(call::startsWith)) {
                return;
            }
            Status status = new Status(world);
            switch (name) {
                case "GatewayMustHaveCondition" ->
                        status.has(status.gateway(args.get(0)), args.get(1));
                case "GatewayMustHaveLatestConditions" ->
                        status.isLatest(status.gateway(args.get(0)));
                case "GatewayStatusMustHaveListeners" ->
                        status.hasListeners(status.gateway(args.get(0)), items(args.get(1)));
                case "GatewayMustHaveZeroRoutes" -> status.hasNoRoutes(args.get(0));
                case "GatewayAndHTTPRoutesMustBeAccepted" ->
                        routes(world, args.subList(1, args.size()))
                                .forEach(r -> status.isAccepted(r, args.get(0)));
                case "GatewayAndRoutesMustBeAccepted" ->
                        routes(world, args.subList(3, args.size()))
                                .forEach(r -> status.isAccepted(r, args.get(0)));
                case "HTTPRouteMustHaveResolvedRefsConditionsTrue" ->
                        routes(world, args.subList(0, 1))
                                .forEach(r ->
                                        status.has(
                                                status.parent(r, args.get(1)),
                                                condition("ResolvedRefs", "True", "ResolvedRefs")));
                case "HTTPRouteMustHaveCondition" ->
                        status.has(status.parent(args.get(0), args.get(1)), args.get(2));
                case "HTTPRouteMustHaveNoAcceptedParents" -> status.isAcceptedNowhere(args.get(0));
                case "HTTPRouteMustHaveParents" ->
                        status.hasParents(args.get(0), items(args.get(1)));
                case "HTTPRouteMustHaveLatestConditions" ->
                        status.parents(args.get(0)).forEach(status::isLatest);
                case "BackendTLSPolicyMustHaveAcceptedConditionTrue" ->
                        status.has(
                                status.ancestor(args.get(0), args.get(1)),
                                condition("Accepted", "True", "Accepted"));
                default -> throw new AssertionError("a row that nobody knows: " + call);
            }
        }

        /// The routes that a row names, one by one or as a list; where a manifest of the test is
        /// not among the cases, those that are there.
        private List<Node> routes(World world, List<Node> named) {
            boolean isWhole =
                    items(field(test, "Manifests")).stream()
                            .allMatch(m ->
                                    Files.exists(
                                            dir.resolve("conformance")
                                                    .resolve(((Node.Text) m).value())));
            return named.stream()
                    .flatMap(n ->
                            n instanceof Node.Sequence(List<Node> list, _)
                                    ? list.stream()
                                    : Stream.of(n))
                    .filter(n -> isWhole || kind(world, n).isPresent())
                    .toList();
        }
    }

    private static Optional<Kind<?>> kind(World world, Node route) {
        return ROUTES.stream()
                .filter(k ->
                        world.resources()
                                .find(k, text(route, "namespace"), text(route, "name"))
                                .isPresent())
                .findFirst();
    }

    /// The statuses of a world.
    private record Status(World world) {
        private Node.Mapping of(Kind<?> kind, Node name) {
            var id = new ResourceId(kind, text(name, "namespace"), text(name, "name"));
            Statuses statuses = world.index().gatewayApi().statuses();
            Optional<Node.Mapping> status =
                    statuses.of(id, (_, _, c) -> Statuses.written(c, GENERATION));
            assertThat(status).as("the status of " + id).isPresent();
            return status.orElseThrow();
        }

        Node.Mapping gateway(Node name) {
            return of(Kinds.KUBERNETES_GATEWAY, name);
        }

        private Node.Mapping route(Node name) {
            return kind(world, name)
                    .map(k -> of(k, name))
                    .orElseThrow(() -> new AssertionError(name + " is not there"));
        }

        List<Node> parents(Node route) {
            return items(field(route(route), "parents"));
        }

        Node.Mapping parent(Node route, Node gateway) {
            return parents(route).stream()
                    .filter(p -> text(field(p, "parentRef"), "name").equals(text(gateway, "name")))
                    .map(Node.Mapping.class::cast)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(route + " knows no " + gateway));
        }

        Node.Mapping ancestor(Node policy, Node gateway) {
            return items(field(of(Kinds.BACKEND_TLS_POLICY, policy), "ancestors")).stream()
                    .filter(a ->
                            text(field(a, "ancestorRef"), "name").equals(text(gateway, "name")))
                    .map(Node.Mapping.class::cast)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(policy + " knows no " + gateway));
        }

        /// @param gateway alone, or in a list with the listeners that are meant: as upstream, no
        ///   look is taken at these
        void isAccepted(Node route, Node gateway) {
            Node named =
                    gateway instanceof Node.Sequence(List<Node> list, _)
                            ? list.getFirst()
                            : gateway;
            has(parent(route, named), condition("Accepted", "True", "Accepted"));
        }

        void isAcceptedNowhere(Node route) {
            for (Node parent : parents(route)) {
                assertThat(find(parent, "Accepted").map(c -> text(c, "status")))
                        .isNotEqualTo(Optional.of("True"));
            }
        }

        void hasParents(Node route, List<Node> expected) {
            List<Node> parents = parents(route);
            assertThat(parents).hasSameSizeAs(expected);
            for (Node one : expected) {
                Node wanted = field(one, "parentRef");
                Node there =
                        parents.stream()
                                .filter(p ->
                                        Json.compact(field(p, "parentRef"))
                                                .equals(Json.compact(ordered(wanted))))
                                .findFirst()
                                .orElseThrow(() -> new AssertionError(wanted + ": " + parents));
                items(field(one, "conditions")).forEach(c -> has(there, c));
            }
        }

        void hasNoRoutes(Node gateway) {
            items(field(gateway(gateway), "listeners"))
                    .forEach(l -> assertThat(digits(l, "attachedRoutes")).isEqualTo("0"));
        }

        void hasListeners(Node gateway, List<Node> expected) {
            List<Node> listeners = items(field(gateway, "listeners"));
            assertThat(listeners).hasSameSizeAs(expected);
            for (Node one : expected) {
                Node there =
                        listeners.stream()
                                .filter(l -> text(l, "name").equals(text(one, "name")))
                                .findFirst()
                                .orElseThrow(() -> new AssertionError("no listener " + one));
                List<String> kinds = kinds(there);
                if (kinds(one).isEmpty()) {
                    assertThat(kinds).isEmpty();
                } else {
                    assertThat(kinds).containsAll(kinds(one));
                }
                assertThat(digits(there, "attachedRoutes"))
                        .isEqualTo(digits(one, "attachedRoutes"));
                items(field(one, "conditions")).forEach(c -> has(there, c));
            }
        }

        private static List<String> kinds(Node listener) {
            return items(field(listener, "supportedKinds")).stream()
                    .map(k -> text(k, "kind"))
                    .toList();
        }

        void has(Node place, Node expected) {
            Optional<Node> there = find(place, text(expected, "type"));
            assertThat(there).as(text(expected, "type") + " of " + Json.compact(place)).isPresent();
            assertThat(text(there.orElseThrow(), "status"))
                    .as(Json.compact(place))
                    .isEqualTo(text(expected, "status"));
            String reason = textOr(expected, "reason");
            if (!reason.isEmpty()) {
                assertThat(text(there.orElseThrow(), "reason"))
                        .as(Json.compact(place))
                        .isEqualTo(reason);
            }
        }

        void isLatest(Node place) {
            List<Node> conditions = items(field(place, "conditions"));
            assertThat(conditions).isNotEmpty();
            conditions.forEach(c ->
                    assertThat(digits(c, "observedGeneration"))
                            .isEqualTo(Long.toString(GENERATION)));
        }

        private static Optional<Node> find(Node place, String type) {
            return items(field(place, "conditions")).stream()
                    .filter(c -> text(c, "type").equals(type))
                    .findFirst();
        }

        private static Node ordered(Node ref) {
            return Node.Mapping.EMPTY
                    .with("group", text(ref, "group"))
                    .with("kind", text(ref, "kind"))
                    .with("name", text(ref, "name"))
                    .with("namespace", text(ref, "namespace"));
        }
    }

    private static Node.Mapping condition(String type, String status, String reason) {
        return Node.Mapping.EMPTY.with("type", type).with("status", status).with("reason", reason);
    }

    /// @param without how many of the addresses are taken away
    private static String manifest(Path file, int without) {
        String text =
                read(file)
                        .replace("{GATEWAY_CLASS_NAME}", CLASS)
                        .replace("PLACEHOLDER_UNUSABLE_ADDRS", "192.0.2.7")
                        .replace("PLACEHOLDER_USABLE_ADDRS", "127.0.0.7");
        if (without > 0) {
            text = text.replaceAll("(?m)^ *- type: \"test/fake.*\\n *value: .*\\n", "");
        }
        return without > 1 ? text.replaceAll("(?m)^ *- value: \"192.0.2.7\"\\n", "") : text;
    }

    private static String classes() {
        return """
        apiVersion: gateway.networking.k8s.io/v1
        kind: GatewayClass
        metadata: {name: %s}
        spec: {controllerName: heddle.dev/gateway-controller}
        """
                .formatted(CLASS);
    }

    /// What the tests make themselves.
    private static String secrets() {
        var text = new StringBuilder();
        for (String name :
                List.of(
                        "tls-validity-checks-certificate",
                        "tls-validity-checks-client-certificate",
                        "tls-validity-checks-per-port-client-certificate",
                        "tls-checks-certificate",
                        "tls-checks-client-certificate",
                        "tls-passthrough-checks-certificate",
                        "tls-terminate-checks-certificate")) {
            text.append(secret(NAMESPACE, name)).append("---\n");
        }
        text.append(secret("gateway-conformance-web-backend", "certificate"));
        for (String name :
                List.of(
                        "tls-validity-checks-ca-certificate",
                        "tls-validity-checks-per-port-ca-certificate",
                        "tls-checks-ca-certificate",
                        "mismatch-ca-certificate")) {
            text.append("---\n").append(roots(name));
        }
        return text.toString();
    }

    private static String secret(String namespace, String name) {
        return """
        apiVersion: v1
        kind: Secret
        metadata: {name: %s, namespace: %s}
        type: kubernetes.io/tls
        stringData:
          tls.crt: |
        %s
          tls.key: |
        %s
        """
                .formatted(
                        name,
                        namespace,
                        SecretsTest.pem("client.pem").indent(4).stripTrailing(),
                        SecretsTest.pem("client.key").indent(4).stripTrailing());
    }

    private static String roots(String name) {
        return """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: %s, namespace: %s}
        data:
          ca.crt: |
        %s
        """
                .formatted(name, NAMESPACE, SecretsTest.pem("ca.pem").indent(4).stripTrailing());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Node> items(Node node) {
        return ((Node.Sequence) node).items();
    }

    private static Node field(Node node, String key) {
        return ((Node.Mapping) node)
                .get(key)
                .orElseThrow(() -> new AssertionError("no '" + key + "' in " + Json.compact(node)));
    }

    private static String text(Node node, String key) {
        return ((Node.Text) field(node, key)).value();
    }

    private static String textOr(Node node, String key) {
        return ((Node.Mapping) node).get(key).orElse(node) instanceof Node.Text(String value, _)
                ? value
                : "";
    }

    private static String digits(Node node, String key) {
        return ((Node.Numeric) field(node, key)).digits();
    }
}
