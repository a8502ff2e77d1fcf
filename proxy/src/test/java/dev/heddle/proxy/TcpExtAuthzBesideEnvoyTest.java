package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.Status;
import dev.heddle.proxy.DataPlanes.Plane;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The same connections to our proxy and to stock Envoy, which ask the same service about them.
@Timeout(120)
class TcpExtAuthzBesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.";
    private static final String MATCHED =
            ", filter_enabled_metadata: {filter: envoy.filters.network.rbac, path:"
                    + " [{key: tried_shadow_effective_policy_id}], value:"
                    + " {string_match: {prefix: %s}}}";

    @TempDir Path directory;

    private record Setup(String name, String cluster, String more) {}

    private static final List<Setup> SETUPS =
            List.of(
                    new Setup("asked", "grpc", ", include_tls_session: true"),
                    new Setup("matched", "grpc", MATCHED.formatted("all")),
                    new Setup("unmatched", "grpc", MATCHED.formatted("none")),
                    new Setup("dead", "dead", ""),
                    new Setup("open", "dead", ", failure_mode_allow: true"),
                    new Setup("lost", "nobody", ""));

    private static String listener(Setup setup, int port, Path log) {
        return """
          - name: %1$s
            address: {socket_address: {address: 127.0.0.1, port_value: %2$d}}
            filter_chains:
            - filters:
              - name: tried
                typed_config:
                  '@type': %3$sfilters.network.rbac.v3.RBAC
                  stat_prefix: tcp.
                  shadow_rules: {action: DENY, policies: {all: {permissions: [{any: true}], principals: [{any: true}]}}}
                  shadow_rules_stat_prefix: tried_
              - name: ext
                typed_config: {'@type': %3$sfilters.network.ext_authz.v3.ExtAuthz, stat_prefix: %1$s, transport_api_version: V3, grpc_service: {envoy_grpc: {cluster_name: %5$s}, timeout: 2s}%6$s}
              - name: tcp
                typed_config:
                  '@type': %3$sfilters.network.tcp_proxy.v3.TcpProxy
                  stat_prefix: %1$s
                  cluster: up
                  access_log:
                  - name: file
                    typed_config:
                      '@type': %3$saccess_loggers.file.v3.FileAccessLog
                      path: %4$s
                      log_format: {text_format_source: {inline_string: "%1$s %%RESPONSE_FLAGS%% %%CONNECTION_TERMINATION_DETAILS%% %%RESPONSE_CODE_DETAILS%%\\n"}}
        """
                .formatted(setup.name(), port, TYPE, log, setup.cluster(), setup.more());
    }

    private String bootstrap(List<Integer> ports, int upstream, int grpc) {
        var listeners = new StringBuilder();
        for (int i = 0; i < SETUPS.size(); i++) {
            listeners.append(listener(SETUPS.get(i), ports.get(i + 1), log(ports)));
        }
        return AskingBootstrap.of(
                ports.getFirst(),
                listeners.toString(),
                AskingBootstrap.cluster("up", upstream)
                        + AskingBootstrap.cluster("dead", 1)
                        + AskingBootstrap.grpcCluster(grpc));
    }

    private Path log(List<Integer> ports) {
        return directory.resolve(ports.getFirst() + ".log");
    }

    @Test
    void bothAskAnswerLogAndCountTheSame() throws Exception {
        var isAllowed = new AtomicBoolean(true);
        try (var grpc =
                        new GrpcAuthorizer(_ ->
                                isAllowed.get() ? CheckResponse.getDefaultInstance() : denied());
                var upstream =
                        new Accepting(socket -> {
                            int next = socket.getInputStream().read();
                            while (next >= 0) {
                                socket.getOutputStream().write(next);
                                next = socket.getInputStream().read();
                            }
                        });
                var planes =
                        DataPlanes.start(
                                directory,
                                SETUPS.size() + 1,
                                ports -> bootstrap(ports, upstream.port(), grpc.port()))) {
            var all = new ArrayList<List<String>>();
            for (Plane plane : planes.all()) {
                all.add(outcomes(plane, grpc, isAllowed));
            }
            assertThat(all.getFirst()).isEqualTo(all.getLast());
        }
    }

    private static CheckResponse denied() {
        return CheckResponse.newBuilder().setStatus(Status.newBuilder().setCode(7)).build();
    }

    private List<String> outcomes(Plane plane, GrpcAuthorizer grpc, AtomicBoolean isAllowed)
            throws Exception {
        var outcomes = new ArrayList<String>();
        // The service's first answer takes its time.
        isAllowed.set(true);
        while (!say(plane.ports().get(1)).equals("hello")) {
            Thread.sleep(50);
        }
        // So have connections that only found out who listens.
        Map<String, Long> before = counted(plane.ports().getFirst());
        for (int i = 0; i < SETUPS.size(); i++) {
            for (boolean allowed : List.of(true, false)) {
                isAllowed.set(allowed);
                grpc.questions().clear();
                String said = say(plane.ports().get(i + 1));
                outcomes.add(SETUPS.get(i).name() + " " + allowed + ": " + said);
                grpc.questions()
                        .forEach(it -> outcomes.add(GrpcAuthorizer.withoutPorts(it).toString()));
            }
        }
        // Envoy writes lines when it likes.
        var lines = new TreeSet<String>();
        while (!lines.containsAll(
                        List.of("asked UAEX - ext_authz_denied", "matched UAEX - ext_authz_denied"))
                || !SETUPS.stream()
                        .allMatch(setup ->
                                lines.stream().anyMatch(it -> it.startsWith(setup.name())))) {
            Thread.sleep(20);
            lines.addAll(Files.readAllLines(log(plane.ports())));
        }
        outcomes.addAll(lines);
        counted(plane.ports().getFirst())
                .forEach((stat, count) ->
                        outcomes.add(stat + ": " + (count - before.getOrDefault(stat, 0L))));
        return outcomes;
    }

    private static Map<String, Long> counted(int admin) throws Exception {
        Map<String, Long> counted = new TreeMap<>();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> stats =
                    client.send(
                            HttpRequest.newBuilder(
                                            URI.create("http://127.0.0.1:" + admin + "/stats"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            stats.body()
                    .lines()
                    .filter(it -> it.startsWith("ext_authz.") && !it.endsWith(": 0"))
                    // Envoy counts those anew with each piece that they send.
                    .filter(it -> !it.contains(".disabled: "))
                    .forEach(it ->
                            counted.put(
                                    it.substring(0, it.indexOf(':')),
                                    Long.parseLong(it.substring(it.indexOf(' ') + 1))));
        }
        return counted;
    }

    private static @Nullable String read(Socket socket) throws IOException {
        byte[] answer = socket.getInputStream().readNBytes(5);
        return answer.length < 5 ? null : new String(answer, StandardCharsets.US_ASCII);
    }

    private static String say(int port) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
            String answer = read(socket);
            return answer == null ? "closed" : answer;
        } catch (SocketTimeoutException _) {
            return "silent";
        } catch (IOException _) {
            return "closed";
        }
    }
}
