package dev.heddle.cli;

import static dev.heddle.cli.TestCommand.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.console.ConsoleServer;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.access.LocalToken;
import dev.heddle.signals.Signals;
import dev.heddle.signals.SignalsBootstrap;
import dev.heddle.signals.intake.Kind;
import dev.heddle.signals.record.Party;
import dev.heddle.signals.record.ProcessPoint;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Secure;
import dev.heddle.signals.record.Side;
import dev.heddle.testkit.Parts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What proxies cost, by what they told and by where their workloads are.
class CostCommandTest {
    private static final Party WEB = new Party("web-v1", "shop", "web", "v1");
    private static final String MESH =
            """
            apiVersion: v1
            kind: Service
            metadata: {name: %1$s, namespace: shop}
            spec: {selector: {app: %1$s}, ports: [{name: http, port: 80}]}
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: %1$s-v1, namespace: shop}
            spec: {address: 10.0.0.%2$d, locality: eu/%3$s, labels: {app: %1$s, version: v1}}
            """;

    private final Parts parts = new Parts();
    private String api = "";

    private static RequestLog log(int number, String to) {
        return new RequestLog(
                Instant.now().toEpochMilli() * 1_000,
                new RequestLog.Reporter("node", Side.SOURCE),
                new RequestLog.Ids("r-" + number, "", ""),
                WEB,
                new Party(to + "-v1", "shop", to + ".shop.svc.cluster.local", "v1"),
                new RequestLog.Request("http", "GET", to, "/"),
                new RequestLog.Outcome(200, -1, List.of(), "via_upstream", "", 900, 24, 1_000, 1),
                new RequestLog.Way("10.0.0.1:80", "", "", "", "", "", "", Secure.YES, ""));
    }

    private static ProcessPoint point(long secondsAgo, ProcessPoint.Value value) {
        long now = Instant.now().getEpochSecond();
        return new ProcessPoint(
                "sidecar~10.0.0.1~web-v1.shop~x",
                WEB,
                (now - 3_000) / 1_000 * 1_000_000_000L,
                (now - secondsAgo) * 1_000_000,
                value);
    }

    @BeforeEach
    void start(@TempDir Path temp) throws Exception {
        var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Path config = Files.createDirectory(temp.resolve("config"));
        Files.writeString(config.resolve("web.yaml"), MESH.formatted("web", 1, "a"));
        Files.writeString(config.resolve("near.yaml"), MESH.formatted("near", 2, "a"));
        Files.writeString(config.resolve("far.yaml"), MESH.formatted("far", 3, "b"));
        Signals signals = parts.add(Signals.start(SignalsBootstrap.in(temp.resolve("signals"))));
        var control =
                parts.add(
                        ControlPlane.start(
                                ControlBootstrap.of(config, temp.resolve("data"), any),
                                signals.services()));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (control.mesh().view().services().size() < 3) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
        var console =
                parts.add(
                        ConsoleServer.start(
                                any,
                                Optional.empty(),
                                control.mesh(),
                                control.configStore(),
                                control.accounts(),
                                control.audit(),
                                Optional.of(signals)));
        int port = console.address().getPort();
        parts.add(LocalToken.keep(control.accounts(), LocalToken.file(TestCommand.HOME, port)));
        api = "http://127.0.0.1:" + port;
        var logs = new ArrayList<RequestLog>();
        for (int i = 0; i < 10; i++) {
            logs.add(log(i, "near"));
            logs.add(log(i + 10, "far"));
        }
        signals.intake().offer(Kind.LOG, logs);
        signals.intake()
                .offer(
                        Kind.METRIC,
                        List.of(
                                point(60, new ProcessPoint.Value.CpuSeconds(10)),
                                point(60, new ProcessPoint.Value.MemoryBytes(64 << 20)),
                                point(30, new ProcessPoint.Value.CpuSeconds(16)),
                                point(30, new ProcessPoint.Value.MemoryBytes(64 << 20))));
        signals.settle();
    }

    @AfterEach
    void stop() {
        parts.close();
    }

    @Test
    void processorsMemoryAndBytesByWorkloadAndThoseBetweenZonesByTheCaller() {
        var cost = run("cost", "--api", api);
        assertThat(cost.code()).as(cost.err()).isZero();
        assertThat(cost.out())
                .containsPattern("NAMESPACE +WORKLOAD +CPU +CORES +MEMORY +REQUESTS")
                .containsPattern(
                        "shop +web-v1 +6\\.0 s +0\\.200 +64\\.0 MiB +- +- +- +- +10\\.0 KiB")
                .containsPattern("shop +far-v1 +- +- +- +10 +- +240 B +9\\.8 KiB +-");
        assertThat(run("cost", "-o", "json", "--api", api).out())
                .contains("\"cpuSeconds\": 6", "\"crossZoneBytes\": 10240");
        assertThat(run("cost", "-n", "bank", "--api", api).out())
                .contains("no proxy told anything");
        var wrong = run("cost", "--hours", "9999", "--api", api);
        assertThat(wrong.code()).isEqualTo(1);
        assertThat(wrong.err()).contains("hours: '9999' (expected: 1 to 720)");
    }
}
