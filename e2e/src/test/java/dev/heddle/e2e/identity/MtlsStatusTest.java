package dev.heddle.e2e.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.online.Api;
import dev.heddle.cli.online.ChangeFormat;
import dev.heddle.cli.online.Changes;
import dev.heddle.cli.online.MtlsMode;
import dev.heddle.cli.online.MtlsMode.Mode;
import dev.heddle.cli.online.MtlsStatus;
import dev.heddle.e2e.HeddleProxy;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `heddle mtls status` says of a running mesh, before and after everything is STRICT.
@Tag("e2e")
class MtlsStatusTest {
    @TempDir Path dir = Path.of("");

    private record Said(int code, String text) {}

    private Said status(Api api) {
        return said(machine -> MtlsStatus.run(api, machine));
    }

    private Said set(Api api, MtlsMode.Mode mode, boolean isForced, boolean isDry) {
        return said(machine ->
                MtlsMode.run(
                        api,
                        new MtlsMode.Wish(mode, Optional.empty(), isForced, "test"),
                        new Changes(ChangeFormat.TEXT, isDry, machine),
                        machine));
    }

    private Said said(ToIntFunction<Machine> command) {
        var bytes = new ByteArrayOutputStream();
        var out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        var machine =
                new Machine(
                        InputStream.nullInputStream(),
                        out,
                        out,
                        false,
                        dir,
                        dir,
                        Map.of(),
                        System::nanoTime);
        int code = command.applyAsInt(machine);
        return new Said(code, bytes.toString(StandardCharsets.UTF_8));
    }

    private Said await(Api api, String wanted) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (true) {
            Said said = status(api);
            if (said.text().contains(wanted)) {
                return said;
            }
            assertThat(System.nanoTime()).as(said.text()).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    @Test
    void itNamesWhatWouldBreak() throws Exception {
        try (var mesh = new SecureMesh(dir, Duration.ofHours(24))) {
            mesh.serve(new HeddleProxy());
            mesh.call(new HeddleProxy(), "web", mesh.identity("web").toString());
            Api api = mesh.api();

            assertThat(await(api, "web.default").text()).containsPattern("bank.default +yes +both");
            mesh.write(
                    "peers.yaml",
                    """
                    apiVersion: security.istio.io/v1
                    kind: PeerAuthentication
                    metadata: {name: default, namespace: istio-system}
                    spec: {mtls: {mode: STRICT}}
                    """);
            Said strict = await(api, "mutual TLS");
            assertThat(strict.text())
                    .containsPattern("bank.default +yes +mutual TLS")
                    .contains("Nothing stands against STRICT.");
            assertThat(strict.code()).isZero();

            mesh.call(new HeddleProxy(), "guest", "");
            Said guest = await(api, "guest.default has no identity");
            assertThat(guest.code()).isEqualTo(1);
        }
    }

    @Test
    void itIsTurnedOnAndOffByOneCommandUnlessSomebodyWouldBeCutOff() throws Exception {
        try (var mesh = new SecureMesh(dir, Duration.ofHours(24))) {
            mesh.serve(new HeddleProxy());
            Api api = mesh.api();
            await(api, "bank.default");

            Said dry = set(api, Mode.STRICT, false, true);
            assertThat(dry.text()).contains("default created (dry run)");
            assertThat(dry.code()).isZero();
            assertThat(status(api).text()).containsPattern("bank.default +yes +both");

            assertThat(set(api, Mode.STRICT, false, false).code()).isZero();
            await(api, "mutual TLS");
            assertThat(set(api, Mode.DISABLE, false, false).text()).contains("configured");
            assertThat(await(api, "plain text").text())
                    .containsPattern("bank.default +yes +plain text");

            mesh.call(new HeddleProxy(), "guest", "");
            await(api, "guest.default has no identity");
            Said wouldBe = set(api, Mode.STRICT, false, true);
            assertThat(wouldBe.text()).contains("guest.default has no identity", "(dry run)");
            assertThat(wouldBe.code()).isEqualTo(1);
            Said refused = set(api, Mode.STRICT, false, false);
            assertThat(refused.text()).contains("nothing was changed", "--force");
            assertThat(refused.code()).isEqualTo(1);
            assertThat(status(api).text()).containsPattern("bank.default +yes +plain text");
            assertThat(set(api, Mode.STRICT, true, false).code()).isZero();
            await(api, "mutual TLS");
        }
    }
}
