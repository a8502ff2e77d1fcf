package dev.heddle.cli.online;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.codec.Json;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RuleUseTest {
    private static final String ANSWER =
            """
            {
              "at": "2026-11-29T12:00:00Z", "proxies": 7, "unknownHits": 2,
              "silent": ["sidecar~10.0.0.1~a.shop~d", "b", "c", "d", "e", "f"],
              "rules": [
                {"kind": "VirtualService", "namespace": "shop", "name": "cart",
                 "field": "spec.http[0].match[0]", "rule": "0a", "file": "cart.yaml", "line": 9,
                 "use": "dead", "hits": 0, "since": "2026-10-29T12:00:00Z", "proxies": 2,
                 "reporting": 1},
                {"kind": "VirtualService", "namespace": "shop", "name": "cart",
                 "field": "spec.http[1]", "rule": "0b", "file": "cart.yaml", "line": 14,
                 "use": "hit", "hits": 1042, "lastHit": "2026-11-29T11:59:18Z",
                 "since": "2026-10-29T12:00:00Z", "proxies": 2, "reporting": 1},
                {"kind": "VirtualService", "namespace": "default", "name": "bank",
                 "field": "spec.tcp[0]", "rule": "0c", "file": "bank.yaml", "line": 7,
                 "use": "unknown", "hits": 0, "since": "2026-11-29T09:00:00Z", "proxies": 1,
                 "reporting": 0},
                {"kind": "VirtualService", "namespace": "shop", "name": "cart",
                 "field": "spec.http[2]", "rule": "0d", "file": "cart.yaml", "line": 20,
                 "use": "nowhere", "hits": 0, "since": "2026-11-29T11:50:00Z", "proxies": 0,
                 "reporting": 0}
              ]
            }
            """;
    private static final RuleUse USE = new RuleUse(new Answer(Json.parse(ANSWER)));

    private static Answer resource(String namespace, String name) {
        return new Answer(
                Json.parse(
                        "{\"metadata\": {\"namespace\": \"%s\", \"name\": \"%s\"}}"
                                .formatted(namespace, name)));
    }

    private static String cells(Answer resource) {
        return USE.columns().stream()
                .map(column -> column.heading() + "=" + column.cell().apply(resource))
                .collect(Collectors.joining(" | "));
    }

    @Test
    void eachRuleHasALineInTheOrderOfItsResource() {
        assertThat(USE.table("", true).print().replaceAll(" {2,}", " | "))
                .isEqualTo(
                        """
                        NAMESPACE | NAME | RULE | HITS | LAST HIT | IN FORCE | PROXIES | USE | SOURCE
                        default | bank | spec.tcp[0] | 0 | never | 3h | 0/1 | not reported | bank:7
                        shop | cart | spec.http[0].match[0] | 0 | never | 31d | 1/2 | no hits | cart:9
                        shop | cart | spec.http[1] | 1042 | 42s ago | 31d | 1/2 | hit | cart:14
                        shop | cart | spec.http[2] | 0 | never | 10m | 0/0 | in no proxy | cart:20
                        """
                                .replace("cart:", "cart.yaml:")
                                .replace("bank:", "bank.yaml:"));
        assertThat(USE.table("bank", false).print().lines()).hasSize(2);
    }

    @Test
    void aVirtualServiceShowsTheSumOfItsRules() {
        assertThat(cells(resource("shop", "cart")))
                .isEqualTo("HITS=1042 | LAST HIT=42s ago | RULES=3, 1 dead, 1 in no proxy");
        assertThat(cells(resource("default", "bank")))
                .isEqualTo("HITS=0 | LAST HIT=never | RULES=1");
        assertThat(cells(resource("default", "cart"))).isEqualTo("HITS=- | LAST HIT=- | RULES=-");
    }

    @Test
    void rulesWithoutAHitAreFindings() {
        assertThat(USE.findings())
                .extracting(Object::toString)
                .containsExactly(
                        "cart.yaml:9: info HED0032 VirtualService shop/cart:"
                                + " spec.http[0].match[0]: no hit for 31d, in 2 proxies, of which"
                                + " 1 report. See what it was meant for; remove it if nothing");
    }

    @Test
    void rulesWithoutAHitAreListedWithTheirPlaceAndForHowLong() {
        assertThat(USE.unused(resource("shop", "cart")))
                .containsExactly(
                        "cart.yaml:9 VirtualService shop/cart spec.http[0].match[0]: no hit for 31d,"
                                + " in 2 proxies, of which 1 report",
                        "cart.yaml:20 VirtualService shop/cart spec.http[2]: in no connected proxy,"
                                + " so nothing can hit it");
        assertThat(USE.unused(resource("default", "bank")))
                .containsExactly(
                        "bank.yaml:7 VirtualService default/bank spec.tcp[0]: it is not known whether"
                                + " it is hit, in 1 proxy, of which 0 report");
    }

    @Test
    void whoReportsNothingIsNamed() {
        assertThat(USE.silent())
                .contains("6 of 7 connected proxies report no hits: a.shop, b, c, d, e, …");
    }

    @Test
    void aControlPlaneThatKnowsNoRulesIsNoFailure() {
        var none = new RuleUse(new Answer(Answer.nothing()));
        assertThat(none.silent()).isEmpty();
        assertThat(none.unused(resource("shop", "cart"))).isEmpty();
    }
}
