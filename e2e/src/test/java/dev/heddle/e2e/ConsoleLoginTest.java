package dev.heddle.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.online.Api;
import dev.heddle.cli.online.Credentials;
import dev.heddle.cli.online.Login;
import dev.heddle.cli.online.Users;
import dev.heddle.cli.text.Failure;
import dev.heddle.console.ConsoleServer;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.access.Grant;
import dev.heddle.control.access.oidc.Doors;
import dev.heddle.control.access.oidc.GroupRole;
import dev.heddle.control.access.oidc.People;
import dev.heddle.control.access.oidc.Provider;
import dev.heddle.control.access.oidc.ProviderLogins;
import dev.heddle.model.codec.Json;
import dev.heddle.testkit.Begun;
import dev.heddle.testkit.FreePorts;
import dev.heddle.testkit.Parts;
import dev.heddle.testkit.Repository;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// People sign in to the console at a real provider, as programs do and in a browser.
@Tag("e2e")
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleLoginTest {
    private static final Path UI = Repository.root().resolve("console/ui");
    private static final String PASSWORD = "correct horse battery";

    private final Parts parts = new Parts();
    private LoginProvider provider;
    private SignIn people;
    private ControlPlane control;
    private String page;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        var loopback = InetAddress.getLoopbackAddress();
        var at = new InetSocketAddress(loopback, FreePorts.one());
        page = "http://localhost:" + at.getPort();
        provider =
                parts.add(
                        new LoginProvider(
                                Files.createDirectories(directory.resolve("provider")),
                                new LoginProvider.ConsolePage(page)));
        people = parts.add(new SignIn(provider, page));
        control =
                parts.add(
                        ControlPlane.start(
                                ControlBootstrap.of(
                                        Files.createDirectories(directory.resolve("config")),
                                        directory.resolve("data"),
                                        new InetSocketAddress(loopback, 0))));
        control.accounts().put("root", Optional.of(PASSWORD), List.of(Grant.of("admin")));
        parts.add(
                ConsoleServer.start(
                        at,
                        Optional.empty(),
                        control.mesh(),
                        control.configStore(),
                        new Doors(control.accounts(), Optional.of(logins())),
                        control.audit(),
                        Optional.empty(),
                        Optional.empty()));
        await().until(() -> control.mesh().view().version() == 1);
    }

    private ProviderLogins logins() {
        return new ProviderLogins(
                new Provider(
                        provider.issuer(),
                        new Provider.Client("console", "hush-console", List.of("profile")),
                        new People("sub", "groups", List.of(GroupRole.of("mesh=operator:shop"))),
                        URI.create(page)),
                control.accounts(),
                Optional.empty(),
                InstantSource.system(),
                control.mesh().nanos());
    }

    @AfterAll
    void stop() throws Exception {
        parts.close();
    }

    @Test
    void whoTheProviderKnowsHasTheRolesOfHisGroupsUntilHeSignsOut() throws Exception {
        String session = people.atProvider("ann");
        HttpResponse<String> done = people.signIn(session);
        assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
        assertThat(SignIn.said(done, "to")).isEqualTo("/rules");
        String token = "Bearer " + SignIn.said(done, "token");
        HttpRequest.Builder who =
                HttpRequest.newBuilder(URI.create(page + "/api/v1/whoami"))
                        .header("authorization", token);
        assertThat(people.sent(who).body()).contains("\"ann\"", "operator:shop");
        HttpResponse<String> left = people.post("logout", "{}", token);
        assertThat(people.led(SignIn.said(left, "url"), session)).isEqualTo(URI.create(page + "/"));
        assertThat(people.sent(who).statusCode()).isEqualTo(401);
        assertThat(audit()).contains("\"ann\"", "/api/v1/login/end", "/api/v1/logout");
    }

    @Test
    void groupsThatOnlyTheProvidersUserinfoTellsHaveTheirRolesToo() throws Exception {
        HttpResponse<String> done = people.signIn(people.atProvider("cat"));
        assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
        assertThat(SignIn.said(done, "user")).isEqualTo("cat");
    }

    @Test
    void theCommandLineSignsInByABrowserOnItsMachineAndKeepsTheToken(@TempDir Path home)
            throws Exception {
        var out = new ByteArrayOutputStream();
        Machine machine = machine(home, out);
        var nobody = new Api(page, Optional.empty());
        Begun<Integer> login = Begun.of(() -> Login.run(nobody, Login.Way.ADDRESS, machine));
        await().atMost(Duration.ofSeconds(20))
                .until(() -> out.toString(UTF_8).contains("/oauth2/authorize?"));
        String url = printed(out);
        URI back = people.led(url, people.atProvider("ann"));
        assertThat(back.toString()).startsWith("http://127.0.0.1:").contains("/signed-in?code=");
        // Whoever else finds the port ends nothing.
        URI port = back.resolve("/signed-in");
        assertThat(people.sent(HttpRequest.newBuilder(port)).statusCode()).isEqualTo(404);
        assertThat(people.sent(HttpRequest.newBuilder(back)).body())
                .contains("you can close this page");
        assertThat(login.get()).isZero();
        assertThat(out.toString(UTF_8)).contains("signed in as ann at " + page);
        Path kept;
        try (var files = Files.list(home.resolve(".heddle/tokens"))) {
            kept = files.findFirst().orElseThrow();
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kept)))
                .isEqualTo("rw-------");
        Api ann = Credentials.api(Credentials.Said.of(page), machine);
        assertThat(ann.token()).isPresent();
        assertThat(Users.logout(ann, machine)).isZero();
        assertThat(home.resolve("opened")).doesNotExist();
    }

    /// A machine with a display and a program that opens addresses: it notes them in `opened`.
    private static Machine machine(Path home, ByteArrayOutputStream out) throws IOException {
        Path bin = Files.createDirectories(home.resolve("bin"));
        Path opener = bin.resolve("xdg-open");
        Files.writeString(
                opener,
                """
                #!/bin/sh
                printf '%s' "$*" >"$HOME/noted" && /bin/mv "$HOME/noted" "$HOME/opened"
                """);
        Files.setPosixFilePermissions(opener, PosixFilePermissions.fromString("rwx------"));
        return new Machine(
                InputStream.nullInputStream(),
                new PrintStream(out, true, UTF_8),
                System.err,
                false,
                home,
                home,
                Map.of("HOME", home.toString(), "PATH", bin.toString(), "DISPLAY", ":9"),
                System::nanoTime);
    }

    private static String printed(ByteArrayOutputStream out) {
        return out.toString(UTF_8)
                .lines()
                .filter(it -> it.startsWith("http"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void theCommandLineOpensTheBrowserOfItsMachine(@TempDir Path home) throws Exception {
        var out = new ByteArrayOutputStream();
        Machine machine = machine(home, out);
        var nobody = new Api(page, Optional.empty());
        Begun<Integer> login = Begun.of(() -> Login.run(nobody, Login.Way.BROWSER, machine));
        Path opened = home.resolve("opened");
        await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(opened));
        assertThat(Files.readString(opened)).isEqualTo(printed(out)).contains("/oauth2/authorize?");
        people.sent(
                HttpRequest.newBuilder(
                        people.led(Files.readString(opened), people.atProvider("ann"))));
        assertThat(login.get()).isZero();
        assertThat(out.toString(UTF_8)).contains("signed in as ann at " + page);
    }

    @Test
    void aProviderThatSignsNobodyInByACodeIsSaidToHaveNone() {
        var machine =
                new Machine(
                        InputStream.nullInputStream(),
                        System.out,
                        System.err,
                        false,
                        Path.of(""),
                        Path.of(""),
                        Map.of(),
                        System::nanoTime);
        assertThatThrownBy(
                        () -> Login.run(new Api(page, Optional.empty()), Login.Way.DEVICE, machine))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("the provider");
    }

    private String audit() throws IOException {
        return control.audit().last(100, _ -> true).stream()
                .map(Json::compact)
                .reduce("", String::concat);
    }

    @Test
    void whoHasNoGroupWithARoleIsRefusedInWordsAndRecorded() throws Exception {
        HttpResponse<String> refused = people.signIn(people.atProvider("bob"));
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(SignIn.said(refused, "reason")).isEqualTo("role");
        assertThat(audit()).contains("'bob' has no role here").doesNotContain("hush-console");
    }

    @Test
    void aBrowserGoesThereAndBackAndOwnAccountsGoOnWorking(@TempDir Path shots) throws Exception {
        assumeTrue(
                Files.isDirectory(UI.resolve("node_modules/playwright-core")),
                "the page was built: it takes Node 20 and npm");
        assumeTrue(
                Files.exists(Path.of("/usr/bin/chromium")),
                "there is no /usr/bin/chromium ('apt install chromium')");
        Path said = shots.resolve("login.log");
        Process walk =
                new ProcessBuilder("node", "e2e/login.mjs", page, PASSWORD, shots.toString())
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
