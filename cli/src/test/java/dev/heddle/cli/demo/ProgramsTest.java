package dev.heddle.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.cli.process.JavaRuntime;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.ResourceReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramsTest {
    private static final DemoPlan PLAN = DemoPlan.on(8080, 15080, 20000, 15010, _ -> true);

    private static final String SETTINGS =
            """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: istio, namespace: istio-system}
            data:
              mesh: "defaultConfig: {drainDuration: 20s, terminationDrainDuration: 3s}"
            ---
            apiVersion: networking.istio.io/v1beta1
            kind: ProxyConfig
            metadata: {name: ratings}
            spec:
              selector: {matchLabels: {app: ratings}}
              concurrency: 2
              environmentVariables:
                EXIT_ON_ZERO_ACTIVE_CONNECTIONS: "true"
                MINIMUM_DRAIN_DURATION: 2s
            """;

    @TempDir private Path directory;

    private Programs.Proxy ratings(String config, Optional<Path> envoy, DataDirectory data) {
        var world =
                World.of(
                        1,
                        Resources.of(ResourceReader.read("text.yaml", config).resources()),
                        MeshSettings.DEFAULT);
        var java = JavaRuntime.ofThisProcess(directory);
        return new Programs(java, "Main", envoy, data, List.of(), world, new Identities(data))
                .sidecar(PLAN.workloads().getLast(), PLAN);
    }

    private static String line(Programs.Proxy proxy) {
        return String.join(" ", proxy.program().command());
    }

    @Test
    void withoutAWordProxiesAreSmallAndQuick() {
        try (var data = DataDirectory.open(directory)) {
            Programs.Proxy own = ratings("", Optional.empty(), data);
            assertThat(line(own))
                    .contains("--concurrency 1 --drain-time-s 1 --termination-drain-time-s 1");
            assertThat(own.farewell().patience(Duration.ofSeconds(1)))
                    .isEqualTo(Duration.ofSeconds(1));
            assertThat(line(ratings("", Optional.of(Path.of("/envoy")), data)))
                    .contains("--concurrency 1 ", "--drain-time-s 2");
        }
    }

    @Test
    void whatUsersSayOfAProcessIsOnItsCommandLineAndInItsBootstrap() throws Exception {
        try (var data = DataDirectory.open(directory)) {
            Programs.Proxy own = ratings(SETTINGS, Optional.empty(), data);
            assertThat(line(own)).doesNotContain("--concurrency", "--drain", "--termination");
            assertThat(Files.readString(directory.resolve("bootstrap/ratings-v1-proxy.json")))
                    .contains("\"concurrency\": 2,", "\"drainDuration\": \"20s\"")
                    .contains("\"EXIT_ON_ZERO_ACTIVE_CONNECTIONS\": \"true\"");
            assertThat(own.program().environment()).containsEntry("MINIMUM_DRAIN_DURATION", "2s");
            assertThat(own.farewell()).isEqualTo(new Farewell(true, Duration.ofSeconds(2), true));

            Programs.Proxy envoy = ratings(SETTINGS, Optional.of(Path.of("/envoy")), data);
            assertThat(line(envoy)).contains("--concurrency 2 ", "--drain-time-s 20");
        }
    }

    @Test
    void aTerminationDrainIsWaitedFor() {
        String all = SETTINGS.substring(0, SETTINGS.indexOf("---"));
        try (var data = DataDirectory.open(directory)) {
            assertThat(ratings(all, Optional.empty(), data).farewell())
                    .isEqualTo(new Farewell(true, Duration.ofSeconds(3), false));
        }
    }
}
