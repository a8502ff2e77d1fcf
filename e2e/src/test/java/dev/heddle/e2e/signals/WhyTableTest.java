package dev.heddle.e2e.signals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.heddle.cli.demo.Bootstrap;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.e2e.DataPlane;
import dev.heddle.e2e.HeddleProxy;
import dev.heddle.signals.Signals;
import dev.heddle.signals.SignalsBootstrap;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.search.Search;
import dev.heddle.signals.why.Explanation;
import dev.heddle.testkit.FreePorts;
import dev.heddle.testkit.Parts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Causes that are injected, and the one sentence in which `why` names each: nobody asked for the
/// logs that it is made of.
///
/// Not here, as nothing that a mesh can say brings them about in a sidecar: `NC` (the control plane
/// makes a cluster of every name), `IH` (it never asks for strict headers), `NFCF`, `RFCF`, `RL`
/// and `RLSE` (it has no filters for them), `DO` and `UDO` (it has nothing dropped), `LH` and `OM`
/// (an operator's doing), `DT`, `UMSDR` and `SI` (settings of gateways), `DF` (names that DNS does
/// not know), `LR`, `UR` and `DR` (resets of HTTP/2), `UAEX` (asks a service of the user's). What
/// each of them is called in words is in the proxy's `ReasonTest`. The race with an idle connection
/// that its upstream closes is mended by another connection, so there is nothing to explain.
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WhyTableTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Parts parts = new Parts();
    private Optional<Signals> signals = Optional.empty();
    private int outbound;
    private int inbound;

    private static final String RULES =
            """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: ok}
            spec:
              hosts: [ok]
              http:
              - match: [{uri: {prefix: /FI}}]
                fault: {abort: {percentage: {value: 100}, httpStatus: 555}}
                route: [{destination: {host: ok}}]
              - match: [{uri: {prefix: /DI}}]
                fault: {delay: {percentage: {value: 100}, fixedDelay: 1.1s}}
                route: [{destination: {host: ok}}]
              - match: [{uri: {prefix: /own}}]
                directResponse: {status: 503}
              - match: [{uri: {prefix: /known}}]
                route: [{destination: {host: ok}}]
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: slow}
            spec:
              hosts: [slow]
              http:
              - timeout: 0.3s
                route: [{destination: {host: slow}}]
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: busy}
            spec:
              host: busy
              trafficPolicy:
                connectionPool:
                  tcp: {maxConnections: 1}
                  http: {http1MaxPendingRequests: 1}
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: flaky}
            spec:
              host: flaky
              trafficPolicy:
                outlierDetection:
                  consecutive5xxErrors: 1
                  interval: 1s
                  baseEjectionTime: 60s
                  maxEjectionPercent: 100
            ---
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: nobody}
            spec:
              selector: {matchLabels: {app: web}}
              action: DENY
              rules: [{to: [{operation: {paths: ["/denied"]}}]}]
            """;

    @BeforeAll
    void start(@TempDir Path dir) throws IOException {
        var services = parts.add(new FailingServices());
        Path config = Files.createDirectories(dir.resolve("config"));
        Files.writeString(config.resolve("rules.yaml"), RULES);
        inbound = FreePorts.one();
        var all = new StringBuilder(service("nobody"));
        services.ports().forEach((name, port) -> all.append(service(name)).append(at(name, port)));
        all.append(service("web")).append(at("web", inbound));
        Files.writeString(config.resolve("services.yaml"), all);
        Signals kept = parts.add(Signals.start(SignalsBootstrap.in(dir.resolve("signals"))));
        signals = Optional.of(kept);
        ControlPlane control =
                parts.add(
                        ControlPlane.start(
                                ControlBootstrap.of(
                                                config,
                                                dir.resolve("data"),
                                                new InetSocketAddress(
                                                        InetAddress.getLoopbackAddress(), 0))
                                        .keepingSignals(),
                                kept.services()));
        outbound = FreePorts.one();
        int admin = FreePorts.one();
        Path bootstrap = dir.resolve("bootstrap.yaml");
        Files.writeString(
                bootstrap,
                new Bootstrap(
                                "sidecar~127.0.0.1~web-v1.default~default.svc.cluster.local",
                                "web.default",
                                "default",
                                Map.of("app", "web", "version", "v1"),
                                """
                                {httpProxy: "127.0.0.1:%d", inbound: \
                                [{port: 9080, bind: "127.0.0.1:%d", application: "127.0.0.1:%d"}]}\
                                """
                                        .formatted(outbound, inbound, services.ports().get("ok")),
                                admin,
                                control.xdsAddress().getPort())
                        .text());
        parts.add(new HeddleProxy().start(bootstrap));
        await().atMost(PATIENCE).until(() -> DataPlane.isLive(admin));
    }

    private static String service(String name) {
        return """
        apiVersion: v1
        kind: Service
        metadata: {name: %1$s}
        spec: {selector: {app: %1$s}, ports: [{name: http, port: 9080}]}
        ---
        """
                .formatted(name);
    }

    private static String at(String name, int port) {
        return """
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: %1$s-v1}
        spec: {address: 127.0.0.1, ports: {http: %2$d}, labels: {app: %1$s, version: v1}}
        ---
        """
                .formatted(name, port);
    }

    @AfterAll
    void stop() {
        parts.close();
    }

    /// How a caller behaves.
    enum Caller {
        /// Waits for the answer.
        PATIENT,
        /// Goes away before it comes.
        GONE,
        /// Calls three times at once.
        THREEFOLD,
        /// Calls twice, one after the other, and means the second.
        TWICE,
        /// Calls the workload itself, as others do.
        OUTSIDE,
        /// Sends what is no HTTP.
        WRONG
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "UH; nobody; PATIENT; UH; 503 by the proxy of web-v1.default .*no healthy host",
                "UF; closed; PATIENT; UF; 503 by the proxy of web-v1.default .*no connection to the"
                        + " upstream 127.0.0.1:[0-9]+ came about.*refused.*after 3 tries; no more"
                        + " tries are allowed",
                "URX; closed; PATIENT; URX; no more tries are allowed",
                "UO; busy; THREEFOLD; UO; busy.default.svc.cluster.local. takes no more: its limit"
                        + " of .* is reached",
                "NR; ok; PATIENT; NR; 404 by the proxy .*no route matches the request",
                "UT; slow; PATIENT; UT; 504 by the proxy .*the route's timeout of 300ms ran out",
                "FI; ok; PATIENT; FI; 555 by the proxy .*a rule for faults had the request fail"
                        + ".*VirtualService default/ok, .*rules.yaml:7",
                "DI; ok; PATIENT; DI; a rule for faults had .*wait.*VirtualService default/ok,"
                        + " .*rules.yaml:10",
                "own; ok; PATIENT; ``; 503 by the proxy .*the route itself says the answer.*"
                        + "rules.yaml:13",
                "broken; broken; PATIENT; ``; 500 by broken-v1.* itself .*the upstream 127.0.0.1:"
                        + "[0-9]+ itself answered 500",
                "UC; closing; PATIENT; UC; 503 by the proxy .*closed the connection before it"
                        + " answered",
                "half; half; PATIENT; UC; closed the connection in the middle of its response",
                "UPE; garbage; PATIENT; UPE; what the upstream 127.0.0.1:[0-9]+ sent is no HTTP",
                "DC; slow; GONE; DC; the client",
                "DPE; ok; WRONG; DPE; the request",
                "ejected; flaky; TWICE; UH; no healthy host: the only one of .* is ejected",
                "denied; web; OUTSIDE; ``; 403 by the proxy of web-v1.default .*denied by"
                        + " AuthorizationPolicy default/nobody, rule 0"
            })
    void whyNamesTheCause(String name, String host, Caller caller, String flag, String sentence)
            throws Exception {
        String path = "/" + name;
        call(host, path, caller);

        List<String> sentences = new ArrayList<>();
        await().atMost(PATIENCE)
                .untilAsserted(() -> {
                    List<RequestLog> logs = logs(host, path, caller, flag);
                    assertThat(logs).isNotEmpty();
                    sentences.clear();
                    logs.stream()
                            .map(log -> Explanation.of(List.of(log), List.of()).sentence())
                            .forEach(sentences::add);
                    assertThat(sentences).anyMatch(it -> it.matches("(?s).*" + sentence + ".*"));
                });
        assertThat(sentences).allMatch(it -> it.endsWith("."));
    }

    private List<RequestLog> logs(String host, String path, Caller caller, String flag) {
        Signals kept = signals.orElseThrow();
        kept.settle();
        return kept.find(Search.all(Search.Kind.LOGS, 500)).signals().stream()
                .filter(RequestLog.class::isInstance)
                .map(RequestLog.class::cast)
                .filter(log -> caller == Caller.WRONG || log.request().path().equals(path))
                .filter(log -> flag.isEmpty() || log.outcome().flags().contains(flag))
                .filter(log -> caller == Caller.WRONG || log.request().authority().startsWith(host))
                .toList();
    }

    private void call(String host, String path, Caller caller) throws Exception {
        switch (caller) {
            case PATIENT -> ask(outbound, host, path, 10_000);
            case GONE -> ask(outbound, host, path, 150);
            case OUTSIDE -> ask(inbound, host, path, 10_000);
            case WRONG -> send(outbound, "GET  /\u0001 HTTP/1.1\r\n\r\n", 10_000);
            case TWICE -> {
                ask(outbound, host, path, 10_000);
                TimeUnit.MILLISECONDS.sleep(300);
                ask(outbound, host, path, 10_000);
            }
            case THREEFOLD -> {
                var callers = new ArrayList<Thread>();
                for (int i = 0; i < 3; i++) {
                    callers.add(Thread.ofVirtual().start(() -> ask(outbound, host, path, 10_000)));
                }
                for (Thread each : callers) {
                    each.join();
                }
            }
        }
    }

    private static void ask(int port, String host, String path, int millis) {
        send(
                port,
                "GET %s HTTP/1.1\r\nhost: %s.default:9080\r\nconnection: close\r\n\r\n"
                        .formatted(path, host),
                millis);
    }

    /// Sends that, and waits for the end of the answer, or for so long.
    private static void send(int port, String text, int millis) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(millis);
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        } catch (SocketTimeoutException _) {
            // It has waited long enough.
        } catch (IOException e) {
            if (millis > 1_000) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
