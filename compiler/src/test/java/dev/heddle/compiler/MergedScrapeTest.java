package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.WorkloadAnnotations;
import dev.heddle.compiler.world.World;
import dev.heddle.compiler.xds.patch.BootstrapText;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.service.Locality;
import dev.heddle.xds.EnvoyJson;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Whether a proxy answers for its workload when somebody asks for metrics, and where.
class MergedScrapeTest {
    private static final Map<String, String> SCRAPED =
            Map.of(
                    "prometheus.io/scrape", "true",
                    "prometheus.io/port", "9080",
                    "prometheus.io/path", "own");

    private static String scrape(String mesh, Map<String, String> annotations) throws Exception {
        String settings =
                """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: istio, namespace: istio-system}
                data:
                  mesh: "%s"
                """
                        .formatted(mesh);
        var scope =
                new ProxyScope(
                        Role.SIDECAR,
                        "default",
                        Map.of(),
                        "default.svc.cluster.local",
                        "Kubernetes",
                        new Interception.Redirect(),
                        WorkloadAnnotations.read(annotations, "default"),
                        Locality.UNKNOWN);
        String json =
                BootstrapText.parse("{\"node\": {\"id\": \"web\", \"cluster\": \"web\"}}")
                        .completed(
                                World.of(
                                        1,
                                        Resources.of(
                                                ResourceReader.read("mesh.yaml", settings)
                                                        .resources()),
                                        MeshSettings.DEFAULT),
                                scope);
        var said =
                EnvoyJson.parse(json, Bootstrap.getDefaultInstance())
                        .getNode()
                        .getMetadata()
                        .getFieldsMap()
                        .get("HEDDLE_SCRAPE");
        if (said == null) {
            return "none";
        }
        var fields = said.getStructValue();
        return (int) fields.getFieldsOrThrow("port").getNumberValue()
                + " "
                + fields.getFieldsOrThrow("application").getStringValue();
    }

    private static Map<String, String> with(String name, String value) {
        var all = new HashMap<>(SCRAPED);
        all.put(name, value);
        return all;
    }

    @Test
    void theNarrowestWordCounts() throws Exception {
        String own = "http://127.0.0.1:9080/own";
        String merges = "prometheus.istio.io/merge-metrics";
        assertThat(scrape("{}", Map.of())).isEqualTo("none");
        assertThat(scrape("{}", SCRAPED)).isEqualTo("15020 " + own);
        assertThat(scrape("enablePrometheusMerge: false", SCRAPED)).isEqualTo("none");
        assertThat(scrape("enablePrometheusMerge: false", with(merges, "true")))
                .isEqualTo("15020 " + own);
        assertThat(scrape("{}", with(merges, "false"))).isEqualTo("none");
        String mesh = "defaultConfig: {statusPort: 15030}";
        assertThat(scrape(mesh, SCRAPED)).isEqualTo("15030 " + own);
        assertThat(scrape(mesh, with("proxy.istio.io/config", "statusPort: 15040")))
                .isEqualTo("15040 " + own);
        assertThat(scrape(mesh, with("status.sidecar.istio.io/port", "15050")))
                .isEqualTo("15050 " + own);
        assertThat(scrape("{}", Map.of("prometheus.io/scrape", "true")))
                .isEqualTo("15020 http://127.0.0.1:80/metrics");
        // As Istio's injection rewrites it: that is the proxy itself.
        assertThat(scrape("{}", with("prometheus.io/port", "15020"))).isEqualTo("none");
    }

    @Test
    void mistakesAreNamedWithTheirAnnotation() throws Exception {
        for (var mistake :
                Map.of(
                                "prometheus.io/port", "http",
                                "prometheus.io/path", "/a b",
                                "prometheus.io/scheme", "https",
                                "prometheus.istio.io/merge-metrics", "perhaps",
                                "status.sidecar.istio.io/port", "70000")
                        .entrySet()) {
            var annotations = with(mistake.getKey(), mistake.getValue());
            assertThat(WorkloadAnnotations.read(annotations, "default").findings())
                    .map(Diagnostic::toString)
                    .singleElement()
                    .asString()
                    .contains(mistake.getKey() + "\"]: '" + mistake.getValue() + "' (expected: ");
        }
    }
}
