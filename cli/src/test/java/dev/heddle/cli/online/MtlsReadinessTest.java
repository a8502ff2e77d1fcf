package dev.heddle.cli.online;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What stands against STRICT, by what a control plane answers.
class MtlsReadinessTest {
    private static final String EDGES =
            """
            {"signals": [
              {"source": {"workload": "batch", "namespace": "jobs"},
               "destination": {"workload": "bank", "namespace": "shop"},
               "requests": 240, "secureShare": 0.25},
              {"source": {"workload": "web", "namespace": "front"},
               "destination": {"workload": "bank", "namespace": "shop"},
               "requests": 9, "secureShare": 1},
              {"source": {"workload": "web", "namespace": "front"},
               "destination": {"workload": "old", "namespace": "shop"}, "requests": 3}]}\
            """;

    private static final String WORKLOADS =
            """
            {"signals": [
              {"workload": "bank", "namespace": "shop", "requests": 249, "secureShare": 0.28},
              {"workload": "web", "namespace": "front", "requests": 7, "secureShare": 0},
              {"workload": "old", "namespace": "shop", "requests": 3}]}\
            """;

    private static MtlsReadiness readiness(int status, String edges) throws IOException {
        Map<String, String> answers =
                Map.of(
                        "/api/v1/proxies",
                        "{\"proxies\": []}",
                        "/api/v1/services",
                        "{\"services\": []}",
                        "/api/v1/signals by=edge",
                        edges,
                        "/api/v1/signals by=workload",
                        WORKLOADS);
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    String query = exchange.getRequestURI().getQuery();
                    String path =
                            exchange.getRequestURI().getPath()
                                    + (query == null ? "" : " " + query.split("&", 2)[0]);
                    byte[] body = answers.getOrDefault(path, "{}").getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(
                            path.contains("signals") ? status : 200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        server.start();
        try {
            return MtlsReadiness.of(
                    new Api("http://127.0.0.1:" + server.getAddress().getPort(), Optional.empty()));
        } finally {
            server.stop(0);
        }
    }

    @Test
    void whoCalledInPlainTextIsNamed() throws Exception {
        MtlsReadiness readiness = readiness(200, EDGES);
        assertThat(readiness.against())
                .containsExactly(
                        "batch.jobs called bank.shop in plain text: 75 % of 240 calls in the last"
                                + " 15 minutes",
                        "somebody without a proxy called web.front in plain text: 100 % of 7 calls in"
                                + " the last 15 minutes");
        assertThat(readiness.against("front"))
                .singleElement()
                .asString()
                .contains("web.front in plain");
        assertThat(readiness.against("jobs")).isEmpty();
    }

    @Test
    void withoutSignalsNothingIsSaidOfCalls() throws Exception {
        assertThat(readiness(404, "{}").against()).isEmpty();
    }
}
