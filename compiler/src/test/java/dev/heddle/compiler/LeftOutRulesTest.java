package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.heddle.compiler.explain.Explainer;
import dev.heddle.compiler.explain.Explanation;
import dev.heddle.compiler.explain.Explanation.Tried;
import dev.heddle.compiler.explain.Request;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LeftOutRulesTest {
    private static final String RATINGS =
            """
            apiVersion: v1
            kind: Service
            metadata: {name: ratings}
            spec:
              ports: [{name: http, port: 9080}]
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: ratings}
            spec:
              hosts: [ratings]
              http:
              - match: [{uri: {prefix: /old}}]
                redirect: {uri: /new, redirectCode: 304}
              - route: [{destination: {host: ratings}}]
            """;

    @Test
    void explainTellsOfARuleThatProxiesAreNotToldOf() {
        Explanation explanation =
                Explainer.explain(
                        Meshes.world(RATINGS),
                        Meshes.sidecar("web"),
                        Request.of("GET", "http://ratings:9080/old", Map.of()));

        assertThat(explanation.tried())
                .filteredOn(tried -> tried.what().startsWith("rule "))
                .extracting(Tried::what, Tried::matched, Tried::why)
                .containsExactly(
                        tuple(
                                "rule spec.http[0].redirect",
                                false,
                                "left out: redirectCode: 304 (expected: 301, 302, 303, 307 or"
                                        + " 308)"));
        assertThat(explanation.cluster()).contains("ratings");
    }
}
