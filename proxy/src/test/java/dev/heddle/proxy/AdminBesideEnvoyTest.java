package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.DataPlanes.Plane;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The admin pages of both proxies say the same of the same configuration and traffic.
class AdminBesideEnvoyTest {
    private static String bootstrap(List<Integer> ports) {
        return """
        admin: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
        stats_flush_interval: 0.1s
        static_resources:
          listeners:
          - name: web
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            filter_chains:
            - filters:
              - name: manager
                typed_config:
                  '@type': type.googleapis.com/envoy.extensions.filters.network.\
        http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: main
                  http_filters:
                  - name: router
                    typed_config: {'@type': type.googleapis.com/envoy.extensions.filters.http.\
        router.v3.Router}
                  route_config:
                    name: routes
                    virtual_hosts:
                    - name: all
                      domains: ['*']
                      routes:
                      - {match: {prefix: /}, direct_response: {status: 200}}
          clusters:
          - {name: one, type: STATIC, connect_timeout: 1s, load_assignment: {cluster_name: one,
             endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address:
             {address: 127.0.0.1, port_value: 9}}}}]}]}}
          - {name: two, type: STATIC, connect_timeout: 2s}
        """
                .formatted(ports.get(0), ports.get(1));
    }

    /// Pages whose whole answer is the same, but for white space.
    private static final List<String> SAME =
            List.of(
                    "GET /quitquitquit",
                    "GET /drain_listeners",
                    "GET /healthcheck/fail",
                    "GET /reset_counters",
                    "GET /reopen_logs",
                    "GET /cpuprofiler",
                    "GET /runtime_modify?a=b",
                    "GET /ready",
                    "POST /ready",
                    "GET /certs",
                    "GET /init_dump",
                    "GET /init_dump?mask=listener",
                    "GET /init_dump?mask=nothing",
                    "POST /init_dump",
                    "POST /reopen_logs",
                    "GET /listeners",
                    "GET /listeners?format=json",
                    "GET /clusters?filter=x",
                    "GET /stats?type=nope",
                    "GET /stats?filter=^http.main.downstream_rq_(2xx|total|completed)$",
                    "GET /stats?filter=^http.main.downstream_rq_2xx$&format=json",
                    "GET /stats?filter=^http.main.downstream_rq_[12]xx$&format=json&type=Counters",
                    "GET /stats?filter=^http.main.downstream_rq_[12]xx$&usedonly",
                    "GET /stats?filter=^http.main.downstream_rq_2xx$&type=Gauges",
                    "GET /stats?filter=^http.main.downstream_rq_2xx$&type=TextReadouts",
                    "GET /stats?filter=^server.days_until_first_cert_expiring$",
                    "GET /stats?filter=^cluster.*membership_total$",
                    "GET /stats/prometheus?filter=^http.main.downstream_rq_total$",
                    "GET /stats?format=prometheus&filter=^http.main.downstream_rq_[1-5]xx$",
                    "GET /config_dump?resource=static_clusters&mask=cluster.name",
                    "GET /config_dump?resource=static_clusters&mask=cluster.name,cluster.connect_timeout",
                    "GET /config_dump?resource=static_clusters&mask=cluster.name&name_regex=tw",
                    "GET /config_dump?resource=static_clusters&mask=cluster.name&name_regex=t.o",
                    "GET /config_dump?resource=static_clusters&name_regex=t&mask=cluster.name",
                    "GET /config_dump?resource=static_clusters&name_regex=x",
                    "GET /config_dump?resource=dynamic_listeners",
                    "GET /config_dump?resource=static_listeners&mask=listener.name",
                    "GET /config_dump?resource=static_route_configs&mask=route_config.name",
                    "GET /config_dump?resource=nope");

    /// Pages that both have, or both refuse, in words of their own.
    private static final List<String> ALIKE =
            List.of(
                    "GET /",
                    "GET /help",
                    "GET /memory",
                    "GET /runtime",
                    "GET /hot_restart_version",
                    "GET /config_dump?resource=static_clusters&mask=nothing",
                    "GET /nothing",
                    "GET /clusters?filter=[",
                    "GET /clusters?format=json&filter=on",
                    "GET /stats?filter=[",
                    "GET /stats?format=nope",
                    "GET /stats?histogram_buckets=nope",
                    "GET /stats?histogram_buckets=detailed",
                    "GET /stats?format=json&histogram_buckets=disjoint",
                    "GET /config_dump",
                    "GET /config_dump?mask=bootstrap.node",
                    "GET /config_dump?name_regex=one",
                    "GET /config_dump?name_regex=[",
                    "GET /server_info");

