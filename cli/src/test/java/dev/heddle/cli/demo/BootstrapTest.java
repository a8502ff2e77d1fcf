package dev.heddle.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootstrapTest {
    private static final DemoPlan PLAN = DemoPlan.on(8080, 15080, 20000, 15010, _ -> true);

    private static Optional<Path> envoy() {
        String set = Optional.ofNullable(System.getenv("HEDDLE_ENVOY")).orElse("");
        return set.isEmpty() ? Optional.empty() : Optional.of(Path.of(set));
    }

    private static void validate(Path directory, Bootstrap bootstrap) throws Exception {
        Assumptions.assumeTrue(envoy().isPresent(), "HEDDLE_ENVOY names no Envoy");
        Path file = Files.writeString(directory.resolve("bootstrap.yaml"), bootstrap.text());
        var process =
                new ProcessBuilder(
                                envoy().orElseThrow().toString(),
                                "--mode",
                                "validate",
                                "-c",
                                file.toString())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    @Test
    void theSidecarSaysWhereItsListenersAre() {
        var reviews = PLAN.workloads().get(3);
        assertThat(Bootstrap.sidecar(reviews, 15010).text())
                .contains("id: sidecar~127.0.0.1~reviews-v2.default~default.svc.cluster.local")
                .contains("LABELS: {app: \"reviews\", version: \"v2\"}")
                .contains("INTERCEPTION_MODE: NONE")
                .contains(
                        "HEDDLE: {httpProxy: \"127.0.0.1:20041\", inbound: [{port: 9080,"
                                + " bind: \"127.0.0.1:20042\","
                                + " application: \"127.0.0.1:20043\"}]}");
    }

    @Test
    void theGatewaySaysWhereItsPortIsBound() {
        assertThat(Bootstrap.gateway(PLAN).text())
                .contains("id: router~127.0.0.1~istio-ingressgateway.istio-system~")
                .contains("HEDDLE: {binds: {\"8080\": \"127.0.0.1:8080\"}}");
    }

    @Test
    void envoyAcceptsTheSidecarsBootstrap(@TempDir Path directory) throws Exception {
        validate(directory, Bootstrap.sidecar(PLAN.workloads().getFirst(), 15010));
    }

    @Test
    void envoyAcceptsTheGatewaysBootstrap(@TempDir Path directory) throws Exception {
        validate(directory, Bootstrap.gateway(PLAN));
    }
}
