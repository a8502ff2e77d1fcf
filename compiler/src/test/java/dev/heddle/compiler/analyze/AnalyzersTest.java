package dev.heddle.compiler.analyze;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Resources;
import dev.heddle.model.Severity;
import dev.heddle.model.codec.ResourceReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What only Heddle finds, each beside the same thing done right; and what becomes of findings that
/// several would report.
class AnalyzersTest {
    private static final String REVIEWS =
            """
            apiVersion: v1
            kind: Service
            metadata: {name: reviews}
            spec: {selector: {app: reviews}, ports: [{name: http, port: 80}]}
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: reviews-v1}
            spec: {address: 10.0.0.1, labels: {app: reviews, version: v1}}
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: reviews}
            spec:
              host: reviews
              subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]
            ---
            """;

    private static final String FRONT =
            """
            apiVersion: v1
            kind: Service
            metadata: {name: front}
            spec: {selector: {app: front}, ports: [{name: http, port: 80}]}
            ---
            apiVersion: networking.istio.io/v1
            kind: Sidecar
            metadata: {name: front}
            spec:
              workloadSelector: {labels: {app: front}}
              egress: [{hosts: [./reviews.default.svc.cluster.local]}]
            ---
            """;

    @Test
    void aShareForASubsetWithoutWorkloadsIsFound() {
        assertThat(places(DiagnosticCode.EMPTY_SUBSET, REVIEWS + route("v1", 80, "v2", 20)))
                .containsExactly("spec.http[0].route[1].destination.subset");
        assertThat(places(DiagnosticCode.EMPTY_SUBSET, REVIEWS + route("v1", 100, "v2", 0)))
                .isEmpty();
    }

    private static String route(String one, int share, String other, int rest) {
        return """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: reviews}
        spec:
          hosts: [reviews]
          http:
            - route:
                - {destination: {host: reviews, subset: %s}, weight: %d}
                - {destination: {host: reviews, subset: %s}, weight: %d}
        ---
        """
                .formatted(one, share, other, rest);
    }

    private static String rule(String host, String more) {
        return """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: %s}
        spec: {hosts: [%s], http: [{route: [{destination: {host: %s}}], %s}]}
        ---
        """
                .formatted(host, host, host, more);
    }

    @Test
    void retriesOfTwoTiersThatCallEachOtherMultiply() {
        String text = REVIEWS + FRONT + rule("front", "retries: {attempts: 3}");
        List<Diagnostic> found =
                of(
                        DiagnosticCode.MULTIPLYING_RETRIES,
                        text + rule("reviews", "retries: {attempts: 3}"));
        assertThat(found)
                .singleElement()
                .satisfies(d -> {
                    assertThat(d.origin().resource()).isEqualTo("VirtualService default/reviews");
                    assertThat(d.message())
                            .contains("becomes 16: 4 attempts there", "each with 4 here");
                });
        assertThat(
                        of(
                                DiagnosticCode.MULTIPLYING_RETRIES,
                                text + rule("reviews", "retries: {attempts: 0}")))
                .isEmpty();
        assertThat(
                        of(
                                DiagnosticCode.MULTIPLYING_RETRIES,
                                REVIEWS
                                        + rule("front", "retries: {attempts: 3}")
                                        + rule("reviews", "retries: {attempts: 3}")))
                .as("nobody says that front calls reviews")
                .isEmpty();
    }

    @Test
    void aRuleThatNamesItsCallersIsAPathToo() {
        String callers = "match: [{sourceLabels: {app: front}}], retries: {attempts: 2}";
        String service = FRONT.substring(0, FRONT.indexOf("---") + 4);
        assertThat(
                        of(
                                DiagnosticCode.MULTIPLYING_RETRIES,
                                REVIEWS
                                        + service
                                        + rule("front", "retries: {attempts: 2}")
                                        + rule("reviews", callers)))
                .hasSize(1);
    }

    @Test
    void whoIsWaitedForMustNotWaitLonger() {
        String text = REVIEWS + FRONT + rule("front", "timeout: 2s");
        assertThat(
                        places(
                                DiagnosticCode.CONTRADICTING_TIMEOUTS,
                                text + rule("reviews", "timeout: 5s")))
                .containsExactly("spec.http[0].timeout");
        assertThat(
                        places(
                                DiagnosticCode.CONTRADICTING_TIMEOUTS,
                                text + rule("reviews", "timeout: 1s")))
                .isEmpty();
    }

