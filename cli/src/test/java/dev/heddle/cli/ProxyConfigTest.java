package dev.heddle.cli;

import static dev.heddle.cli.TestCommand.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import dev.heddle.proxy.Proxy;
import dev.heddle.proxy.ProxySettings;
import dev.heddle.proxy.config.BootstrapParser;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a proxy says of itself, asked at its admin port.
class ProxyConfigTest {
    private static final String BOOTSTRAP =
            """
            admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
            static_resources:
              listeners:
                - name: front
                  address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                  filter_chains:
                    - filters:
                        - name: envoy.filters.network.http_connection_manager
                          typed_config:
                            "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                            stat_prefix: front
                            route_config:
                              name: table
                              virtual_hosts:
                                - name: all
                                  domains: ["*"]
                                  routes: [{match: {prefix: /}, route: {cluster: back}}]
                            http_filters:
                              - name: envoy.filters.http.router
                                typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
              clusters:
                - name: back
                  type: STATIC
                  load_assignment:
                    cluster_name: back
                    endpoints:
                      - lb_endpoints:
                          - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: 1}}}
            """;

    @TempDir Path directory = Path.of("");
    private AutoCloseable proxy = () -> {};
    private String admin = "";

    @BeforeEach
    void start() throws Exception {
        Path file = Files.writeString(directory.resolve("bootstrap.yaml"), BOOTSTRAP);
        var started =
                Proxy.start(BootstrapParser.read(file), ProxySettings.ofProcess().withWorkers(1));
        proxy = started;
        admin = "127.0.0.1:" + started.adminAddress().orElseThrow().getPort();
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
    }

    private TestCommand ask(String part, String... more) {
        var words = new java.util.ArrayList<>(java.util.List.of("pc", part, "--admin", admin));
        words.addAll(java.util.List.of(more));
        return run(words.toArray(String[]::new));
    }

    @Test
    void itsTablesReadAsThoseOfTheControlPlane() {
        assertThat(ask("listeners").out()).startsWith("LISTENER   ADDRESS\nfront      127.0.0.1:");
        assertThat(ask("clusters").out())
                .startsWith("CLUSTER   TYPE")
                .contains("\nback      STATIC");
        assertThat(ask("routes").out()).startsWith("ROUTES").contains("table", "/*", "back");
        assertThat(ask("endpoints").out()).contains("back::127.0.0.1:1::");
    }

    @Test
    void everyPartIsJsonForPrograms() {
        assertThat(names(ask("listeners", "-o", "json"))).isEqualTo("[front]");
        assertThat(names(ask("clusters", "-o", "json"))).isEqualTo("[back]");
        assertThat(names(ask("routes", "-o", "json"))).isEqualTo("[table]");
        assertThat(Json.parse(ask("endpoints", "-o", "json").out()))
                .isInstanceOf(Node.Mapping.class);
        assertThat(Json.parse(ask("unsupported", "-o", "json").out()))
                .isInstanceOf(Node.Sequence.class);
        assertThat(Json.parse(ask("all").out())).isInstanceOf(Node.Mapping.class);
    }

    private static String names(TestCommand result) {
        return ((Node.Sequence) Json.parse(result.out()))
                .items().stream()
                        .map(item -> ((Node.Mapping) item).get("name").orElseThrow())
                        .map(name -> ((Node.Text) name).value())
                        .toList()
                        .toString();
    }

    @Test
    void aNameBesideAnAddressIsOneTooMany() {
        var both = run("pc", "routes", "reviews-v1", "--admin", admin);
        assertThat(both.code()).isEqualTo(2);
        assertThat(both.err()).contains("'reviews-v1' and --admin (expected: one of the two)");
    }
}
