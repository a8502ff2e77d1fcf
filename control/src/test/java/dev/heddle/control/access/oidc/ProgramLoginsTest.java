package dev.heddle.control.access.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heddle.control.access.Accounts;
import dev.heddle.control.access.Role;
import dev.heddle.control.access.oidc.LoginRefused.Why;
import dev.heddle.control.access.oidc.ProviderLogins.DeviceEnd;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Logins of the command line: with a port of the loopback interface, and with a code that somebody
/// types elsewhere; and groups that only the provider's userinfo tells.
class ProgramLoginsTest {
    private static final String HERE = "127.0.0.1";
    private static final String WAITING = "http://127.0.0.1:43210/signed-in";

    @TempDir Path directory = Path.of("");
    private final AtomicLong seconds = new AtomicLong(2_000_000_000);
    private FakeProvider provider;
    private Accounts accounts;
    private ProviderLogins logins;

    @BeforeEach
    void start() throws IOException {
        provider = new FakeProvider();
        accounts = Accounts.open(directory, this::now, () -> seconds.get() * 1_000_000_000L);
        logins =
                new ProviderLogins(
                        new Provider(
                                provider.issuer(),
                                new Provider.Client(
                                        FakeProvider.CLIENT,
                                        FakeProvider.SECRET,
                                        List.of("profile")),
                                new People(
                                        "preferred_username",
                                        "groups",
                                        List.of(GroupRole.of("mesh=operator:shop"))),
                                URI.create("http://localhost:15080")),
                        accounts,
                        Optional.empty(),
                        this::now,
                        () -> seconds.get() * 1_000_000_000L);
    }

    @AfterEach
    void stop() {
        provider.close();
    }

    private Instant now() {
        return Instant.ofEpochSecond(seconds.get());
    }

    private void withoutGroups() {
        provider.claims.set(said -> {
            var other = new LinkedHashMap<>(said);
            other.remove("groups");
            other.put("exp", "2000009000");
            return other;
        });
    }

    private ProviderLogins.Done signIn() throws LoginRefused, IOException {
        ProviderLogins.Start start = logins.beginHere(WAITING, HERE);
        return logins.end(
                new ProviderLogins.Return(
                        start.state(), start.secret(), provider.code(start.place()), "", ""),
                HERE);
    }

    private LoginRefused refused() {
        return catchThrowableOfType(LoginRefused.class, this::signIn);
    }