    @Test
    void anAttemptMustNotTakeAllOfTheRulesTime() {
        assertThat(
                        places(
                                DiagnosticCode.CONTRADICTING_TIMEOUTS,
                                REVIEWS
                                        + rule(
                                                "reviews",
                                                "timeout: 2s, retries: {attempts: 2,"
                                                        + " perTryTimeout: 2s}")))
                .containsExactly("spec.http[0].retries.perTryTimeout");
        assertThat(
                        places(
                                DiagnosticCode.CONTRADICTING_TIMEOUTS,
                                REVIEWS
                                        + rule(
                                                "reviews",
                                                "timeout: 2s, retries: {attempts: 2,"
                                                        + " perTryTimeout: 1s}")))
                .isEmpty();
    }

    @Test
    void aConnectionMustNotTakeAllOfTheRulesTime() {
        String pool =
                REVIEWS.replace(
                        "  host: reviews\n",
                        "  host: reviews\n  trafficPolicy: {connectionPool: {tcp:"
                                + " {connectTimeout: 3s}}}\n");
        assertThat(
                        places(
                                DiagnosticCode.CONTRADICTING_TIMEOUTS,
                                pool + rule("reviews", "timeout: 1s")))
                .containsExactly("spec.http[0].timeout");
        assertThat(
                        places(
                                DiagnosticCode.CONTRADICTING_TIMEOUTS,
                                pool + rule("reviews", "timeout: 4s")))
                .isEmpty();
    }

    @Test
    void aRefusalByNameNeedsMutualTls() {
        String deny =
                """
                apiVersion: security.istio.io/v1
                kind: AuthorizationPolicy
                metadata: {name: deny}
                spec: {action: DENY, rules: [{from: [{source: {namespaces: [other]}}]}]}
                ---
                """;
        String strict =
                """
                apiVersion: security.istio.io/v1
                kind: PeerAuthentication
                metadata: {name: strict}
                spec: {mtls: {mode: STRICT}}
                """;
        assertThat(places(DiagnosticCode.INSECURE_COMBINATION, deny))
                .containsExactly("spec.rules[0].from");
        assertThat(places(DiagnosticCode.INSECURE_COMBINATION, deny + strict)).isEmpty();
    }

    @Test
    void aRuleForEverybodyMakesTheOthersPointless() {
        String some = allow("some", "rules: [{from: [{source: {principals: [a]}}]}]");
        assertThat(of(DiagnosticCode.INSECURE_COMBINATION, some + allow("all", "rules: [{}]")))
                .singleElement()
                .satisfies(
                        d -> assertThat(d.message()).contains("AuthorizationPolicy default/some"));
        assertThat(of(DiagnosticCode.INSECURE_COMBINATION, allow("all", "rules: [{}]"))).isEmpty();
        assertThat(
                        of(
                                DiagnosticCode.INSECURE_COMBINATION,
                                some
                                        + allow(
                                                "all",
                                                "selector: {matchLabels: {app: x}}, rules: [{}]")))
                .as("for other workloads than all that the other is for")
                .isEmpty();
    }

    private static String allow(String name, String spec) {
        return """
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: %s}
        spec: {%s}
        ---
        """
                .formatted(name, spec);
    }

    @Test
    void tokensThatNobodyAsksForAreFound() {
        String tokens =
                """
                apiVersion: security.istio.io/v1
                kind: RequestAuthentication
                metadata: {name: tokens}
                spec: {jwtRules: [{issuer: a, jwksUri: https://example.com/keys}]}
                ---
                """;
        assertThat(places(DiagnosticCode.INSECURE_COMBINATION, tokens))
                .containsExactly("spec.jwtRules");
        assertThat(
                        places(
                                DiagnosticCode.INSECURE_COMBINATION,
                                tokens
                                        + allow(
                                                "asks",
                                                "rules: [{from: [{source: {requestPrincipals:"
                                                        + " ['*']}}]}]")))
                .isEmpty();
    }

