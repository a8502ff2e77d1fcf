package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import dev.heddle.proxy.DataPlanes.Plane;
import dev.heddle.proxy.config.BootstrapParser;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Values of the runtime: read, shown, changed, and in force, as at stock Envoy.
class RuntimeBesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.";
    private static final int REQUESTS = 20;

    @TempDir Path directory;

    /// A route by chance, faults by chance, and a log of some requests.
    private String bootstrap(List<Integer> ports) {
        return """
        admin: {address: {socket_address: {address: 127.0.0.1, port_value: %1$d}}}
        layered_runtime:
          layers:
          - name: first
            static_layer:
              route.share: 0
              log: {share: 0}
              bound: 500
              truth: true
              half: 0.5
              word: hello
              part: {numerator: 25, denominator: TEN_THOUSAND}
          - name: second
            static_layer: {bound: 400, log.share: 0, fault.http.abort.abort_percent: 0}
          - {name: admin, admin_layer: {}}
        static_resources:
          listeners:
          - name: web
            address: {socket_address: {address: 127.0.0.1, port_value: %2$d}}
            filter_chains:
            - filters:
              - name: manager
                typed_config:
                  '@type': %3$sfilters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: main
                  access_log:
                  - name: shared
                    filter:
                      runtime_filter:
                        runtime_key: log.share
                        percent_sampled: {numerator: 100}
                        use_independent_randomness: true
                    typed_config:
                      '@type': %3$saccess_loggers.file.v3.FileAccessLog
                      path: %4$s
                      log_format: {text_format_source: {inline_string: "share\\n"}}
                  - name: bound
                    filter:
                      status_code_filter:
                        comparison: {op: GE, value: {default_value: 600, runtime_key: bound}}
                    typed_config:
                      '@type': %3$saccess_loggers.file.v3.FileAccessLog
                      path: %4$s
                      log_format: {text_format_source: {inline_string: "bound\\n"}}
                  http_filters:
                  - name: fault
                    typed_config:
                      '@type': %3$sfilters.http.fault.v3.HTTPFault
                      abort: {http_status: 418, percentage: {numerator: 100}}
                  - name: router
                    typed_config: {'@type': %3$sfilters.http.router.v3.Router}
                  route_config:
                    name: routes
                    virtual_hosts:
                    - name: all
                      domains: ['*']
                      routes:
                      - match:
                          prefix: /
                          runtime_fraction:
                            runtime_key: route.share
                            default_value: {numerator: 100}
                        direct_response: {status: 201}
                      - {match: {prefix: /}, direct_response: {status: 404}}
        """
                .formatted(ports.get(0), ports.get(1), TYPE, log(ports));
    }

    private Path log(List<Integer> ports) {
        return directory.resolve(ports.getFirst() + ".log");
    }

    private static HttpResponse<String> call(int port, String method, String path)
            throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .method(method, HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    /// How many answers there were of each status.
    private static Map<Integer, Integer> statuses(Plane plane) throws Exception {
        var statuses = new TreeMap<Integer, Integer>();
        for (int i = 0; i < REQUESTS; i++) {
            statuses.merge(call(plane.ports().get(1), "GET", "/").statusCode(), 1, Integer::sum);
        }
        return statuses;
    }

    private static void modify(Plane plane, String query) throws Exception {
        HttpResponse<String> answer =
                call(plane.ports().getFirst(), "POST", "/runtime_modify?" + query);
        assertThat(answer.body()).as(plane.name()).isEqualTo("OK\n");
    }

    private static Struct runtime(Plane plane) throws Exception {
        var read = Struct.newBuilder();
        JsonFormat.parser().merge(call(plane.ports().getFirst(), "GET", "/runtime").body(), read);
        return read.build();
    }

    private List<String> lines(Plane plane) throws Exception {
        Path log = log(plane.ports());
        return Files.exists(log) ? Files.readAllLines(log) : List.of();
    }

    private void awaitLines(Plane plane, int expected) throws Exception {
        for (int i = 0; i < 250 && lines(plane).size() < expected; i++) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertThat(lines(plane)).as(plane.name()).hasSize(expected);
    }

    @Test
    void aValueThatIsSaidCountsBeforeTheUsualOne() throws Exception {
        try (DataPlanes planes = DataPlanes.start(directory, 2, this::bootstrap)) {
            for (Plane plane : planes.all()) {
                assertThat(statuses(plane)).as(plane.name()).isEqualTo(Map.of(404, REQUESTS));
                modify(plane, "route.share=100");
                assertThat(statuses(plane)).as(plane.name()).isEqualTo(Map.of(201, REQUESTS));
                modify(plane, "fault.http.abort.abort_percent=100");
                assertThat(statuses(plane)).as(plane.name()).isEqualTo(Map.of(418, REQUESTS));
                modify(plane, "fault.http.abort.abort_percent=&route.share=&log.share=100");
                assertThat(statuses(plane)).as(plane.name()).isEqualTo(Map.of(404, REQUESTS));
                awaitLines(plane, 4 * REQUESTS);
                assertThat(lines(plane).stream().filter("share"::equals))
                        .as(plane.name())
                        .hasSize(REQUESTS);
                // Of all answers until now the bound of the second layer leaves out the 201 only.
                assertThat(lines(plane).stream().filter("bound"::equals))
                        .as(plane.name())
                        .hasSize(3 * REQUESTS);
                modify(plane, "bound=405");
                modify(plane, "log.share=0");
                assertThat(statuses(plane)).as(plane.name()).isEqualTo(Map.of(404, REQUESTS));
                assertThat(call(plane.ports().getFirst(), "POST", "/runtime_modify").statusCode())
                        .as(plane.name())
                        .isEqualTo(400);
            }
            // What would be too much has been written by then.
            TimeUnit.MILLISECONDS.sleep(300);
            for (Plane plane : planes.all()) {
                assertThat(lines(plane)).as(plane.name()).hasSize(4 * REQUESTS);
            }
        }
    }

    @Test
    void thePageShowsLayersAndValues() throws Exception {
        try (DataPlanes planes = DataPlanes.start(directory, 2, this::bootstrap)) {
            var shown = new TreeMap<String, Struct>();
            for (Plane plane : planes.all()) {
                modify(plane, "bound=410&new=7&word=");
                Struct page = runtime(plane);
                // How a share is printed is everybody's own.
                Struct entries = page.getFieldsOrThrow("entries").getStructValue();
                assertThat(entries.getFieldsMap()).as(plane.name()).containsKey("part");
                shown.put(
                        plane.name(),
                        page.toBuilder()
                                .putFields(
                                        "entries",
                                        Value.newBuilder()
                                                .setStructValue(
                                                        entries.toBuilder().removeFields("part"))
                                                .build())
                                .build());
            }
            assertThat(shown.get("heddle")).isEqualTo(shown.get("envoy"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{name: a, static_layer: {list: [1]}} # layers[0].static_layer['list']",
                "{name: a, static_layer: {b: {c: null}}} # layers[0].static_layer['b.c']",
                "{name: a, disk_layer: {symlink_root: /srv}} # layers[0].disk_layer",
                "{name: a} # layers[0]: is empty",
                "{admin_layer: {}} # layers[0].name",
                "{name: a, rtds_layer: {name: x, rtds_config: {path: /x}}} # rtds_config.path",
            })
    void whatCannotBeReadIsNamed(String layer) {
        String[] parts = layer.split(" # ", 2);
        assertThatThrownBy(() ->
                        BootstrapParser.parse(
                                "test", "layered_runtime: {layers: [" + parts[0] + "]}"))
                .hasMessageContaining(parts[1]);
    }
}
