package dev.heddle.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.control.access.Caller;
import dev.heddle.control.view.Apply;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Severity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Row G19 of the fault catalogue: contents that nobody can run, each found with its field and line
/// before any proxy hears of it, and nothing of its text in force.
class BadContentTest {
    private static final String GOOD =
            """
            apiVersion: v1
            kind: Service
            metadata: {name: reviews}
            spec:
              selector: {app: reviews}
              ports: [{name: http, port: 9080}]
            """;

    @TempDir Path temp;
    private Optional<ControlPlane> running = Optional.empty();

    @BeforeEach
    void start() throws IOException {
        Path config = Files.createDirectory(temp.resolve("config"));
        Files.writeString(config.resolve("services.yaml"), GOOD);
        running =
                Optional.of(
                        ControlPlane.start(
                                ControlBootstrap.of(
                                        config,
                                        temp.resolve("data"),
                                        new InetSocketAddress(
                                                InetAddress.getLoopbackAddress(), 0))));
    }

    @AfterEach
    void stop() {
        running.ifPresent(ControlPlane::close);
    }

    /// @param what the row says
    /// @param line of the mistake
    /// @param says the field, and what is wrong with it
    record Bad(String what, int line, String says, String text) {
        @Override
        public String toString() {
            return what;
        }
    }

    static List<Bad> bad() {
        return List.of(
                new Bad(
                        "an expression that is none",
                        6,
                        "spec.http[0].match[0].uri.regex",
                        route("match: [{uri: {regex: \"/(a\"}}]", "reviews")),
                new Bad(
                        "weights of nothing",
                        6,
                        "weight",
                        virtualService(
                                "- route: [{destination: {host: reviews}, weight: 0},"
                                        + " {destination: {host: reviews, port: {number: 9080}},"
                                        + " weight: 0}]")),
                new Bad(
                        "weights that overflow",
                        6,
                        "weight",
                        virtualService(
                                "- route: [{destination: {host: reviews}, weight: 2147483647},"
                                        + " {destination: {host: reviews}, weight: 2147483647},"
                                        + " {destination: {host: reviews}, weight: 2147483647}]")),
                new Bad(
                        "a time before now",
                        6,
                        "spec.http[0].timeout",
                        route("timeout: -1s", "reviews")),
                new Bad("port 0", 5, "spec.ports[0].port", service("{name: http, port: 0}")),
                new Bad(
                        "port 70000",
                        5,
                        "spec.ports[0].port",
                        service("{name: http, port: 70000}")),
                new Bad(
                        "a subnet of 33 bits",
                        7,
                        "spec.tcp[0].match[0].destinationSubnets[0]",
                        """
                        apiVersion: networking.istio.io/v1
                        kind: VirtualService
                        metadata: {name: bad}
                        spec:
                          hosts: [reviews]
                          tcp:
                          - match: [{destinationSubnets: [10.0.0.0/33]}]
                            route: [{destination: {host: reviews}}]
                        """),
                new Bad(
                        "a header that is the path",
                        6,
                        ":path",
                        route("headers: {request: {set: {\":path\": /x}}}", "reviews")),
                new Bad(
                        "a header that is no name",
                        6,
                        "headers.request.set",
                        route("headers: {request: {set: {\"a b\": x}}}", "reviews")),
                new Bad(
                        "delegates in a circle",
                        6,
                        "delegate",
                        virtualService("- {match: [{uri: {prefix: /}}], delegate: {name: bad}}")),
                new Bad(
                        "a host twice",
                        5,
                        "hosts",
                        """
                        apiVersion: networking.istio.io/v1
                        kind: VirtualService
                        metadata: {name: bad}
                        spec:
                          hosts: [reviews, reviews]
                          http: [{route: [{destination: {host: reviews}}]}]
                        """),
                new Bad(
                        "a name of a megabyte",
                        3,
                        "metadata.name: 'bbbbbbbbbb",
                        service("{name: http, port: 80}").replace("bad", "b".repeat(1 << 20))),
                new Bad(
                        "a patch with a field that Envoy has not",
                        13,
                        "server_nam",
                        patch("server_nam: x")),
                new Bad(
                        "a patch with a value of another type",
                        13,
                        "xff_num_trusted_hops",
                        patch("xff_num_trusted_hops: many")));
    }

    private static String virtualService(String http) {
        return """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: bad}
        spec:
          hosts: [reviews]
          http: [%s]
        """
                .formatted(http.substring(0, 2).equals("- ") ? "{" + inner(http) + "}" : http);
    }

    private static String inner(String item) {
        String body = item.substring(2);
        return body.startsWith("{") ? body.substring(1, body.length() - 1) : body;
    }

    private static String route(String more, String host) {
        return virtualService("{%s, route: [{destination: {host: %s}}]}".formatted(more, host));
    }

    private static String service(String port) {
        return """
        apiVersion: v1
        kind: Service
        metadata: {name: bad}
        spec:
          ports: [%s]
        """
                .formatted(port);
    }

    private static String patch(String field) {
        return """
        apiVersion: networking.istio.io/v1alpha3
        kind: EnvoyFilter
        metadata: {name: bad}
        spec:
          configPatches:
          - applyTo: NETWORK_FILTER
            match: {listener: {filterChain: {filter: {name: envoy.filters.network.http_connection_manager}}}}
            patch:
              operation: MERGE
              value:
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  %s
        """
                .formatted(field);
    }

    private static Caller local(ControlPlane control) {
        var accounts = control.accounts();
        return accounts.caller(accounts.local(), "a test").orElseThrow();
    }

    @ParameterizedTest
    @MethodSource
    void bad(Bad bad) throws Exception {
        ControlPlane control = running.orElseThrow();
        awaitWorld(control);
        long version = control.mesh().view().version();
        String both = bad.text() + "---\n" + GOOD.replace("reviews", "also");

        Apply outcome =
                control.configStore().apply(local(control), "bad.yaml", both, "default", false);

        assertThat(outcome).isInstanceOf(Apply.Refused.class);
        List<Diagnostic> findings = ((Apply.Refused) outcome).findings();
        assertThat(findings)
                .as("%s", findings)
                .anySatisfy(finding -> {
                    assertThat(finding.severity()).isEqualTo(Severity.ERROR);
                    assertThat(finding.origin().file()).isEqualTo("bad.yaml");
                    assertThat(finding.origin().position().line()).isEqualTo(bad.line());
                    assertThat(finding.toString()).contains(bad.says());
                });
        assertThat(control.mesh().view().version()).isEqualTo(version);
        assertThat(control.mesh().view().resources().all()).hasSize(1);
    }

    private static void awaitWorld(ControlPlane control) throws InterruptedException {
        while (control.mesh().view().version() == 0) {
            Thread.sleep(10);
        }
    }
}
