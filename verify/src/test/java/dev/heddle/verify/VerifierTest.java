package dev.heddle.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.SourceState;
import dev.heddle.control.world.Edition;
import dev.heddle.control.world.WorldBuilder;
import dev.heddle.model.Resource;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.verify.MeshTest;
import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerifierTest {
    private static final Path CASES =
            Repository.root().resolve("verify/src/test/resources/dev/heddle/verify");

    private static Edition edition() throws IOException {
        var files = new TreeMap<String, ConfigFile>();
        for (String directory : List.of("mesh", "tests")) {
            try (Stream<Path> listed = Files.list(CASES.resolve(directory))) {
                for (Path file : listed.toList()) {
                    String name = directory + "/" + file.getFileName();
                    files.put(name, ConfigFile.of(name, Instant.EPOCH, Files.readString(file)));
                }
            }
        }
        return WorldBuilder.first(
                new SourceState(files, List.of()), MeshSettings.DEFAULT, Instant.EPOCH);
    }

    private static Resource<MeshTest> suite(String text) {
        var parsed = ResourceReader.read("test.yaml", text);
        assertThat(parsed.diagnostics()).isEmpty();
        Resource<?> read = parsed.resources().getFirst();
        return new Resource<>(
                Kinds.MESH_TEST, read.metadata(), (MeshTest) read.spec(), read.source());
    }

    private static Resource<MeshTest> suite(String path, String expect) {
        return suite(
                """
                apiVersion: heddle.dev/v1alpha1
                kind: MeshTest
                metadata: {name: one, namespace: shop}
                spec:
                  from: {labels: {app: web}}
                  tests:
                  - name: one
                    request: {url: "http://reviews:9080%s", headers: {x-seen: "1"}}
                    expect: {%s}
                """
                        .formatted(path, expect));
    }

    @Test
    void whatIsExpectedIsSo() throws Exception {
        var suite = suite(Files.readString(CASES.resolve("tests/reviews.yaml")));
        assertThat(new Verifier(edition()).verify(suite, _ -> true))
                .hasSize(8)
                .allSatisfy(outcome -> assertThat(outcome.mismatches()).isEmpty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    /       | route: jason                        | route: rest (expected: jason)
                    /       | rule: VirtualService shop/other     | rule: VirtualService shop/reviews spec.http[4] (expected: VirtualService shop/other)
                    /       | rule: 'VirtualService shop/reviews spec.http[1]' | rule: VirtualService shop/reviews spec.http[4] (expected: VirtualService shop/reviews spec.http[1])
                    /       | destinations: [{host: reviews, subset: v2}] | destinations: 100 % to reviews.shop.svc.cluster.local subset v1 port 9080 (expected: reviews subset v2)
                    /api/   | destinations: [{host: reviews, subset: v1}] | destinations: 80 % to reviews.shop.svc.cluster.local subset v1 port 9080, 20 % to reviews.shop.svc.cluster.local subset v2 port 9080 (expected: reviews subset v1)
                    /api/   | destinations: [{host: reviews, subset: v1, minWeight: 81}, {host: reviews, subset: v2}] | destinations: 80 % to reviews.shop.svc.cluster.local subset v1 port 9080, 20 % to reviews.shop.svc.cluster.local subset v2 port 9080 (expected: at least 81 % to reviews subset v1, reviews subset v2)
                    /       | destinations: [{host: reviews, port: 1}] | destinations: 100 % to reviews.shop.svc.cluster.local subset v1 port 9080 (expected: reviews port 1)
                    /old    | destinations: [{host: reviews}]     | destinations: the proxy answers 308 http://reviews:9080/reviews (expected: reviews)
                    /api/   | mirrors: [{host: audit, percent: 11}] | mirrors: 10 % to audit.shop.svc.cluster.local (expected: 11 % to audit)
                    /       | mirrors: [{host: audit}]            | mirrors: none (expected: audit)
                    /api/x  | path: /api/x                        | path: /v2/x (expected: /api/x)
                    /old    | path: /reviews                      | path: the proxy answers 308 http://reviews:9080/reviews (expected: /reviews)
                    /api/x  | authority: reviews                  | authority: reviews.internal (expected: reviews)
                    /       | requestHeaders: {x-seen: '2'}       | requestHeaders.x-seen: 1 (expected: 2)
                    /       | requestHeaders: {x-tester: 'yes'}   | requestHeaders.x-tester: none (expected: yes)
                    /api/   | requestHeaders: {x-share: most}     | requestHeaders.x-share: few for reviews.shop.svc.cluster.local subset v2 (expected: most)
                    /       | removedRequestHeaders: [x-seen]     | removedRequestHeaders: no rule removes it (expected: x-seen)
                    /       | responseHeaders: {x-served-by: mesh} | responseHeaders.x-served-by: none (expected: mesh)
                    /       | removedResponseHeaders: [server]    | removedResponseHeaders: no rule removes it (expected: server)
                    /       | status: 404                         | status: no proxy answers it, it goes on: 100 % to reviews.shop.svc.cluster.local subset v1 port 9080 (expected: 404)
                    /broken | status: 500                         | status: the proxy answers 418 FI the rule's fault (expected: 500)
                    /broken | flag: NR                            | flag: the proxy answers 418 FI the rule's fault (expected: NR)
                    /old    | location: 'http://reviews/'         | location: http://reviews:9080/reviews (expected: http://reviews/)
                    /broken | location: 'http://reviews/'         | location: the proxy answers 418 FI the rule's fault (expected: http://reviews/)
                    /       | unreachable: true                   | unreachable: false: 100 % to reviews.shop.svc.cluster.local subset v1 port 9080 (expected: true)
                    /broken | fault: {abort: {httpStatus: 500}}   | fault: abort 418 for 100 % (expected: abort 500 for 100 %)
                    /broken | fault: {abort: {httpStatus: 418, percentage: 50}} | fault: abort 418 for 100 % (expected: abort 418 for 50 %)
                    /       | fault: {delay: {fixedDelay: 1s}}    | fault: none (expected: delay 1s for 100 %)
                    /       | timeout: 3s                         | timeout: none (expected: 3s)
                    /broken | without: [fault]                    | without: fault abort 418 for 100 % (expected: no fault)
                    /api/   | without: [mirrors]                  | without: mirrors audit.shop.svc.cluster.local (expected: no mirrors)
                    /       | rateLimit: {requests: 10}           | rateLimit: none (expected: requests 10)
                    /       | without: [rateLimit]                | without: rateLimit limit reads: 10 requests a second, 20 at once (mesh/policies.yaml:18 RateLimitPolicy shop/reviews spec.local.rules[0]) (expected: no rateLimit)
                    /       | received: {rateLimit: {rule: writes}} | received.rateLimit: limit reads: 10 requests a second, 20 at once (mesh/policies.yaml:18 RateLimitPolicy shop/reviews spec.local.rules[0]) at WorkloadEntry shop/reviews-v1 (expected: rule writes)
                    /       | received: {rateLimit: {policy: shop/other, burst: 1}} | received.rateLimit: limit reads: 10 requests a second, 20 at once (mesh/policies.yaml:18 RateLimitPolicy shop/reviews spec.local.rules[0]) at WorkloadEntry shop/reviews-v1 (expected: policy shop/other, burst 1)
                    /       | authorization: {decision: deny}     | authorization.decision: allow, no policy decides (expected: deny)
                    /       | received: {status: 403}             | received.status: it passes at WorkloadEntry shop/reviews-v1 (expected: 403)
                    /       | received: {caller: spiffe://cluster.local/ns/shop/sa/web} | received.caller: none at WorkloadEntry shop/reviews-v1 (expected: spiffe://cluster.local/ns/shop/sa/web)
                    /       | received: {authorization: {policy: shop/other}} | received.authorization.policy: allow by ns[shop]-policy[readers]-rule[0], mesh/policies.yaml:8 AuthorizationPolicy shop/readers spec.rules[0] (expected: shop/other)
                    """)
    void whatIsNotSoIsSaid(String path, String expect, String mismatch) throws Exception {
        Outcome outcome = new Verifier(edition()).verify(suite(path, expect), 0);
        assertThat(outcome.mismatches()).extracting(Mismatch::toString).containsExactly(mismatch);
    }

    @Test
    void retriesAreComparedWholly() throws Exception {
        var verifier = new Verifier(edition());
        var wrong = suite("/", "retries: {attempts: 7, perTryTimeout: 1s, on: [5xx]}");
        assertThat(verifier.verify(wrong, 0).mismatches())
                .extracting(Mismatch::field, Mismatch::expected)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("retries", "7, each up to 1s, on 5xx"));
        assertThat(verifier.verify(suite("/", "retries: {attempts: 2}"), 0).passed()).isTrue();
    }

    @Test
    void aFailureNamesItsLineTheRuleAndWhatWasLookedAt() throws Exception {
        Outcome outcome =
                new Verifier(edition()).verify(suite("/", "status: 200, route: jason"), 0);
        assertThat(outcome.origin(outcome.mismatches().getFirst()).toString())
                .startsWith("test.yaml:9 MeshTest shop/one spec.tests[0].expect.route");
        assertThat(OutcomeText.why(outcome))
                .contains(
                        """
                        route          rest
                          expected     jason
                          at           test.yaml:9
                        """)
                .contains("request        GET http://reviews:9080/\n               x-seen: 1\n")
                .contains(
                        "decided by     mesh/routes.yaml:52 VirtualService shop/reviews"
                                + " spec.http[4]\n")
                .contains("  no  route jason: header end-user")
                .contains("  yes route rest: all conditions hold\n")
                .contains("at WorkloadEntry shop/reviews-v1\n");
    }

    /// What a proxy runs is made once, for a thousand expectations as for one: three proxies are
    /// asked about here.
    @Test
    void aThousandExpectationsCompileThreeProxies() throws Exception {
        var verifier = new Verifier(edition());
        var suite =
                suite(
                        "/",
                        "route: rest, destinations: [{host: reviews}], without: [fault],"
                                + " received: {authorization: {decision: allow}}");
        var more = suite("/api/", "route: shares, path: /v2/, unreachable: false");
        var outcomes = new ArrayList<Outcome>();
        for (int i = 0; i < 200; i++) {
            outcomes.add(verifier.verify(suite, 0));
            outcomes.add(verifier.verify(more, 0));
        }
        assertThat(outcomes).allMatch(Outcome::passed);
        assertThat(verifier.compiled()).isEqualTo(3);
    }
}