    @Test
    void aProgramThatWaitsOnThisMachineIsLedToItsOwnPort() throws Exception {
        ProviderLogins.Start start = logins.beginHere(WAITING, HERE);
        assertThat(FakeProvider.form(start.place().getRawQuery()))
                .containsEntry("redirect_uri", WAITING)
                .containsEntry("code_challenge_method", "S256");
        ProviderLogins.Done done = signIn();
        assertThat(accounts.caller(done.token(), HERE).orElseThrow().may(Role.OPERATOR, "shop"))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://10.0.0.1:80/signed-in",
                "http://localhost:80/signed-in",
                "http://127.0.0.1.evil.example:80/signed-in",
                "http://127.0.0.1:80@evil.example/signed-in",
                "https://127.0.0.1:80/signed-in",
                "http://127.0.0.1:80/signed-in?x=y",
                "http://127.0.0.1/signed-in",
                "http://127.0.0.1:80/elsewhere",
                "x"
            })
    void noOtherPlaceIsLedTo(String place) {
        LoginRefused refused =
                catchThrowableOfType(LoginRefused.class, () -> logins.beginHere(place, HERE));
        assertThat(refused.why()).isEqualTo(Why.ADDRESS);
        assertThat(provider.asked).isEmpty();
    }

    @Test
    void aMachineWithoutABrowserWaitsUntilSomebodyHasTypedItsCode() throws Exception {
        ProviderLogins.DeviceStart start = logins.beginDevice(HERE);
        assertThat(start.code()).isEqualTo("WDJB-MJHT");
        assertThat(start.place()).hasPath("/device-login");
        assertThat(start.whole().orElseThrow()).hasQuery("user_code=WDJB-MJHT");
        assertThat(start.interval()).isEqualTo(Duration.ofSeconds(2));
        assertThat(start.life()).isEqualTo(Duration.ofMinutes(5));
        seconds.addAndGet(2);
        assertThat(look(start)).isEqualTo(new DeviceEnd.Waiting(Duration.ofSeconds(2)));
        provider.pending.set("");
        seconds.addAndGet(2);
        assertThat(look(start)).isInstanceOf(DeviceEnd.Signed.class);
        assertThat(stale(start)).isEqualTo(Why.STALE);
        assertThat(accounts.all()).hasSize(1);
    }

    private DeviceEnd look(ProviderLogins.DeviceStart start) throws Exception {
        return logins.endDevice(start.state(), start.secret(), HERE);
    }

    private Why stale(ProviderLogins.DeviceStart start) {
        return catchThrowableOfType(LoginRefused.class, () -> look(start)).why();
    }

    @Test
    void whoLooksTooOftenIsNotAskedOfTheProvider() throws Exception {
        ProviderLogins.DeviceStart start = logins.beginDevice(HERE);
        look(start);
        look(start);
        assertThat(provider.asked).doesNotContain("/token");
        provider.pending.set("slow_down");
        seconds.addAndGet(2);
        assertThat(look(start)).isEqualTo(new DeviceEnd.Waiting(Duration.ofSeconds(7)));
        seconds.addAndGet(6);
        look(start);
        assertThat(provider.asked).filteredOn("/token"::equals).hasSize(1);
    }

    @Test
    void aCodeThatWasRefusedOrIsOldOrAnothersSignsNobodyIn() throws Exception {
        ProviderLogins.DeviceStart start = logins.beginDevice(HERE);
        seconds.addAndGet(2);
        provider.pending.set("access_denied");
        assertThat(stale(start)).isEqualTo(Why.DENIED);
        assertThat(stale(start)).isEqualTo(Why.STALE);
        ProviderLogins.DeviceStart late = logins.beginDevice(HERE);
        provider.pending.set("");
        assertThat(
                        catchThrowableOfType(
                                        LoginRefused.class,
                                        () -> logins.endDevice(late.state(), "x", HERE))
                                .why())
                .isEqualTo(Why.STALE);
        // Nor does who began it end it as a login by a browser.
        assertThat(
                        catchThrowableOfType(
                                        LoginRefused.class,
                                        () ->
                                                logins.end(
                                                        new ProviderLogins.Return(
                                                                late.state(),
                                                                late.secret(),
                                                                "code-0",
                                                                "",
                                                                ""),
                                                        HERE))
                                .why())
                .isEqualTo(Why.STALE);
        ProviderLogins.DeviceStart old = logins.beginDevice(HERE);
        seconds.addAndGet(300);
        assertThat(stale(old)).isEqualTo(Why.STALE);
        assertThat(accounts.all()).isEmpty();
    }

    @Test
    void aProviderWithoutSuchLoginsIsSaidToHaveNone() {
        provider.discovery.set(it -> it.replace("device_authorization_endpoint", "other"));
        LoginRefused refused =
                catchThrowableOfType(LoginRefused.class, () -> logins.beginDevice(HERE));
        assertThat(refused.why()).isEqualTo(Why.DENIED);
        assertThat(refused.what()).contains("device_authorization_endpoint");
    }

    @Test
    void groupsThatTheTokenDoesNotSayAreAskedFor() throws Exception {
        withoutGroups();
        provider.info.set("{\"sub\": \"17\", \"groups\": [\"mesh\"]}");
        assertThat(signIn().user()).isEqualTo("ann");
        assertThat(provider.asked).contains("/userinfo");
    }

    @Test
    void aTokenThatSaysEverythingIsEnough() throws Exception {
        signIn();
        assertThat(provider.asked).doesNotContain("/userinfo");
    }

    @Test
    void groupsOfSomebodyElseAreNotHis() {
        withoutGroups();
        provider.info.set("{\"sub\": \"18\", \"groups\": [\"mesh\"]}");
        assertThat(refused().why()).isEqualTo(Why.TOKEN);
        provider.info.set("{\"groups\": [\"mesh\"]}");
        assertThat(refused().why()).isEqualTo(Why.TOKEN);
    }

    @Test
    void anAnswerThatIsNoneIsSaidToBeTheProviders() {
        withoutGroups();
        assertThat(refused().why()).isEqualTo(Why.ROLE);
        provider.info.set("");
        assertThat(refused().what()).contains("/userinfo", "401");
        provider.info.set("x".repeat(2 << 20));
        assertThat(refused().why()).isEqualTo(Why.AWAY);
        provider.discovery.set(it -> it.replace("userinfo_endpoint", "other"));
        seconds.addAndGet(600);
        assertThat(refused().why()).isEqualTo(Why.ROLE);
    }
}
