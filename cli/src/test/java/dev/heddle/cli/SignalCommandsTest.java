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
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Secure;
import dev.heddle.signals.record.Side;
import dev.heddle.testkit.Parts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignalCommandsTest {
    private final Parts parts = new Parts();
    private String api = "";

    private static RequestLog log(String id, int code, String path) {
        return new RequestLog(
                Instant.now().toEpochMilli() * 1_000,
                new RequestLog.Reporter("node", Side.SOURCE),
                new RequestLog.Ids(id, "", ""),
                new Party("web", "shop", "web", ""),
                new Party("api-v1", "shop", "api.shop.svc.cluster.local", "v1"),
                new RequestLog.Request("http", "GET", "api", path),
                new RequestLog.Outcome(code, -1, List.of(), "via_upstream", "", 5_000, 1, 2, 1),
                new RequestLog.Way("10.0.0.1:80", "", "", "", "", "", Secure.NO, ""));
    }

    @BeforeEach
    void start(@TempDir Path temp) throws IOException {
        var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Path config = Files.createDirectory(temp.resolve("config"));
        Signals signals = parts.add(Signals.start(SignalsBootstrap.in(temp.resolve("signals"))));
        var control =
                parts.add(
                        ControlPlane.start(
                                ControlBootstrap.of(config, temp.resolve("data"), any),
                                signals.services()));
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
        for (int i = 0; i < 9; i++) {
            logs.add(log("r-" + i, 200, "/fine"));
        }
        logs.add(log("r-bad", 500, "/bad\u001b[2J"));
        signals.intake().offer(Kind.LOG, logs);
        signals.settle();
    }

    @AfterEach
    void stop() {
        parts.close();
    }

    @Test
    void topIsATableOfServices() {
        var top = run("top", "--api", api);
        assertThat(top.code()).as(top.err()).isZero();
        assertThat(top.out().lines().toList().get(0))
                .matches("SERVICE +REQ/S +ERRORS +P50 +P90 +P99 +MTLS");
        assertThat(top.out())
                .containsPattern(
                        "api\\.shop\\.svc\\.cluster\\.local +0\\.[12] +10\\.0 % +[45]\\.[0-9] ms"
                                + " +[45]\\.[0-9] ms +[45]\\.[0-9] ms +0 %");
        assertThat(run("top", "--by", "edge", "--once", "--api", api).out())
                .containsPattern("FROM +TO +SERVICE")
                .containsPattern("web +api-v1 +api\\.shop");
        assertThat(run("top", "-n", "bank", "--api", api).out()).contains("no calls were told of");
        assertThat(run("top", "-o", "json", "--api", api).out()).contains("\"requests\": 10");
    }

    @Test
    void whySaysASentenceAndWhatShowsIt() {
        var why = run("why", "r-bad", "--api", api);
        assertThat(why.code()).as(why.err()).isZero();
        assertThat(why.out().lines().findFirst().orElseThrow())
                .startsWith("GET /bad?[2J from web.shop to api-v1.shop was answered 500 by")
                .endsWith("the proxy passed on what it was answered.");
        assertThat(why.out()).contains("TOLD BY").doesNotContain("\u001b");
        assertThat(run("why", "r-1", "--api", api).out()).contains("was answered 200 by");
        var unknown = run("why", "nothing", "--api", api);
        assertThat(unknown.code()).isEqualTo(1);
        assertThat(unknown.err()).contains("nothing is known of 'nothing'");
    }
}
