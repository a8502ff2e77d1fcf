package dev.heddle.cli.online;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.cli.machine.Machine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrowserTest {
    private static final String PAGE = "https://idp.example.net/authorize?a=b&c=d";

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir Path bin = Path.of("");

    private Machine machine(Map<String, String> environment) {
        var all = new HashMap<>(environment);
        all.put("PATH", bin.toString());
        return new Machine(
                InputStream.nullInputStream(),
                System.out,
                new PrintStream(err, true, UTF_8),
                false,
                bin,
                bin,
                all,
                System::nanoTime);
    }

    private Path program(String name, String does) throws IOException {
        Path file = Files.writeString(bin.resolve(name), "#!/bin/sh\n" + does + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private Optional<Path> opener(String system, Map<String, String> environment) {
        return Browser.of(system, machine(environment)).map(Browser::opener);
    }

    @Test
    void opensWhereADisplayIsNamed() throws Exception {
        assertThat(opener("Linux", Map.of("DISPLAY", ":0"))).isEmpty();
        Path xdg = program("xdg-open", "");
        Path mac = program("open", "");
        assertThat(opener("Linux", Map.of("DISPLAY", ":0"))).contains(xdg);
        assertThat(opener("Linux", Map.of("WAYLAND_DISPLAY", "wayland-0"))).contains(xdg);
        assertThat(opener("Linux", Map.of("DISPLAY", ""))).isEmpty();
        assertThat(opener("Linux", Map.of())).isEmpty();
        assertThat(opener("Mac OS X", Map.of())).contains(mac);
        assertThat(opener("Mac OS X", Map.of("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22")))
                .isEmpty();
    }

    @Test
    void givesTheAddressAsItIsAndNothingThatIsNoneOfTheWeb() throws Exception {
        Path opened = bin.resolve("opened");
        program("xdg-open", "printf '%s|' \"$#\" \"$1\" \"$DISPLAY\" >'" + opened + "'");
        Machine machine = machine(Map.of("DISPLAY", ":9"));
        Browser browser = Browser.of("Linux", machine).orElseThrow();
        for (String other : new String[] {"file:///etc/passwd", "--help", "", "https://a b"}) {
            assertThat(browser.open(other, machine)).as(other).isEmpty();
        }
        assertThat(opened).doesNotExist();
        assertThat(browser.open(PAGE, machine).orElseThrow().get()).isZero();
        assertThat(opened).hasContent("1|" + PAGE + "|:9|");
        assertThat(err.toString(UTF_8)).isEmpty();
    }

    @Test
    void saysThatNoneOpened() throws Exception {
        program("xdg-open", "exit 3");
        Machine machine = machine(Map.of("DISPLAY", ":9"));
        Browser browser = Browser.of("Linux", machine).orElseThrow();
        assertThat(browser.open(PAGE, machine).orElseThrow().get()).isEqualTo(3);
        assertThat(err.toString(UTF_8)).contains("xdg-open opened no browser (exit code 3)");
    }
}
