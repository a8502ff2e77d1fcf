package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Istio's own simulation of traffic (`istio-simulation`): in which cluster a call ends, or how it
/// fails, by the configuration that the compiler makes and the proxy's own choice of listener,
/// filter chain and route.
///
/// What is not compared: names of filter chains and of routes that have none in Istio; whether a
/// 404 is for want of a virtual host or of a route, since a client cannot tell; the suffix
/// `svc.cluster.local`, which Istio's tests do without.
class IstioSimulationTest {
    /// Scenarios that are not for this test, by a part of their name, with the reason.
    private static final Map<String, String> APART = apart();

    private static Map<String, String> apart() {
        var apart = new LinkedHashMap<String, String>();
        apart.put(
                "duplicate tls gateway",
                "Istio makes two chains for the same connections, which Envoy refuses");
        apart.put(
                "ingress shared TLS cert conflict - beta first",
                "a defect of Istio's: its issue 24385");
        apart.put(
                "service entries with reused hosts",
                "of the way to give addresses away that Istio no longer uses");
        return apart;
    }

    @TestFactory
    Stream<DynamicTest> callsEndWhereIstioSaysThatTheyDo() throws IOException {
        Optional<Path> file =
                Repository.cases().map(it -> it.resolve("istio-simulation/simulation.json"));
        assumeTrue(file.isPresent(), "skipped: no ../shared/cases/istio-simulation here");
        var tests = new ArrayList<DynamicTest>();
        for (JsonElement scenario :
                JsonParser.parseString(Files.readString(file.get())).getAsJsonArray()) {
            tests.addAll(tests(scenario.getAsJsonObject()));
        }
        assertThat(tests).isNotEmpty();
        return tests.stream();
    }

    private static List<DynamicTest> tests(JsonObject scenario) {
        String name = text(scenario, "test") + ": " + text(scenario, "name");
        Optional<String> reason =
                APART.entrySet().stream()
                        .filter(apart -> name.contains(apart.getKey()))
                        .map(Map.Entry::getValue)
                        .findFirst();
        var tests = new ArrayList<DynamicTest>();
        for (JsonElement call : scenario.getAsJsonArray("calls")) {
            JsonObject one = call.getAsJsonObject();
            tests.add(
                    DynamicTest.dynamicTest(
                            name + ": " + text(one, "name"), () -> check(scenario, one)));
        }
        return reason.map(why -> List.of(stillApart(name, why, tests))).orElse(tests);
    }

    /// What is kept apart for a reason must differ, or it is no longer kept apart for that reason.
    private static DynamicTest stillApart(String name, String reason, List<DynamicTest> calls) {
        return DynamicTest.dynamicTest(
                name + ": apart: " + reason,
                () -> assertThat(calls).as(reason).anySatisfy(IstioSimulationTest::fails));
    }

    private static void fails(DynamicTest call) {
        assertThat(catchThrowable(() -> call.getExecutable().execute())).isNotNull();
    }

    private static void check(JsonObject scenario, JsonObject call) {
        JsonObject expected = object(call, "expect");
        SimulatedCall.Running runs = SimulatedCall.running(compiled(scenario));
        JsonObject asked = object(call, "call");
        if (text(asked, "CallMode").isEmpty() && scope(scenario).role() == Role.SIDECAR) {
            asked.addProperty("CallMode", "CallModeOutbound");
        }
        SimulatedCall.Result result = SimulatedCall.of(runs, asked);
        assertThat(result.error()).as("%s", result).isEqualTo(error(expected));
        compare(expected, "ListenerMatched", result.listener(), result);
        if (!result.error().equals("ErrNoRoute")) {
            compare(expected, "VirtualHostMatched", result.virtualHost(), result);
        }
        compare(expected, "RouteConfigMatched", result.table(), result);
        compare(expected, "ClusterMatched", result.cluster(), result);
    }

    private static String error(JsonObject expected) {
        String said = text(expected, "Error");
        return said.equals("ErrNoVirtualHost") ? "ErrNoRoute" : said;
    }

    private static void compare(
            JsonObject expected, String field, String actual, SimulatedCall.Result result) {
        if (!text(expected, field).isEmpty()) {
            assertThat(bare(actual))
                    .as("%s of %s", field, result)
                    .isEqualTo(bare(text(expected, field)));
        }
    }

    private static String bare(String name) {
        return name.replace(".svc.cluster.local", "");
    }

    private static dev.heddle.xds.Snapshot compiled(JsonObject scenario) {
        var resources = new ArrayList<Resource<?>>();
        for (String field : List.of("config", "kubeConfig")) {
            resources.addAll(
                    ResourceReader.read(field + ".yaml", text(scenario, field)).resources());
        }
        JsonObject mesh = object(object(scenario, "options"), "MeshConfig");
        if (!mesh.isEmpty()) {
            resources.addAll(ResourceReader.read("mesh.yaml", mesh(mesh)).resources());
        }
        World world = World.of(1, Resources.of(resources), MeshSettings.DEFAULT);
        return MeshCompiler.compile(world, scope(scenario)).snapshot();
    }

    /// Where Istio keeps what the whole mesh is like.
    private static String mesh(JsonObject config) {
        var data = new JsonObject();
        data.addProperty("mesh", config.toString());
        var metadata = new JsonObject();
        metadata.addProperty("name", "istio");
        metadata.addProperty("namespace", "istio-system");
        var map = new JsonObject();
        map.addProperty("apiVersion", "v1");
        map.addProperty("kind", "ConfigMap");
        map.add("metadata", metadata);
        map.add("data", data);
        return map.toString();
    }

    private static ProxyScope scope(JsonObject scenario) {
        JsonObject proxy = object(scenario, "proxy");
        boolean isGateway = text(proxy, "Type").equals("Router");
        JsonObject metadata = object(proxy, "Metadata");
        String said = text(metadata, "Namespace");
        String own = text(proxy, "ConfigNamespace");
        String namespace = said.isEmpty() ? (own.isEmpty() ? "default" : own) : said;
        var labels = new TreeMap<String, String>();
        object(proxy, "Labels")
                .entrySet()
                .forEach(label -> labels.put(label.getKey(), label.getValue().getAsString()));
        var scope =
                new ProxyScope(
                        isGateway ? Role.GATEWAY : Role.SIDECAR,
                        namespace,
                        labels,
                        namespace + ".svc.cluster.local",
                        "Kubernetes",
                        new Interception.Redirect());
        // Istio's sidecars have a certificate.
        return (isGateway ? scope : scope.identified("/etc/certs")).at(addresses(proxy));
    }

    /// Where Istio's tests have a proxy that says nothing else.
    private static Set<String> addresses(JsonObject proxy) {
        JsonElement said = proxy.get("IPAddresses");
        if (said == null || !said.isJsonArray()) {
            return Set.of("1.1.1.1");
        }
        return said.getAsJsonArray().asList().stream()
                .map(JsonElement::getAsString)
                .collect(Collectors.toSet());
    }

    private static JsonObject object(JsonObject of, String field) {
        JsonElement found = of.get(field);
        return found != null && found.isJsonObject() ? found.getAsJsonObject() : new JsonObject();
    }

    private static String text(JsonObject of, String field) {
        JsonElement found = of.get(field);
        return found != null && found.isJsonPrimitive() ? found.getAsString() : "";
    }
}
