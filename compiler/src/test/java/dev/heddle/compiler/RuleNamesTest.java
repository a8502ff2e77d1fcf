package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.select.RuleNames.Rule;
import dev.heddle.compiler.world.WorkloadAnnotations;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RuleNamesTest {
    private static final String HEAD =
            """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: reviews}
            spec:
              hosts: [reviews]
              http:
            """;
    private static final String OLD =
            """
              - match: [{uri: {prefix: /old}}, {uri: {prefix: /older}}]
                route: [{destination: {host: reviews, subset: v1}}]
            """;
    private static final String REST =
            """
              - route: [{destination: {host: reviews, subset: v2}}]
            """;

    @Test
    void aRuleKeepsItsNameWhereverItStands() {
        Map<String, String> before = ids(HEAD + OLD + REST);
        Map<String, String> after =
                ids(
                        HEAD
                                + "  # new\n"
                                + "  - match: [{uri: {prefix: /new}}]\n"
                                + "    route: [{destination: {host: reviews}}]\n"
                                + OLD.replace("{prefix: /old}", "{ prefix:   '/old' }")
                                + REST);

        assertThat(before.keySet())
                .containsExactly("spec.http[0].match[0]", "spec.http[0].match[1]", "spec.http[1]");
        assertThat(after)
                .containsEntry("spec.http[1].match[0]", before.get("spec.http[0].match[0]"))
                .containsEntry("spec.http[1].match[1]", before.get("spec.http[0].match[1]"))
                .containsEntry("spec.http[2]", before.get("spec.http[1]"));
        assertThat(after.get("spec.http[0].match[0]")).isNotIn(before.values());
    }

    @Test
    void aRuleThatSaysSomethingElseHasAnotherName() {
        Map<String, String> before = ids(HEAD + OLD + REST);
        Map<String, String> other = ids(HEAD + OLD.replace("subset: v1", "subset: v3") + REST);

        assertThat(other.get("spec.http[0].match[0]")).isNotIn(before.values());
        assertThat(other.get("spec.http[0].match[1]")).isNotIn(before.values());
        assertThat(other).containsEntry("spec.http[1]", before.get("spec.http[1]"));
    }

    @Test
    void amongTheMatchesOfARuleOneMoreChangesNoOther() {
        Map<String, String> before = ids(HEAD + OLD + REST);
        Map<String, String> more =
                ids(HEAD + OLD.replace("match: [", "match: [{uri: {exact: /}}, ") + REST);

        assertThat(more)
                .containsEntry("spec.http[0].match[1]", before.get("spec.http[0].match[0]"))
                .containsEntry("spec.http[0].match[2]", before.get("spec.http[0].match[1]"));
    }

    @Test
    void thePathsOfAnIngressAreRulesOfWhatItComesTo() {
        String ingress =
                """
                apiVersion: v1
                kind: Service
                metadata: {name: reviews}
                spec: {ports: [{name: http, port: 9080}]}
                ---
                apiVersion: networking.k8s.io/v1
                kind: Ingress
                metadata:
                  name: shop
                  annotations: {kubernetes.io/ingress.class: istio}
                spec:
                  rules:
                  - host: shop.example.com
                    http:
                      paths:
                      - {path: /reviews, pathType: Prefix, backend: {service: {name: reviews, port: {number: 9080}}}}
                      - {path: /, pathType: Exact, backend: {service: {name: reviews, port: {number: 9080}}}}
                """;
        Map<String, String> names = ids(ingress);

        assertThat(names.keySet())
                .containsExactly("spec.http[0].match[0]", "spec.http[1].match[0]");
        assertThat(ids(ingress.replace("/reviews", "/other")))
                .containsEntry("spec.http[1].match[0]", names.get("spec.http[1].match[0]"));
    }

    @Test
    void rulesThatSayTheSameAreToldApart() {
        assertThat(ids(HEAD + OLD + OLD + OLD + REST).values()).hasSize(7).doesNotHaveDuplicates();
    }

    @Test
    void rulesForTlsAndTcpHaveNamesToo() {
        assertThat(
                        ids(
                                """
                                apiVersion: networking.istio.io/v1
                                kind: VirtualService
                                metadata: {name: db}
                                spec:
                                  hosts: [a.io, b.io]
                                  tls:
                                  - match: [{sniHosts: [a.io]}, {sniHosts: [b.io]}]
                                    route: [{destination: {host: db}}]
                                  tcp:
                                  - match: [{port: 3306}, {port: 3307}]
                                    route: [{destination: {host: db}}]
                                """))
                .hasSize(3)
                .containsKeys("spec.tls[0].match[0]", "spec.tls[0].match[1]", "spec.tcp[0]");
    }

    @Test
    void whatIsDelegatedIsListedWhereItIsInForce() {
        List<String> places =
                Meshes.world(
                                """
                                apiVersion: networking.istio.io/v1
                                kind: VirtualService
                                metadata: {name: shop}
                                spec:
                                  hosts: [shop]
                                  http:
                                  - match: [{uri: {prefix: /cart}}]
                                    delegate: {name: cart}
                                  - match: [{uri: {prefix: /pay}}]
                                    delegate: {name: pay}
                                """,
                                """
                                apiVersion: networking.istio.io/v1
                                kind: VirtualService
                                metadata: {name: cart}
                                spec:
                                  http:
                                  - route: [{destination: {host: cart}}]
                                """,
                                """
                                apiVersion: networking.istio.io/v1
                                kind: VirtualService
                                metadata: {name: pay}
                                spec:
                                  http:
                                  - match: [{uri: {prefix: /pay/card}}]
                                    route: [{destination: {host: pay}}]
                                """,
                                """
                                apiVersion: networking.istio.io/v1
                                kind: VirtualService
                                metadata: {name: spare}
                                spec:
                                  http:
                                  - route: [{destination: {host: spare}}]
                                """)
                        .index()
                        .ruleNames()
                        .all()
                        .stream()
                        .map(rule -> rule.origin().resource() + " " + rule.origin().path())
                        .toList();

        assertThat(places)
                .containsExactlyInAnyOrder(
                        "VirtualService default/shop spec.http[0].match[0]",
                        "VirtualService default/pay spec.http[0].match[0]",
                        "VirtualService default/spare spec.http[0]");
    }

    @Test
    void anAnnotationThatIsNeitherTrueNorFalseIsAFindingAndCountsNothing() {
        var read = WorkloadAnnotations.read(Map.of("heddle.dev/rule-hits", "yes"), "shop");
        assertThat(read.countsRules()).isFalse();
        assertThat(read.findings())
                .singleElement()
                .asString()
                .contains("heddle.dev/rule-hits", "'yes' (expected: true or false)");
        assertThat(WorkloadAnnotations.read(Map.of("heddle.dev/rule-hits", "true"), "shop"))
                .extracting(WorkloadAnnotations::countsRules, WorkloadAnnotations::findings)
                .containsExactly(true, List.of());
        assertThat(WorkloadAnnotations.read(Map.of(), "shop")).isEqualTo(WorkloadAnnotations.NONE);
    }

    private static Map<String, String> ids(String text) {
        var ids = new LinkedHashMap<String, String>();
        for (Rule rule : Meshes.world(text).index().ruleNames().all()) {
            ids.put(rule.origin().path().toString(), rule.id());
        }
        return ids;
    }
}
