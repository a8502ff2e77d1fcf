package dev.heddle.model.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.codec.ResourceReader;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A test that could never fail, or never pass, is a mistake at its line.
class MeshTestCheckTest {
    private static final String FIRST =
            "{name: a, request: {url: 'http://a/'}, expect: {status: 200}}";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    request: {url: 'http://a/'}, expect: {status: 200} | ''
                    request: {url: 'https://[::1]:8443/?a#b', method: PATCH}, expect: {route: a} | ''
                    request: {url: 'http://a/'} | [0].expect: 'expect' is missing (expected: a mapping)
                    expect: {status: 200} | [0].request: 'request' is missing (expected: a mapping)
                    request: {url: 'http://a/'}, expect: {} | [0].expect: it expects nothing, and so cannot fail
                    request: {url: '/a'}, expect: {status: 200} | [0].request.url: '/a' (expected: a URL, as in http://reviews:9080/reviews/0)
                    request: {url: 'http://a:70000/'}, expect: {status: 200} | [0].request.url: 70000 (expected: a port from 1 to 65535)
                    request: {url: 'http://a/', method: 'G T'}, expect: {status: 200} | [0].request.method: 'G T' (expected: a method, as in GET)
                    request: {url: 'http://a/', headers: {'a b': c}}, expect: {status: 200} | [0].request.headers: 'a b' (expected: a header's name)
                    request: {url: 'http://a/'}, expect: {status: 99} | [0].expect.status: 99 (expected: 200 to 599)
                    request: {url: 'http://a/'}, expect: {statu: 200} | [0].expect.statu: unknown field 'statu'
                    request: {url: 'http://a/'}, expect: {destinations: [{host: a, weight: 101}]} | [0].expect.destinations[0].weight: 101.0 (expected: 0 to 100)
                    request: {url: 'http://a/'}, expect: {destinations: [{host: a, weight: 1, minWeight: 1}]} | [0].expect.destinations[0]: 'weight' and 'minWeight' exclude each other
                    request: {url: 'http://a/'}, expect: {destinations: [{subset: a}]} | [0].expect.destinations[0].host: 'host' is missing (expected: a text)
                    request: {url: 'http://a/'}, expect: {without: [fault], fault: {}} | [0].expect: 'without: fault' and 'fault' exclude each other
                    request: {url: 'http://a/'}, expect: {retries: {attempts: -1}} | [0].expect.retries.attempts: -1 (expected: >= 0)
                    request: {url: 'http://a/'}, expect: {received: {}} | [0].expect.received: it expects nothing (expected: caller, status, rateLimit or authorization)
                    request: {url: 'http://a/'}, expect: {received: {caller: 'me you'}} | [0].expect.received.caller: 'me you' (expected: a SPIFFE id, or none)
                    request: {url: 'http://a/'}, expect: {authorization: {decision: maybe}} | [0].expect.authorization.decision: 'maybe' (expected: one of allow, deny, unsure)
                    from: {labels: {a: b}, gateway: c}, request: {url: 'http://a/'}, expect: {status: 200} | [0].from: both of 'labels' and 'gateway' (expected: one)
                    from: {namespace: c}, request: {url: 'http://a/'}, expect: {status: 200} | [0].from: none of 'labels' and 'gateway' (expected: one)
                    """)
    void aTestIsLookedAt(String test, String found) {
        assertThat(findings("{labels: {app: a}}", "[{name: one, " + test + "}]")).isEqualTo(found);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    load: {requestsPerSecond: 10, duration: 10s}, expect: {minSuccess: 99} | ''
                    load: {requestsPerSecond: 0, duration: 10s}, expect: {minSuccess: 99} | [0].load.requestsPerSecond: 0 (expected: 1 to 1000)
                    load: {requestsPerSecond: 1, duration: 2h}, expect: {minSuccess: 99} | [0].load.duration: more than an hour (expected: at most 1h)
                    load: {requestsPerSecond: 1000, duration: 101s}, expect: {minSuccess: 99} | [0].load: 101000 requests (expected: at most 100000)
                    load: {requestsPerSecond: 10, duration: 10s}, expect: {} | [0].expect: it expects nothing, and so cannot fail
                    load: {requestsPerSecond: 10, duration: 10s}, expect: {ejected: []} | ''
                    load: {requestsPerSecond: 10, duration: 10s}, expect: {minSuccess: 99}, endpoints: [{workload: a, phases: [{every: 1s}]}] | [0].endpoints[0].phases[0]: one of 'every' and 'length' (expected: both, or none)
                    load: {requestsPerSecond: 10, duration: 10s}, expect: {minSuccess: 99}, endpoints: [{workload: a, phases: [{reset: true, status: 500}]}] | [0].endpoints[0].phases[0]: 'status' and 'reset' exclude each other
                    """)
    void aSimulationIsLookedAt(String simulation, String found) {
        assertThat(
                        findings(
                                "{labels: {app: a}}",
                                "[]\n  simulations: [{name: one, request: {url: 'http://a/'}, "
                                        + simulation
                                        + "}]"))
                .isEqualTo(found);
        assertThat(
                        findings(
                                "{labels: {app: a}}",
                                "[]\n  simulations: [{name: one, request: {url: 'https://a/'}, load:"
                                        + " {requestsPerSecond: 1, duration: 1s}, expect:"
                                        + " {minSuccess: 1}}]"))
                .isEqualTo(
                        "[0].request.url: 'https://a/' (expected: http, as TLS is not simulated)");
    }

    @Test
    void theWholeIsLookedAt() {
        assertThat(findings("{labels: {app: a}}", "[]")).contains("it tests nothing");
        assertThat(findings("{labels: {app: a}}", "[" + FIRST + ", " + FIRST + "]"))
                .isEqualTo("[1].name: 'a' (expected: another name, as that is taken)");
        var nobody =
                ResourceReader.read(
                        "test.yaml",
                        """
                        apiVersion: heddle.dev/v1alpha1
                        kind: MeshTest
                        metadata: {name: one}
                        spec: {tests: [%s]}
                        """
                                .formatted(FIRST));
        assertThat(nobody.diagnostics().getFirst().toString())
                .startsWith(
                        "test.yaml:4:16: error HED0006 MeshTest default/one spec.tests[0]: nobody"
                                + " sends it");
    }

    private static String findings(String from, String tests) {
        return ResourceReader.read(
                        "test.yaml",
                        """
                        apiVersion: heddle.dev/v1alpha1
                        kind: MeshTest
                        metadata: {name: one}
                        spec:
                          from: %s
                          tests: %s
                        """
                                .formatted(from, tests))
                .diagnostics()
                .stream()
                .map(it ->
                        it.origin()
                                        .path()
                                        .toString()
                                        .replaceFirst("^spec[.](tests|simulations)", "")
                                + ": "
                                + it.message())
                .collect(Collectors.joining("\n"));
    }
}
