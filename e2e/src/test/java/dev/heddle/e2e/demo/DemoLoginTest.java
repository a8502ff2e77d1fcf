package dev.heddle.e2e.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.e2e.LoginProvider;
import dev.heddle.e2e.SignIn;
import dev.heddle.testkit.FreePorts;
import dev.heddle.testkit.Parts;
import dev.heddle.testkit.Repository;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `heddle demo --oidc-…`: people sign in to the console of a running demo at a provider.
@Tag("e2e")
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DemoLoginTest {
    private static final Path UI = Repository.root().resolve("console/ui");

    private final Parts parts = new Parts();
    private SignIn people;
    private String page;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        int port = FreePorts.one();
        page = "http://localhost:" + port;
        var provider =
                parts.add(
                        new LoginProvider(
                                Files.createDirectories(directory.resolve("provider")),
                                new LoginProvider.ConsolePage(page)));
        people = parts.add(new SignIn(provider, page));
        Path secret = Files.writeString(directory.resolve("secret"), "hush-console\n");
        var demo =
                DemoProcess.start(
                        directory.resolve("demo"),
                        port,
                        List.of(
                                "--oidc-issuer",
                                provider.issuer(),
                                "--oidc-client",
                                "console",
                                "--oidc-secret",
                                secret.toString(),
                                "--oidc-name-claim",
                                "sub",
                                "--oidc-role",
                                "mesh=viewer:default"));
        parts.add(() -> {
            demo.process().destroy();
            demo.process().waitFor(20, TimeUnit.SECONDS);
        });
    }

    @AfterAll
    void stop() throws Exception {
        parts.close();
    }

    private HttpResponse<String> get(String path, String token) throws Exception {
        return people.sent(
                HttpRequest.newBuilder(URI.create(page + "/api/v1/" + path))
                        .header("authorization", token));
    }

    @Test
    void whoIsInTheGroupSeesTheDemoAndChangesNothing() throws Exception {
        HttpResponse<String> done = people.signIn(people.atProvider("ann"));
        assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
        String token = "Bearer " + SignIn.said(done, "token");
        assertThat(get("whoami", token).body()).contains("\"ann\"", "viewer:default");
        assertThat(get("services", token).body()).contains("reviews.default.svc.cluster.local");
        assertThat(get("users", token).statusCode()).isEqualTo(403);
        HttpResponse<String> change = people.post("transactions", "{\"apply\": []}", token);
        assertThat(change.statusCode()).as(change.body()).isEqualTo(403);
        people.post("logout", "{}", token);
        assertThat(get("whoami", token).statusCode()).isEqualTo(401);
    }

    @Test
    void whoIsInNoGroupIsRefused() throws Exception {
        HttpResponse<String> refused = people.signIn(people.atProvider("bob"));
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(SignIn.said(refused, "reason")).isEqualTo("role");
    }

    /// See `console/ui/e2e/login.mjs`.
    @Test
    void aBrowserSignsInToItsConsole(@TempDir Path shots) throws Exception {
        assumeTrue(
                Files.isDirectory(UI.resolve("node_modules/playwright-core")),
                "the page was built: it takes Node 20 and npm");
        assumeTrue(
                Files.exists(Path.of("/usr/bin/chromium")),
                "there is no /usr/bin/chromium ('apt install chromium')");
        Path said = shots.resolve("login.log");
        Process walk =
                new ProcessBuilder("node", "e2e/login.mjs", page, "", shots.toString())
                        .directory(UI.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile())
                        .start();
        boolean ended = walk.waitFor(3, TimeUnit.MINUTES);
        walk.destroyForcibly();
        assertThat(ended).as(Files.readString(said)).isTrue();
        assertThat(walk.exitValue()).as(Files.readString(said)).isZero();
    }
}
