package dev.heddle.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.ProcessOptions;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.World;
import dev.heddle.compiler.xds.patch.BootstrapPatches;
import dev.heddle.compiler.xds.patch.EnvoyFilters;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.ResourceReader;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class StartCheckTest {
    private static final String CONFIG =
            """
            apiVersion: networking.istio.io/v1beta1
            kind: ProxyConfig
            metadata: {name: web}
            spec:
              selector: {matchLabels: {app: web}}
              concurrency: 4
              environmentVariables: {TOKEN: secret}
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: istio, namespace: istio-system}
            data:
              mesh: "defaultConfig: {drainDuration: 20s, concurrency: 1}"
            """;

    private static final String PATCH =
            """
            apiVersion: networking.istio.io/v1alpha3
            kind: EnvoyFilter
            metadata: {name: flush}
            spec:
              configPatches:
              - applyTo: BOOTSTRAP
                patch: {operation: MERGE, value: {stats_flush_interval: 7s}}
            """;

    private static World world(String text) {
        return World.of(
                1,
                Resources.of(ResourceReader.read("text.yaml", text).resources()),
                MeshSettings.DEFAULT);
    }

    private static ProxyScope web() {
        return new ProxyScope(
                Role.SIDECAR,
                "default",
                Map.of("app", "web"),
                "default.svc.cluster.local",
                "Kubernetes",
                new Interception.Redirect());
    }

    private static List<String> findings(World world, ProxyScope scope) {
        return StartCheck.of(world, EnvoyFilters.of(world, "default"), scope).stream()
                .map(Diagnostic::toString)
                .toList();
    }

    @Test
    void whoWasStartedAsWantedIsFine() {
        World world = world(CONFIG + "---\n" + PATCH);
        assertThat(findings(world, BootstrapPatches.started(world, web()))).isEmpty();
        assertThat(findings(world(""), web())).isEmpty();
    }

    @Test
    void whoDoesNotSayHowItWasStartedIsAFindingForEachField() {
        assertThat(findings(world(CONFIG), web()))
                .hasSize(3)
                .anyMatch(line ->
                        line.startsWith(
                                "text.yaml:6:3: warning HED0018 ProxyConfig default/web"
                                        + " spec.concurrency: concurrency: a proxy does not say how"
                                        + " it was started (expected: 4)"))
                .anyMatch(line -> line.contains("drainDuration: a proxy does not say"));
    }

    @Test
    void whoWasStartedOtherwiseIsAFindingThatNamesWhatCounts() {
        ProxyScope otherwise =
                web().started(
                                new ProcessOptions(
                                        OptionalInt.of(1),
                                        Optional.of(Duration.ofSeconds(20)),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Map.of("TOKEN", "old secret")),
                                Map.of());
        assertThat(findings(world(CONFIG), otherwise))
                .hasSize(2)
                .anyMatch(line -> line.contains("a proxy was started with 1 (expected: 4)"))
                .anyMatch(line ->
                        line.contains(
                                "environmentVariables.TOKEN: a proxy was started with another"))
                .noneMatch(line -> line.contains("secret"));
    }

    @Test
    void aBootstrapPatchThatCameAfterTheStartIsAFindingUntilTheRestart() {
        World world = world(PATCH);
        assertThat(findings(world, web()))
                .singleElement()
                .asString()
                .startsWith("text.yaml:6:5: warning HED0018 EnvoyFilter default/flush")
                .contains("a proxy was started without this patch of its bootstrap");
        ProxyScope restarted = BootstrapPatches.started(world, web());
        assertThat(findings(world(PATCH.replace("7s", "8s")), restarted))
                .singleElement()
                .asString()
                .contains("a proxy was started with other patches of its bootstrap");
        assertThat(findings(world(""), restarted))
                .singleElement()
                .asString()
                .contains("a proxy was started with patches of its bootstrap that are gone");
    }

    @Test
    void patchesAreMergedIntoTheBootstrapInIstiosOrder() {
        String root =
                PATCH.replace("name: flush", "name: z, namespace: istio-system")
                        .replace("7s", "1s, default_socket_interface: own");
        World world = world(PATCH + "---\n" + root);
        Bootstrap base =
                Bootstrap.newBuilder()
                        .setStatsFlushInterval(
                                com.google.protobuf.Duration.newBuilder().setSeconds(30))
                        .setFlagsPath("kept")
                        .build();
        Bootstrap started = BootstrapPatches.complete(world, web(), base);
        assertThat(started.getStatsFlushInterval().getSeconds()).isEqualTo(7);
        assertThat(started.getDefaultSocketInterface()).isEqualTo("own");
        assertThat(started.getFlagsPath()).isEqualTo("kept");
        assertThat(started.getNode().getMetadata().getFieldsOrThrow("HEDDLE_BOOTSTRAP"))
                .isNotNull();
    }
}
