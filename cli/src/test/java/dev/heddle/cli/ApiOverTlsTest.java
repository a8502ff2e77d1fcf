package dev.heddle.cli;

import static dev.heddle.cli.TestCommand.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.console.ConsoleServer;
import dev.heddle.console.tls.ServerTls;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.access.LocalToken;
import dev.heddle.control.ca.CaServer;
import dev.heddle.control.serving.CertificateSource;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The command line and a control plane with TLS.
class ApiOverTlsTest {
    private static final InetSocketAddress ANY =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @TempDir Path directory = Path.of("");
    private final List<AutoCloseable> open = new ArrayList<>();
    private int secured;
    private int plain;
    private String roots = "";

    @BeforeEach
    void start() throws Exception {
        Path config = Files.createDirectories(directory.resolve("config"));
        var control =
                ControlPlane.start(
                        ControlBootstrap.of(config, directory.resolve("data"), ANY)
                                .signing(settings("data")));
        open.add(control);
        var source =
                new CertificateSource.OfMesh(
                        control.authority().orElseThrow(), List.of("localhost"));
        secured =
                serve(
                        control,
                        Optional.of(ServerTls.start("API", source, control.ownCertificates())));
        plain = serve(control, Optional.empty());
        roots = directory.resolve("data/ca/root-cert.pem").toString();
    }

    private CaServer.Settings settings(String data) {
        return CaServer.Settings.of(ANY, "cluster.local", directory.resolve(data).resolve("ca"));
    }

    private int serve(ControlPlane control, Optional<ServerTls> tls) throws Exception {
        var console =
                ConsoleServer.start(
                        ANY,
                        tls,
                        control.mesh(),
                        control.configStore(),
                        control.accounts(),
                        control.audit());
        open.add(console);
        int port = console.address().getPort();
        open.add(LocalToken.keep(control.accounts(), LocalToken.file(TestCommand.HOME, port)));
        return port;
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable part : open.reversed()) {
            part.close();
        }
    }

    private static TestCommand get(String api, String... more) {
        var words = new ArrayList<>(List.of("user", "list", "--api", api));
        words.addAll(List.of(more));
        return run(words.toArray(String[]::new));
    }

    @Test
    void whoNamesTheRootIsAnswered() {
        var result = get("https://localhost:" + secured, "--api-ca", roots);
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).startsWith("NAME");
    }

    @Test
    void aCertificateByNobodyWhoIsBelievedIsRefusedWithWhatToDo() throws Exception {
        String api = "https://localhost:" + secured;
        var none = get(api);
        assertThat(none.code()).isEqualTo(1);
        assertThat(none.err())
                .contains("the certificate of " + api + " is signed by nobody who is believed")
                .contains("--api-ca FILE", "HEDDLE_API_CA");
        // Another mesh's root is not believed either.
        CaServer.roots(settings("other"), InstantSource.system());
        var other = directory.resolve("other/ca/root-cert.pem").toString();
        assertThat(get(api, "--api-ca", other).err()).contains("signed by nobody who is believed");
    }

    @Test
    void aCertificateOfAnotherNameIsRefused() {
        var result = get("https://127.0.0.1:" + secured, "--api-ca", roots);
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).contains("is of another name").contains("127.0.0.1");
    }

    @Test
    void whoCallsInTheWrongWayIsToldTheRightOne() {
        var text = get("http://localhost:" + secured);
        assertThat(text.code()).isEqualTo(1);
        assertThat(text.err()).contains("this port speaks TLS").contains("Call it as https://");
        var tls = get("https://localhost:" + plain, "--api-ca", roots);
        assertThat(tls.code()).isEqualTo(1);
        assertThat(tls.err()).contains("no TLS with").contains("http://");
    }

    @Test
    void aTokenGoesOverNoNetworkInPlainText() {
        var result = get("http://mesh.invalid:15080");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("in plain text").contains("--allow-plaintext-api");
        assertThat(get("http://mesh.invalid:15080", "--allow-plaintext-api").err())
                .contains("there is no such host");
    }

    @Test
    void aFileThatIsNoRootIsNamed() throws Exception {
        Path file = directory.resolve("none.pem");
        Files.writeString(file, "nothing");
        assertThat(get("https://localhost:" + secured, "--api-ca", file.toString()).err())
                .contains("--api-ca: " + file)
                .contains("has no certificate");
    }
}
