package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Istio's own simulation of traffic, which stands beside the checkout: this call ends in that
/// cluster, by that listener.
class IstioSimulationTest {
    /// Where we differ, with the reason.
    private static final List<String> DIFFERENT =
            List.of(
                    // Peers have no identities yet, so that nobody is asked for one.
                    "no service, full sidecar: plaintext on tls port",
                    "global strict and port 9000 plaintext: plaintext on port 8000",
                    // Ingress is compiled by itself.
                    "ingress shared TLS cert conflict - alpha first",
                    // A port of bytes of which nobody says where they go is closed here, too, but
                    // the case's servers are HTTP as well, and HTTP counts.
                    "multiple protocols on a port - tcp first: call tcp",
                    // Of two Gateways that claim a port of bytes the first has it here.
                    "duplicate cross namespace gateway collision: call",
                    // A Gateway's port is that of the proxy; no Service of the gateway is asked.
                    "multiple overlapping services wildcard");

    @Test
    void callsEndWhereIstioHasThem() throws IOException {
        Optional<Path> cases = Repository.cases();
        assumeThat(cases).as("the cases of other projects, beside the checkout").isPresent();
        Path file = cases.orElseThrow().resolve("istio-simulation/simulation.json");
        var wrong = new ArrayList<String>();
        int count = 0;
        for (Node scenario : items(Json.parse(Files.readString(file)))) {
            ProxyScope scope = scope(get(scenario, "proxy"));
            String config = text(scenario, "config") + "\n---\n" + text(scenario, "kubeConfig");
            ProxyPlan plan = MeshCompiler.compile(Meshes.lenient(config), scope).plan();
            for (Node call : items(get(scenario, "calls").orElseThrow())) {
                String name = text(scenario, "name") + ": " + text(call, "name");
                if (DIFFERENT.stream().anyMatch(name::startsWith)) {
                    continue;
                }
                count++;
                SimulatedCall.Outcome outcome =
                        SimulatedCall.of(get(call, "call").orElseThrow(), scope).in(plan);
                problem(get(call, "expect").orElseThrow(), outcome)
                        .ifPresent(problem -> wrong.add(name + ": " + problem));
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(count).isGreaterThan(15);
    }

    private static Optional<String> problem(Node expect, SimulatedCall.Outcome outcome) {
        String error = text(expect, "Error");
        if (!error.equals(outcome.error())) {
            return Optional.of(outcome + " (expected: " + error + ")");
        }
        String cluster = withoutDomain(text(expect, "ClusterMatched"));
        String listener = text(expect, "ListenerMatched");
        boolean isRight =
                (cluster.isEmpty() || cluster.equals(withoutDomain(outcome.cluster())))
                        && (listener.isEmpty() || listener.equals(outcome.listener()));
        return isRight
                ? Optional.empty()
                : Optional.of(outcome + " (expected: " + listener + " " + cluster + ")");
    }

    /// The cases' short names are completed without a domain.
    private static String withoutDomain(String cluster) {
        return cluster.replace(".svc.cluster.local", "");
    }

    private static ProxyScope scope(Optional<Node> proxy) {
        Optional<Node> metadata = proxy.flatMap(p -> get(p, "Metadata"));
        String namespace = metadata.map(m -> text(m, "Namespace")).orElse("");
        boolean isGateway = proxy.map(p -> text(p, "Type")).orElse("").equals("Router");
        var labels = new TreeMap<String, String>();
        proxy.flatMap(p -> get(p, "Labels"))
                .ifPresent(l ->
                        ((Node.Mapping) l)
                                .entries()
                                .forEach(e -> labels.put(e.key(), text(l, e.key()))));
        String home = namespace.isEmpty() ? "default" : namespace;
        return new ProxyScope(
                isGateway ? Role.GATEWAY : Role.SIDECAR,
                home,
                labels,
                home + ".svc.cluster.local",
                "Kubernetes",
                isGateway
                        ? new Interception.Explicit("", List.of(), Map.of())
                        : new Interception.Redirect());
    }

    private static List<Node> items(Node node) {
        return ((Node.Sequence) node).items();
    }

    private static Optional<Node> get(Node node, String key) {
        return node instanceof Node.Mapping mapping ? mapping.get(key) : Optional.empty();
    }

    static String text(Node node, String key) {
        return get(node, key)
                .map(value ->
                        switch (value) {
                            case Node.Text(String text, _) -> text;
                            case Node.Numeric(String digits, _) -> digits;
                            case Node.Bool _, Node.Null _, Node.Mapping _, Node.Sequence _ -> "";
                        })
                .orElse("");
    }
}
