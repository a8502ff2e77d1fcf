package dev.heddle.model.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Position;
import dev.heddle.model.Resource;
import dev.heddle.model.Severity;
import dev.heddle.model.istio.VirtualService;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.match.StringMatch;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResourceReaderTest {
    private static final String REVIEWS =
            """
            # the people who read reviews
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata:
              name: reviews
              labels: {team: books}
              creationTimestamp: "2026-01-31T12:00:00Z"
            spec:
              hosts:
              - reviews
              http:
              - match:
                - headers:
                    end-user:
                      exact: jason
                    cookie: {}
                route:
                - destination:
                    host: reviews
                    subset: v2
                    port: {number: 9080}
                timeout: 1m0.5s
                rewrite:
                  uri_regex_rewrite:
                    match: ^/a
                    rewrite: /b
              - redirect:
                  derivePort: FROM_REQUEST_PORT
            """;

    private static final String MISTAKES =
            """
            {hosst: [a]} | HED0004 | spec.hosst | unknown field 'hosst'. Did you mean 'hosts'?
            {HOSTS: [a]} | HED0004 | spec.HOSTS | unknown field 'HOSTS'. Did you mean 'hosts'?
            {hosts: a} | HED0005 | spec.hosts | 'a' (expected: a list). Put '- ' in front of \
            it.
            {hosts: [1]} | HED0005 | spec.hosts[0] | the number 1 (expected: a text). Put it \
            in quotes.
            {hosts: [a], http: [{timeout: 5}]} | HED0005 | spec.http[0].timeout | the number \
            5 (expected: a duration as 1.5s, 100ms or 1h2m). Add a unit, as in 5s.
            {hosts: [a], http: [{timeout: apple}]} | HED0005 | spec.http[0].timeout | 'apple' \
            (expected: a duration as 1.5s, 100ms or 1h2m)
            {hosts: [a], http: [{route: [{destination: {host: b}, weight: '9'}]}]} | HED0005 \
            | spec.http[0].route[0].weight | '9' (expected: a whole number). Remove the \
            quotes.
            {hosts: [a], http: [{route: [{weight: 9}]}]} | HED0006 | \
            spec.http[0].route[0].destination | 'destination' is missing (expected: a mapping)
            {hosts: [a], http: [{route: [{destination: {}, host: b}]}]} | HED0004 | \
            spec.http[0].route[0].host | unknown field 'host'. It belongs under \
            'destination': check the indentation.
            {hosts: [a], http: [{match: [{uri: {exact: /a, prefix: /b}}]}]} | HED0007 | \
            spec.http[0].match[0].uri.prefix | 'exact' and 'prefix' exclude each other. Keep \
            one of the two.
            {hosts: [a], http: [{redirect: {port: 1, derivePort: FROM_REQUEST_PORT}}]} | \
            HED0007 | spec.http[0].redirect.derivePort | 'port' and 'derivePort' exclude each \
            other. Keep one of the two.
            {hosts: [a], http: [{redirect: {derivePort: FROM_REQUEST}}]} | HED0005 | \
            spec.http[0].redirect.derivePort | 'FROM_REQUEST' (expected: one of \
            FROM_PROTOCOL_DEFAULT, FROM_REQUEST_PORT)
            {hosts: [a], http: [{match: [{ignoreUriCase: 'true'}]}]} | HED0005 | \
            spec.http[0].match[0].ignoreUriCase | 'true' (expected: true or false). Remove \
            the quotes.
            {hosts: [a], http: {route: []}} | HED0005 | spec.http | a mapping (expected: a \
            list). Put '- ' in front of it.
            {hosts: [a], http: [{redirect: [{uri: /}]}]} | HED0005 | spec.http[0].redirect | \
            a list (expected: a mapping). Remove the '-' in front of it.
            {hosts: } | HED0005 | spec.hosts | there is no value (expected: a list). Give it \
            one, or remove the key.
            [a] | HED0005 | spec | a list (expected: a mapping)
            """;

    private static final String NO_RESOURCES =
            """
            a: 1 | INFO | HED0002
            [a] | INFO | HED0002
            a | ERROR | HED0002
            {kind: VirtualService} | ERROR | HED0002
            {apiVersion: networking.istio.io/v1, kind: VirtualServise, metadata: {name: a}} | \
            ERROR | HED0003
            {apiVersion: networking.istio.io/v7, kind: VirtualService, metadata: {name: a}} | \
            ERROR | HED0003
            {apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {}} | ERROR \
            | HED0002
            {apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {nam: a}} | \
            ERROR | HED0002
            {a: 1, a: 2} | ERROR | HED0001
            {a: *b} | ERROR | HED0001
            {a: !secret b} | ERROR | HED0001
            {[a]: b} | ERROR | HED0001
            """;

    @Test
    void aResourceIsReadWithEveryFieldInItsPlace() {
        Resource<VirtualService> reviews = virtualService(REVIEWS);

        assertThat(reviews.id()).hasToString("VirtualService default/reviews");
        assertThat(reviews.metadata().created()).isPresent();
        VirtualService.HttpRoute route = reviews.spec().http().getFirst();
        assertThat(route.match().getFirst().headers())
                .containsEntry("end-user", new StringMatch.Exact("jason"))
                .containsEntry("cookie", new StringMatch.Present());
        assertThat(route.timeout()).contains(Duration.ofMillis(60_500));
        assertThat(route.route().getFirst().destination().subset()).isEqualTo("v2");
        assertThat(route.route().getFirst().weight()).isEmpty();
        assertThat(route.rewrite().flatMap(VirtualService.HttpRewrite::uriRegexRewrite))
                .contains(new VirtualService.RegexRewrite("^/a", "/b"));
        assertThat(reviews.spec().http().get(1).redirect())
                .flatMap(VirtualService.HttpRedirect::redirectPort)
                .contains(
                        new VirtualService.RedirectPort.Derived(
                                VirtualService.PortSelection.FROM_REQUEST_PORT));
    }

    @Test
    void everyFieldKnowsItsLine() {
        Resource<VirtualService> reviews = virtualService("\n---\n" + REVIEWS);
        FieldPath route = FieldPath.of("spec", "http").index(0).field("route").index(0);

        assertThat(reviews.origin(route.field("destination").field("subset")).position())
                .isEqualTo(new Position(22, 9));
        assertThat(reviews.origin(route.field("weight")))
                .as("a field that is absent has the place of its parent")
                .hasToString(
                        "reviews.yaml:20 VirtualService default/reviews"
                                + " spec.http[0].route[0].weight");
        FieldPath regex = FieldPath.of("spec", "http").index(0).field("rewrite");
        assertThat(reviews.origin(regex.field("uriRegexRewrite").field("match")).position().line())
                .as("a field in the other spelling")
                .isEqualTo(27);
        assertThat(reviews.source().text()).startsWith("# the people who read reviews\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\u0001', textBlock = MISTAKES)
    void aMistakeIsToldWithItsPlace(String spec, String code, String path, String text) {
        var parsed = ResourceReader.read("f.yaml", head("VirtualService") + "spec: " + spec);

        assertThat(parsed.resources()).isEmpty();
        Diagnostic first =
                parsed.diagnostics().stream()
                        .filter(d -> d.code().id().equals(code))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(parsed.diagnostics()));
        assertThat(first.origin().path()).hasToString(path);
        assertThat(first.origin().position().line()).isEqualTo(4);
        assertThat(first.origin().resource()).isEqualTo("VirtualService default/a");
        assertThat(first.toString()).endsWith(": " + text);
    }

    @Test
    void whatIsReadButNotActedOnSaysSo() {
        String spec = "{host: a, trafficPolicy: {retryBudget: {budgetInterval: 1s}}}";
        var parsed = ResourceReader.read("f.yaml", head("DestinationRule") + "spec: " + spec);

        assertThat(parsed.resources()).hasSize(1);
        assertThat(parsed.diagnostics())
                .filteredOn(d -> d.code() == DiagnosticCode.NOT_IMPLEMENTED)
                .extracting(Diagnostic::toString)
                .containsExactly(
                        "f.yaml:4:47: warning HED0008 DestinationRule default/a"
                                + " spec.trafficPolicy.retryBudget.budgetInterval:"
                                + " 'budgetInterval' is read but not in force yet");
    }

    @Test
    void whoAsksForClientsCertificatesByAnOptionIsToldThatNobodyIsAsked() {
        String text =
                """
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: a}
                spec:
                  gatewayClassName: istio
                  listeners:
                  - name: https
                    port: 443
                    protocol: HTTPS
                    tls: {options: {gateway.istio.io/tls-terminate-mode: MUTUAL}}
                """;
        var parsed = ResourceReader.read("f.yaml", text);

        assertThat(parsed.diagnostics())
                .extracting(Diagnostic::toString)
                .containsExactly(
                        "f.yaml:10:11: warning HED0008 Gateway default/a"
                                + " spec.listeners[0].tls.options:"
                                + " 'options' is read but not in force yet");
    }

    @Test
    void aKindAndAConstantCanBeNotInForceToo() {
        String text =
                """
                apiVersion: extensions.istio.io/v1alpha1
                kind: WasmPlugin
                metadata: {name: a}
                spec: {url: "https://example.com/a.wasm"}
                ---
                apiVersion: install.istio.io/v1alpha1
                kind: IstioOperator
                metadata: {name: a}
                spec: {meshConfig: {inboundTrafficPolicy: {mode: LOCALHOST}}}
                """;
        var parsed = ResourceReader.read("f.yaml", text);

        assertThat(parsed.resources()).hasSize(2);
        assertThat(parsed.diagnostics())
                .extracting(d -> d.origin().path() + ": " + d.message())
                .containsExactly(
                        "kind: WasmPlugin is read but not in force yet",
                        "spec.meshConfig.inboundTrafficPolicy.mode: 'LOCALHOST' is read but not in"
                                + " force yet");
    }

    @Test
    void aBrokenDocumentLeavesItsSiblingsAlone() {
        String text =
                "# only a comment\n---\n"
                        + REVIEWS
                        + "---\nbroken: [\n---\n"
                        + REVIEWS.replace("name: reviews", "name: second");
        var parsed = ResourceReader.read("f.yaml", text);

        assertThat(parsed.resources())
                .extracting(r -> r.metadata().name())
                .containsExactly("reviews", "second");
        assertThat(parsed.diagnostics()).hasSize(1);
        assertThat(parsed.diagnostics().getFirst().code()).isEqualTo(DiagnosticCode.SYNTAX);
        assertThat(parsed.diagnostics().getFirst().origin().position().line()).isEqualTo(32);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\u0001', textBlock = NO_RESOURCES)
    void whatIsNoResourceIsToldApart(String text, Severity severity, String code) {
        var parsed = ResourceReader.read("f.yaml", text);

        assertThat(parsed.resources()).isEmpty();
        assertThat(parsed.diagnostics())
                .anyMatch(d -> d.severity() == severity && d.code().id().equals(code));
    }

    @Test
    void kindsOfOthersAreKept() {
        String text =
                """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: reviews}
                spec: {anything: {goes: here}}
                ---
                apiVersion: extensions.istio.io/v1alpha1
                kind: WasmPlugin
                metadata: {name: reviews, namespace: books}
                spec: {url: "oci://registry.example/filter:1"}
                """;
        var parsed = ResourceReader.read("f.yaml", text);

        assertThat(parsed.resources())
                .extracting(r -> r.id().toString())
                .containsExactly("Deployment default/reviews", "WasmPlugin books/reviews");
        assertThat(parsed.diagnostics())
                .extracting(d -> d.code())
                .containsExactly(DiagnosticCode.NOT_IMPLEMENTED);
    }

    @Test
    void aListGivesItsItems() {
        String text =
                """
                {"apiVersion": "v1", "kind": "List", "items": [
                  {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"},
                   "spec": {"ports": [{"port": 80, "name": "http"}], "sessionAffinity": "None"}},
                  {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "b"}}
                ]}
                """;
        var parsed = ResourceReader.read("f.json", text, "books");

        assertThat(parsed.diagnostics()).isEmpty();
        assertThat(parsed.resources())
                .extracting(r -> r.id().toString())
                .containsExactly("Service books/a", "Service books/b");
    }

    @Test
    void endpointsStandBesideTheirMetadata() {
        String text =
                """
                apiVersion: v1
                kind: Endpoints
                metadata: {name: a}
                subsets: [{addresses: [{ip: 10.0.0.1}], ports: [{port: 80}]}]
                """;
        var parsed = ResourceReader.read("f.yaml", text);

        assertThat(parsed.diagnostics()).isEmpty();
        assertThat(parsed.resources()).hasSize(1);
        var misspelled = ResourceReader.read("f.yaml", text.replace("subsets", "subset"));
        assertThat(misspelled.diagnostics())
                .extracting(Diagnostic::message)
                .containsExactly("unknown field 'subset'");
    }

    @Test
    void aWrittenResourceReadsBackTheSame() {
        Resource<VirtualService> reviews = virtualService(REVIEWS);
        String yaml = ResourceWriter.yaml(List.of(reviews, reviews));
        var again = ResourceReader.read("g.yaml", yaml);

        assertThat(again.diagnostics()).isEmpty();
        assertThat(again.resources()).hasSize(2);
        assertThat(again.resources().getFirst().spec()).isEqualTo(reviews.spec());
        assertThat(yaml).contains("  namespace: default\n", "    - destination:\n");
        Optional<String> kind =
                Json.parse(Json.compact(ResourceWriter.tree(reviews)))
                                instanceof dev.heddle.model.tree.Node.Mapping tree
                        ? tree.get("kind").map(Json::compact)
                        : Optional.empty();
        assertThat(kind).contains("\"VirtualService\"");
    }

    private static String head(String kind) {
        return "apiVersion: networking.istio.io/v1\nkind: " + kind + "\nmetadata: {name: a}\n";
    }

    private static Resource<VirtualService> virtualService(String text) {
        var parsed = ResourceReader.read("reviews.yaml", text);
        assertThat(parsed.diagnostics()).isEmpty();
        return dev.heddle.model.Resources.of(parsed.resources())
                .find(Kinds.VIRTUAL_SERVICE, "default", "reviews")
                .orElseThrow();
    }
}
