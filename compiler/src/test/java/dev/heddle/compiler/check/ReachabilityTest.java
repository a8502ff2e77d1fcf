package dev.heddle.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.World;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.ResourceReader;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which rules no request reaches.
class ReachabilityTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    uri: {prefix: /a}                        | uri: {prefix: /a/b}
                    uri: {prefix: /a}                        | uri: {exact: /a}
                    uri: {prefix: /a}                        | uri: {prefix: /a}
                    uri: {exact: /a}                         | uri: {exact: /a}
                    uri: {regex: /a.*b}                      | uri: {regex: /a.*b}
                    uri: {regex: .*}, method: {exact: GET}   | uri: {exact: /a}, method: {exact: GET}
                    uri: {prefix: /}, method: {exact: GET}   | method: {exact: GET}
                    uri: {prefix: /A}, ignoreUriCase: true   | uri: {exact: /ab}
                    headers: {a: {}}                         | headers: {a: {exact: x}, b: {exact: y}}
                    headers: {a: {prefix: x}}                | headers: {a: {exact: xy}}
                    headers: {a: {regex: '*'}}               | headers: {a: {regex: x.y}}
                    queryParams: {q: {exact: x}}             | uri: {prefix: /a}, queryParams: {q: {exact: x}}
                    withoutHeaders: {a: {}}                  | withoutHeaders: {a: {}, b: {}}
                    port: 80                                 | port: 80, uri: {prefix: /a}
                    sourceLabels: {app: a}                   | sourceLabels: {app: a, version: v1}
                    sourceNamespace: other                   | sourceNamespace: other, uri: {exact: /a}
                    gateways: [mesh, door]                   | gateways: [door]
                    uri: {prefix: /a}                        | uri: {prefix: /a}, gateways: [door]
                    """)
    void whatAnEarlierMatchTakesAllOfIsFound(String wide, String narrow) {
        assertThat(found(wide, narrow))
                .containsExactly(
                        "spec.http[1]: no request reaches this rule: spec.http[0].match[0] takes"
                                + " all of its requests");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    uri: {prefix: /a/b}                      | uri: {prefix: /a}
                    uri: {exact: /a}                         | uri: {prefix: /a}
                    uri: {exact: /a}                         | uri: {exact: /b}
                    uri: {regex: /a.*}                       | uri: {exact: /ab}
                    uri: {prefix: /a}                        | uri: {regex: /a.*}
                    uri: {prefix: /a}                        | uri: {prefix: /a}, ignoreUriCase: true
                    uri: {prefix: /a}, method: {exact: GET}  | uri: {prefix: /a}
                    uri: {prefix: /a}, method: {exact: GET}  | uri: {prefix: /a}, method: {exact: PUT}
                    headers: {a: {exact: x}}                 | headers: {b: {exact: x}}
                    headers: {a: {exact: x}}                 | headers: {a: {prefix: x}}
                    withoutHeaders: {a: {}}                  | uri: {prefix: /a}
                    withoutHeaders: {a: {exact: x}}          | withoutHeaders: {a: {exact: y}}
                    port: 80                                 | port: 81
                    port: 80                                 | uri: {prefix: /a}
                    sourceLabels: {app: a}                   | sourceLabels: {app: b}
                    sourceLabels: {app: a}                   | sourceLabels: {app: a}, gateways: [door]
                    sourceNamespace: other                   | uri: {prefix: /a}
                    gateways: [door]                         | uri: {prefix: /a}
                    gateways: [door]                         | gateways: [mesh, door]
                    uri: {regex: '['}                        | uri: {regex: '['}
                    """)
    void whatHasSomethingOfItsOwnIsNot(String first, String second) {
        assertThat(found(first, second)).isEmpty();
    }

    @Test
    void oneMatchOfSeveralIsSaidAlone() {
        assertThat(found("uri: {prefix: /a}", "uri: {exact: /b}}, {uri: {exact: /a/b}"))
                .containsExactly(
                        "spec.http[1].match[1]: no request reaches this match:"
                                + " spec.http[0].match[0] takes all of its requests");
    }

    @Test
    void whatIstioSeesHasIstiosCodes() {
        assertThat(codes("uri: {prefix: /a}", "uri: {prefix: /a}"))
                .containsExactly("spec.http[1] IST0130", "spec.http[1].match[0] IST0131");
        assertThat(codes("uri: {prefix: /a}", "uri: {prefix: /a/b}"))
                .containsExactly("spec.http[1] HED0011", "spec.http[1].match[0] IST0131");
        assertThat(codes("uri: {prefix: /a}", "uri: {exact: /a/b}"))
                .containsExactly("spec.http[1] HED0011");
    }

    private static List<String> codes(String first, String second) {
        return MeshCompiler.analyze(world(first, second)).stream()
                .filter(d -> d.code() != DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND)
                .map(d -> d.origin().path() + " " + d.code().id())
                .sorted()
                .toList();
    }

    private static List<String> found(String first, String second) {
        return MeshCompiler.analyze(world(first, second)).stream()
                .filter(d ->
                        d.code() == DiagnosticCode.UNREACHABLE_RULE
                                || d.code() == DiagnosticCode.UNREACHABLE_VIRTUAL_SERVICE_RULE)
                .map(d -> d.origin().path() + ": " + d.message())
                .toList();
    }

    private static World world(String first, String second) {
        var parsed =
                ResourceReader.read(
                        "vs.yaml",
                        """
                        apiVersion: networking.istio.io/v1
                        kind: VirtualService
                        metadata: {name: a, namespace: default}
                        spec:
                          hosts: [a]
                          gateways: [mesh, door]
                          http:
                          - match: [{%s}]
                            directResponse: {status: 200}
                          - match: [{%s}]
                            directResponse: {status: 201}
                        """
                                .formatted(first, second));
        return World.of(1, Resources.of(parsed.resources()), MeshSettings.DEFAULT);
    }
}
