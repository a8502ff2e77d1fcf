package dev.heddle.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.ResourceReader;
import java.util.List;
import org.junit.jupiter.api.Test;

class AccessLogFormatTest {
    private static List<String> findings(String settings) {
        String map =
                """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: istio, namespace: istio-system}
                data:
                  mesh: |
                %s
                """
                        .formatted(settings.indent(4));
        return MeshCompiler.analyze(
                        World.of(
                                1,
                                Resources.of(ResourceReader.read("mesh.yaml", map).resources()),
                                MeshSettings.DEFAULT))
                .stream()
                .map(Diagnostic::toString)
                .toList();
    }

    @Test
    void anOperatorThatOwnProxiesDoNotKnowIsAFinding() {
        assertThat(findings("accessLogFormat: '%START_TIME% %CEL(request.nothing)%'"))
                .singleElement()
                .asString()
                .contains("warning HED0008 ConfigMap istio-system/istio data.mesh.accessLogFormat")
                .contains("'%CEL(request.nothing)%'")
                .contains("Envoy is given it as it stands");
        assertThat(
                        findings(
                                "accessLogEncoding: JSON\n"
                                        + "accessLogFormat: '{\"a\": \"%METHOD%\", \"b\": \"%NO%\"}'"))
                .singleElement()
                .asString()
                .contains("'%METHOD%'");
    }

    @Test
    void whatTheyKnowIsNone() {
        assertThat(findings("accessLogFormat: '%START_TIME% %REQ(:METHOD)% %%'")).isEmpty();
        assertThat(findings("accessLogFormat: '%CEL(request.host)% %METADATA(ROUTE:a:b)%'"))
                .isEmpty();
        assertThat(findings("accessLogEncoding: JSON")).isEmpty();
    }
}
