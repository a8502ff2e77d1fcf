package dev.heddle.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.ResourceReader;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Which failover is said to be in vain.
class FailoverCheckTest {
    private static final String MESH =
            """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: istio, namespace: istio-system}
            data:
              mesh: |
                defaultTrafficPolicy:
                  outlierDetection: {consecutive5xxErrors: 3}
            ---
            """;

    private static final String RULE =
            """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: stock, namespace: default}
            spec:
              host: stock
              trafficPolicy:
                %s
                loadBalancer: {localityLbSetting: {failoverPriority: [a]}}
                portLevelSettings:
                  - port: {number: 80}
                    loadBalancer: {zoneAwareLbSetting: {failoverPriority: [a]}}
              subsets:
                - name: v1
                  labels: {version: v1}
                  trafficPolicy:
                    loadBalancer: {localityLbSetting: {failoverPriority: [a]}}
                    portLevelSettings:
                      - port: {number: 80}
                        loadBalancer: {localityLbSetting: {failoverPriority: [a]}}
            """;

    private static final String OWN = "outlierDetection: {consecutive5xxErrors: 3}";
    private static final String NONE = "connectionPool: {tcp: {maxConnections: 1}}";

    private static List<String> inVain(String yaml) {
        var parsed = ResourceReader.read("rules.yaml", yaml);
        assertThat(parsed.diagnostics()).isEmpty();
        var resources = Resources.of(parsed.resources());
        return MeshCompiler.analyze(World.of(1, resources, MeshSettings.DEFAULT)).stream()
                .filter(it -> it.message().startsWith("nothing fails over"))
                .map(it -> it.origin().path().toString())
                .toList();
    }

    @Test
    void withoutOutlierDetectionNothingFailsOver() {
        assertThat(inVain(RULE.formatted(NONE)))
                .containsExactly(
                        "spec.trafficPolicy.loadBalancer.localityLbSetting",
                        "spec.trafficPolicy.portLevelSettings[0].loadBalancer.zoneAwareLbSetting",
                        "spec.subsets[0].trafficPolicy.loadBalancer.localityLbSetting",
                        "spec.subsets[0].trafficPolicy.portLevelSettings[0].loadBalancer"
                                + ".localityLbSetting");
    }

    @Test
    void theRulesOwnIsInheritedByItsSubsetsButByNoPort() {
        assertThat(inVain(RULE.formatted(OWN)))
                .containsExactly(
                        "spec.trafficPolicy.portLevelSettings[0].loadBalancer.zoneAwareLbSetting",
                        "spec.subsets[0].trafficPolicy.portLevelSettings[0].loadBalancer"
                                + ".localityLbSetting");
    }

    @Test
    void theMeshsCountsButForASubsetsPort() {
        assertThat(inVain(MESH + RULE.formatted(NONE)))
                .containsExactly(
                        "spec.subsets[0].trafficPolicy.portLevelSettings[0].loadBalancer"
                                + ".localityLbSetting");
    }
}