    @Test
    void pagesOfAnywhereWithCredentialsAreFound() {
        String open = "corsPolicy: {allowCredentials: true, allowOrigins: [{regex: '.*'}]}";
        assertThat(places(DiagnosticCode.INSECURE_COMBINATION, REVIEWS + rule("reviews", open)))
                .containsExactly("spec.http[0].corsPolicy");
        assertThat(
                        places(
                                DiagnosticCode.INSECURE_COMBINATION,
                                REVIEWS
                                        + rule(
                                                "reviews",
                                                open.replace("regex: '.*'", "exact: https://a"))))
                .isEmpty();
    }

    @Test
    void localitiesWhereNobodyIsAreFound() {
        String near =
                """
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: near}
                spec:
                  host: reviews
                  trafficPolicy:
                    outlierDetection: {consecutive5xxErrors: 3}
                    loadBalancer: {localityLbSetting: {failover: [{from: a, to: b}]}}
                ---
                """;
        String service = REVIEWS.substring(0, REVIEWS.indexOf("apiVersion: networking"));
        assertThat(of(DiagnosticCode.INEFFECTIVE_LOCALITY, service + workload("one", "") + near))
                .singleElement()
                .satisfies(d -> assertThat(d.message()).contains("has a locality"));
        assertThat(
                        places(
                                DiagnosticCode.INEFFECTIVE_LOCALITY,
                                service + workload("one", "locality: a/z,") + near))
                .containsExactly(
                        "spec.trafficPolicy.loadBalancer.localityLbSetting.failover[0].to");
        assertThat(
                        of(
                                DiagnosticCode.INEFFECTIVE_LOCALITY,
                                service
                                        + workload("one", "locality: a/z,")
                                        + workload("other", "locality: b/z,")
                                        + near))
                .isEmpty();
    }

    private static String workload(String name, String more) {
        return """
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: %s}
        spec: {address: 10.0.0.%d, %s labels: {app: reviews}}
        ---
        """
                .formatted(name, name.length(), more);
    }

    @Test
    void aMistakeIsReportedOnce() {
        List<Diagnostic> found =
                analyze(
                        REVIEWS
                                + rule("reviews", "")
                                        .replace("{host: reviews}", "{host: rewiews}"));
        assertThat(found)
                .filteredOn(d -> d.code() == DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND)
                .singleElement()
                .satisfies(d -> assertThat(d.hint()).contains("Did you mean reviews"));
    }

    @Test
    void whatIsThereWithAMistakeIsThere() {
        String flawed = REVIEWS.replace(" ports:", " portz: [], ports:");
        List<Diagnostic> found = analyze(flawed + rule("reviews", "timeout: 1s"));
        assertThat(found).extracting(Diagnostic::code).contains(DiagnosticCode.UNKNOWN_FIELD);
        assertThat(found)
                .extracting(Diagnostic::code)
                .doesNotContain(
                        DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                        DiagnosticCode.UNKNOWN_DESTINATION_RULE_HOST);
    }

    @Test
    void whatOnlyPodsCouldShowIsAHintWithoutThem() {
        String gateway =
                """
                apiVersion: networking.istio.io/v1
                kind: Gateway
                metadata: {name: edge}
                spec:
                  selector: {app: nobody}
                  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]
                ---
                """;
        String pod =
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: web, labels: {app: web}}
                spec: {containers: [{name: web, image: web}]}
                """;
        assertThat(of(DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND, gateway))
                .extracting(Diagnostic::severity)
                .containsExactly(Severity.INFO);
        assertThat(of(DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND, gateway + pod))
                .extracting(Diagnostic::severity)
                .containsExactly(Severity.ERROR);
    }

    private static List<String> places(DiagnosticCode code, String text) {
        return of(code, text).stream().map(d -> d.origin().path().toString()).toList();
    }

    private static List<Diagnostic> of(DiagnosticCode code, String text) {
        return analyze(text).stream().filter(d -> d.code() == code).toList();
    }

    private static List<Diagnostic> analyze(String text) {
        var parsed = ResourceReader.read("mesh.yaml", text);
        World world = World.of(1, Resources.of(parsed.resources()), MeshSettings.DEFAULT);
        var known = new ArrayList<>(parsed.diagnostics());
        known.addAll(MeshCompiler.analyze(world));
        return Analyzers.findings(
                Subject.of(world, parsed.flawed(), Instant.parse("2026-06-01T00:00:00Z")), known);
    }
}
