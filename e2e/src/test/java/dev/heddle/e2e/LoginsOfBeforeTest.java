package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.world.ProxyScope.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a gateway's connections pass that were there before somebody had to show who he is.
@Tag("e2e")
class LoginsOfBeforeTest {
    @TempDir Path directory = Path.of("");

    /// A listener that drains has no filter that asks, and so it must not get the routes.
    @Test
    void connectionsOfBeforePassNothingUnasked() throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        try (var planes =
                new TwoPlanes(Role.GATEWAY, List.of("web"), envoy.orElseThrow(), directory)) {
            planes.adopt(rule("{uri: {prefix: /free}}"));
            List<KeptConnection> lasting = planes.lasting();
            for (KeptConnection each : lasting) {
                assertThat(each.call(get("/free")).status()).isEqualTo(200);
            }

            planes.adopt(
                    rule("{uri: {prefix: /}}")
                            + """
                            ---
                            apiVersion: heddle.dev/v1alpha1
                            kind: SecurityPolicy
                            metadata: {name: clients, namespace: default}
                            spec:
                              targetRefs:
                              - {group: networking.istio.io, kind: VirtualService, name: web}
                              apiKeyAuth:
                                credentialRefs: [{name: clients}]
                                extractFrom: [{headers: [x-api-key]}]
                            ---
                            apiVersion: v1
                            kind: Secret
                            metadata: {name: clients, namespace: default}
                            stringData: {robot: key-of-the-robot}
                            """);

            for (KeptConnection each : lasting) {
                try (each) {
                    Answer answer = each.call(get("/asked"));
                    assertThat(answer.destination()).as("%s", answer).isEmpty();
                } catch (IOException _) {
                    // The proxy ended it, which is as well.
                }
            }
            for (KeptConnection each : planes.lasting()) {
                try (each) {
                    assertThat(each.call(get("/asked")).status()).isEqualTo(401);
                    assertThat(each.call(get("/asked", "key-of-the-robot")).status())
                            .isEqualTo(200);
                }
            }
            assertThat(planes.nacks()).isEmpty();
        }
    }

    private static byte[] get(String path) {
        return HttpText.request("GET", path, "web.example", Map.of());
    }

    private static byte[] get(String path, String key) {
        return HttpText.request("GET", path, "web.example", Map.of("x-api-key", key));
    }

    private static String rule(String match) {
        return """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: web, namespace: default}
        spec:
          hosts: [web.example]
          gateways: [door]
          http:
          - match: [%s]
            route: [{destination: {host: web, port: {number: 9080}}}]
        """
                .formatted(match);
    }
}
