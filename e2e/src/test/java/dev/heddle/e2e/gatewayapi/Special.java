package dev.heddle.e2e.gatewayapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.heddle.e2e.Answer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What tests of the suite do that no table says: loops, other protocols, shares.
final class Special {
    private static final String GATEWAY = "same-namespace";
    private static final double SHARE = 0.07;

    /// By the test's name, after its other steps.
    static final Map<String, Check> ALL =
            Map.of(
                    "HTTPRouteRetry", Special::retries,
                    "HTTPRouteRetryConnectionError", Special::retriesConnections,
                    "HTTPRouteBackendProtocolWebSocket", Special::webSocket,
                    "HTTPRouteRequestHeaderModifierBackendWeights", Special::headersOfBackends,
                    "HTTPRouteRequestPercentageMirror", Special::mirrors,
                    "GRPCRouteWeight", Special::grpcShares);

    /// The steps that these checks are in the place of.
    static final Set<String> CALLS =
            Set.of(
                    "http.AwaitConvergence",
                    "http.MakeRequest",
                    "weight.NewFunctionBasedSender",
                    "t.Fatal");

    private Special() {}

    /// What is done, and must be so.
    interface Check {
        void made(Rig rig, Steps steps, EchoPods pods) throws Exception;
    }

    private static void retries(Rig rig, Steps steps, EchoPods pods) throws Exception {
        String one = "/retry/code-500-attempts-3";
        tries(steps, one, 500, 2, 200);
        tries(steps, one, 500, 4, 500);
        tries(steps, one, 503, 2, 503);
        for (int status : List.of(500, 502, 503, 504)) {
            tries(steps, "/retry/code-all-attempts-2", status, 1, 200);
            tries(steps, "/retry/code-all-attempts-2", status, 3, status);
        }
    }

    private static void tries(Steps steps, String path, int fails, int until, int expected)
            throws Exception {
        Steps.await(
                path + " fails with " + fails + " until " + until,
                () -> {
                    int status =
                            steps.call(
                                            GATEWAY,
                                            "GET",
                                            path
                                                    + "?uuid="
                                                    + UUID.randomUUID()
                                                    + "&responseCode="
                                                    + fails
                                                    + "&succeedAfter="
                                                    + until)
                                    .status();
                    return status == expected
                            ? Optional.empty()
                            : Optional.of("status " + status + " (expected: " + expected + ")");
                },
                3);
    }

    private static void retriesConnections(Rig rig, Steps steps, EchoPods pods) throws Exception {
        Steps.await(
                "connections that end",
                () -> {
                    int status =
                            steps.call(
                                            GATEWAY,
                                            "GET",
                                            "/retry/no-status-code-attempts-3?succeedAfter=2&uuid="
                                                    + UUID.randomUUID())
                                    .status();
                    return status == 200 ? Optional.empty() : Optional.of("status " + status);
                },
                3);
    }

    private static void webSocket(Rig rig, Steps steps, EchoPods pods) throws Exception {
        InetSocketAddress to = rig.address(Material.INFRA, GATEWAY, 80);
        var text = new CompletableFuture<String>();
        var bytes = new CompletableFuture<ByteBuffer>();
        try (HttpClient client = HttpClient.newHttpClient()) {
            WebSocket socket =
                    client.newWebSocketBuilder()
                            .buildAsync(
                                    URI.create("ws://127.0.0.1:" + to.getPort() + "/ws"),
                                    new WebSocket.Listener() {
                                        @Override
                                        public @Nullable CompletionStage<?> onText(
                                                WebSocket of, CharSequence said, boolean isLast) {
                                            text.complete(said.toString());
                                            of.request(1);
                                            return null;
                                        }

                                        @Override
                                        public @Nullable CompletionStage<?> onBinary(
                                                WebSocket of, ByteBuffer said, boolean isLast) {
                                            bytes.complete(said);
                                            of.request(1);
                                            return null;
                                        }
                                    })
                            .get(10, TimeUnit.SECONDS);
            socket.sendText("Websocket Support!", true).get(10, TimeUnit.SECONDS);
            assertThat(text.get(10, TimeUnit.SECONDS)).isEqualTo("Websocket Support!");
            byte[] sent = {1, 2, 3, 4, 5, 6, 7};
            socket.sendBinary(ByteBuffer.wrap(sent), true).get(10, TimeUnit.SECONDS);
            assertThat(bytes.get(10, TimeUnit.SECONDS)).isEqualTo(ByteBuffer.wrap(sent));
            socket.abort();
        }
    }

    private static void headersOfBackends(Rig rig, Steps steps, EchoPods pods) throws Exception {
        for (int i = 0; i < 100; i++) {
            Answer answer = steps.call(GATEWAY, "GET", "/");
            JsonObject seen = JsonParser.parseString(answer.body()).getAsJsonObject();
            JsonArray backend = Expected.object(seen, "headers").getAsJsonArray("backend");
            assertThat(backend).as(answer.body()).hasSize(1);
            assertThat(Expected.text(seen, "pod")).startsWith(backend.get(0).getAsString());
        }
    }

    private static void mirrors(Rig rig, Steps steps, EchoPods pods) throws Exception {
        Map<String, Double> shares =
                Map.of(
                        "/percent-mirror", 0.2,
                        "/percent-mirror-fraction", 0.5,
                        "/percent-mirror-and-modify-headers", 0.35);
        int calls = 500;
        for (Map.Entry<String, Double> share : shares.entrySet()) {
            String path = share.getKey() + "?id=" + UUID.randomUUID();
            for (int i = 0; i < calls; i++) {
                assertThat(steps.call(GATEWAY, "GET", path).status()).isEqualTo(200);
            }
            Steps.await(
                    "copies of " + path,
                    () -> {
                        double copies = pods.heard("infra-backend-v2", path) / (double) calls;
                        return Math.abs(copies - share.getValue()) < SHARE
                                ? Optional.empty()
                                : Optional.of("a share of " + copies);
                    },
                    1);
        }
    }

    private static void grpcShares(Rig rig, Steps steps, EchoPods pods) throws Exception {
        int calls = 500;
        var answered = new HashMap<String, Integer>();
        for (int i = 0; i < calls; i++) {
            String pod = steps.pod(GATEWAY, "Echo");
            answered.merge(pod.substring(0, Math.max(0, pod.lastIndexOf('-'))), 1, Integer::sum);
        }
        assertThat(answered.getOrDefault("grpc-infra-backend-v1", 0) / (double) calls)
                .as("%s", answered)
                .isCloseTo(0.7, within(SHARE));
        assertThat(answered).containsOnlyKeys("grpc-infra-backend-v1", "grpc-infra-backend-v2");
    }
}
