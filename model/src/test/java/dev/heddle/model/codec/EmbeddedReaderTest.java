package dev.heddle.model.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.Resource;
import dev.heddle.model.core.ConfigMap;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.mesh.MeshConfig;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmbeddedReaderTest {
    private static final String LITERAL =
            """
            # settings
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: istio, namespace: istio-system}
            data:
              meshNetworks: "networks: {}"
              mesh: |-

                # of the mesh
                connectTimeout: 3s
                defaultConfig:
                  statNameLength: 2
                  proxyHeaders: {sever: {}}
            """;

    private static List<String> texts(ResourceReader.Parsed parsed) {
        return parsed.diagnostics().stream().map(Diagnostic::toString).toList();
    }

    @SuppressWarnings("unchecked") // it is of that kind
    private static MeshConfig config(ResourceReader.Parsed parsed) {
        Resource<?> read = parsed.resources().getFirst();
        assertThat(read.kind()).isEqualTo(Kinds.CONFIG_MAP);
        return EmbeddedReader.mesh((Resource<ConfigMap>) read, new Diagnostics()).orElseThrow();
    }

    @Test
    void findingsNameTheLineWithinTheText() {
        ResourceReader.Parsed parsed = ResourceReader.read("mesh.yaml", LITERAL);

        assertThat(config(parsed).connectTimeout()).hasValue(Duration.ofSeconds(3));
        assertThat(texts(parsed))
                .containsExactly(
                        "mesh.yaml:12:7: warning HED0008 ConfigMap istio-system/istio"
                                + " data.mesh.defaultConfig.statNameLength: 'statNameLength' is"
                                + " read but not in force yet",
                        "mesh.yaml:13:22: warning HED0004 ConfigMap istio-system/istio"
                                + " data.mesh.defaultConfig.proxyHeaders.sever: unknown field"
                                + " 'sever'. Did you mean 'server'?");
    }

    @Test
    void aTextInQuotesHasTheLineOfItsKey() {
        ResourceReader.Parsed parsed =
                ResourceReader.read(
                        "mesh.yaml",
                        """
                        apiVersion: v1
                        kind: ConfigMap
                        metadata: {name: istio}
                        data:
                          mesh: "connectTimeout: 3s\\nconectTimeout: 4s\\n"
                        """);

        assertThat(config(parsed).connectTimeout()).hasValue(Duration.ofSeconds(3));
        assertThat(texts(parsed))
                .singleElement()
                .asString()
                .startsWith("mesh.yaml:5:3: warning HED0004");
    }

    @Test
    void settingsThatCannotBeReadCostTheirConfigMap() {
        ResourceReader.Parsed parsed =
                ResourceReader.read("mesh.yaml", LITERAL.replace("3s", "soon"));

        assertThat(parsed.resources()).isEmpty();
        assertThat(texts(parsed).getFirst()).startsWith("mesh.yaml:10:5: error HED0005");
    }

    @Test
    void otherConfigMapsAreNotLookedInto() {
        ResourceReader.Parsed parsed =
                ResourceReader.read("mesh.yaml", LITERAL.replace("name: istio,", "name: others,"));

        assertThat(parsed.resources()).hasSize(1);
        assertThat(parsed.diagnostics()).isEmpty();
    }

    @Test
    void anOperatorNeedsNoName() {
        ResourceReader.Parsed parsed =
                ResourceReader.read(
                        "operator.yaml",
                        """
                        apiVersion: install.istio.io/v1alpha1
                        kind: IstioOperator
                        spec:
                          profile: minimal
                          meshConfig:
                            accessLogFile: /dev/stdout
                            newest: true
                        """);

        assertThat(parsed.resources()).hasSize(1);
        assertThat(texts(parsed))
                .singleElement()
                .asString()
                .startsWith("operator.yaml:7:5: warning HED0004");
    }
}
