package dev.heddle.e2e.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.online.Api;
import dev.heddle.cli.online.MtlsStatus;
import dev.heddle.e2e.HeddleProxy;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `heddle mtls status` says of a running mesh, before and after everything is STRICT.
@Tag("e2e")
class MtlsStatusTest {
    @TempDir Path dir = Path.of("");

    private record Said(int code, String text) {}

    private Said status(Api api) {
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
        int code = MtlsStatus.run(api, machine);
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
}