    @TempDir Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        client.close();
    }

    private HttpResponse<String> send(int port, String call) throws Exception {
        String[] words = call.split(" ", 2);
        int query = words[1].indexOf('?');
        String path = query < 0 ? words[1] : words[1].substring(0, query + 1);
        String rest = query < 0 ? "" : words[1].substring(query + 1);
        var uri =
                URI.create(
                        "http://127.0.0.1:"
                                + port
                                + path
                                + URLEncoder.encode(rest, StandardCharsets.UTF_8)
                                        .replace("%3D", "=")
                                        .replace("%26", "&"));
        return client.send(
                HttpRequest.newBuilder(uri)
                        .method(words[0], HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private DataPlanes start() throws Exception {
        return DataPlanes.start(directory, 2, AdminBesideEnvoyTest::bootstrap);
    }

    private void talk(Plane plane) throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(send(plane.ports().get(1), "GET /").statusCode()).isEqualTo(200);
        }
    }

    private Map<String, String> answers(Plane plane) throws Exception {
        talk(plane);
        var answers = new LinkedHashMap<String, String>();
        int admin = plane.ports().getFirst();
        for (String call : SAME) {
            HttpResponse<String> answer = send(admin, call);
            answers.put(
                    call,
                    answer.statusCode()
                            + " "
                            + answer.body()
                                    .replaceAll("\\s", "")
                                    .replace(plane.ports().get(1).toString(), "PORT"));
        }
        for (String call : ALIKE) {
            answers.put(call, String.valueOf(send(admin, call).statusCode()));
        }
        return answers;
    }

    @Test
    void thePagesSayTheSame() throws Exception {
        try (DataPlanes planes = start()) {
            Map<String, String> ours = answers(planes.all().get(0));
            Map<String, String> envoys = answers(planes.all().get(1));
            assertThat(ours).containsExactlyEntriesOf(envoys);
            assertThat(ours.get("GET /stats?filter=^http.main.downstream_rq_2xx$&format=json"))
                    .contains("\"value\":3");
        }
    }

    @Test
    void histogramsAreShownInTheSameBuckets() throws Exception {
        try (DataPlanes planes = start()) {
            for (String shape : List.of("cumulative", "disjoint")) {
                String path = "GET /stats?filter=^http.main.downstream_rq_time$&histogram_buckets=";
                assertThat(buckets(planes.all().get(0), path + shape))
                        .isEqualTo(buckets(planes.all().get(1), path + shape))
                        .contains("B0.5(", "B1.8e+06(");
            }
        }
    }

    /// Without the values, which are times.
    private String buckets(Plane plane, String call) throws Exception {
        talk(plane);
        String answer = send(plane.ports().getFirst(), call).body();
        long until = System.nanoTime() + 20_000_000_000L;
        while (answer.contains("No recorded values") && System.nanoTime() < until) {
            answer = send(plane.ports().getFirst(), call).body();
        }
        return answer.replaceAll("\\([^)]*\\)", "()").replace("()", "(");
    }

    @Test
    void countersBeginAnew() throws Exception {
        try (DataPlanes planes = start()) {
            for (Plane plane : planes.all()) {
                talk(plane);
                assertThat(count(plane)).as(plane.name()).endsWith(": 3\n");
                assertThat(send(plane.ports().getFirst(), "POST /reset_counters").body())
                        .isEqualTo("OK\n");
                assertThat(count(plane)).as(plane.name()).endsWith(": 0\n");
                talk(plane);
                assertThat(count(plane)).as(plane.name()).endsWith(": 3\n");
            }
        }
    }

    private String count(Plane plane) throws Exception {
        return send(plane.ports().getFirst(), "GET /stats?filter=^http.main.downstream_rq_2xx$")
                .body();
    }

    @Test
    void whatOnlyEnvoyHasSaysWhyItIsNotHere() throws Exception {
        try (DataPlanes planes = start()) {
            int admin = planes.all().getFirst().ports().getFirst();
            for (String call :
                    List.of(
                            "GET /contention",
                            "GET /heap_dump",
                            "GET /stats/recentlookups",
                            "GET /stats?format=html",
                            "POST /cpuprofiler?enable=y")) {
                HttpResponse<String> answer = send(admin, call);
                assertThat(answer.statusCode()).as(call).isEqualTo(501);
                assertThat(answer.body()).as(call).hasSizeGreaterThan(40);
            }
        }
    }
}
