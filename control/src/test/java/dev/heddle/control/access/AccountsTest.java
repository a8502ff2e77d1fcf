package dev.heddle.control.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Accounts and tokens, over restarts and time.
class AccountsTest {
    private static final String PASSWORD = "correct horse battery";

    @TempDir Path directory = Path.of("");
    private final AtomicLong seconds = new AtomicLong(1_000_000);
    private Accounts accounts;

    @BeforeEach
    void open() throws IOException {
        accounts =
                Accounts.open(
                        directory.resolve("access"),
                        () -> Instant.ofEpochSecond(seconds.get()),
                        () -> seconds.get() * 1_000_000_000L);
    }

    private boolean isGood(String token) {
        return accounts.caller(token, "here").isPresent();
    }

    @Test
    void whatIsKeptIsKnownAfterARestartAndHasNoSecret() throws Exception {
        accounts.put("anna", Optional.of(PASSWORD), List.of(Grant.of("operator:shop")));
        String token = accounts.token("anna", "my laptop", Duration.ofHours(1));
        open();
        assertThat(accounts.caller(token, "here").orElseThrow().may(Role.OPERATOR, "shop"))
                .isTrue();
        assertThat(accounts.signIn("anna", PASSWORD, "here")).isInstanceOf(SignIn.Done.class);
        assertThat(accounts.tokens()).extracting(ApiToken::label).containsExactly("my laptop");
        Path file = directory.resolve("access/accounts");
        assertThat(Files.readString(file))
                .contains("pbkdf2-sha512$210000$")
                .doesNotContain(PASSWORD, token.split("\\.", -1)[2]);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void aTokenEndsWithItsTimeItsAccountItsPasswordAndWhenItIsTakenBack() throws Exception {
        accounts.put("anna", Optional.empty(), List.of());
        String short1 = accounts.token("anna", "", Duration.ofSeconds(10));
        String back = accounts.token("anna", "", Duration.ofHours(1));
        String rest = accounts.token("anna", "", Duration.ofHours(1));
        seconds.addAndGet(9);
        assertThat(isGood(short1)).isTrue();
        seconds.addAndGet(1);
        assertThat(isGood(short1)).isFalse();
        assertThat(accounts.revoke(back.split("\\.", -1)[1])).isTrue();
        assertThat(isGood(back)).isFalse();
        assertThat(isGood(rest)).isTrue();
        accounts.put("anna", Optional.of(PASSWORD), List.of());
        assertThat(isGood(rest)).isFalse();
        String last = accounts.token("anna", "", Duration.ofHours(1));
        accounts.remove("anna");
        assertThat(isGood(last)).isFalse();
        accounts.put("anna", Optional.empty(), List.of());
        assertThat(isGood(last)).isFalse();
    }

    @Test
    void aTokenWithAnotherSecretIsNone() throws Exception {
        accounts.put("anna", Optional.empty(), List.of());
        String token = accounts.token("anna", "", Duration.ofHours(1));
        assertThat(isGood(token)).isTrue();
        assertThat(isGood(token.substring(0, token.length() - 2))).isFalse();
        assertThat(isGood(token + "A")).isFalse();
        assertThat(isGood(token.replaceFirst("\\.[0-9a-f]{4}", ".0000"))).isFalse();
    }

    @Test
    void guessesRunOutAndComeBack() throws Exception {
        accounts.put("anna", Optional.of(PASSWORD), List.of());
        for (int i = 0; i < 10; i++) {
            assertThat(accounts.signIn("anna", "wrong", "there")).isInstanceOf(SignIn.Wrong.class);
        }
        assertThat(accounts.signIn("anna", PASSWORD, "there"))
                .isEqualTo(new SignIn.Later(Duration.ofSeconds(6)));
        assertThat(accounts.signIn("anna", PASSWORD, "elsewhere")).isInstanceOf(SignIn.Done.class);
        seconds.addAndGet(6);
        assertThat(accounts.signIn("anna", PASSWORD, "there")).isInstanceOf(SignIn.Done.class);
    }

    @Test
    void anAccountWithoutAPasswordHasNone() throws Exception {
        accounts.put("robot", Optional.empty(), List.of());
        assertThat(accounts.signIn("robot", "", "here")).isInstanceOf(SignIn.Wrong.class);
        assertThat(accounts.signIn("unheard-of", "", "here")).isInstanceOf(SignIn.Wrong.class);
    }

    @Test
    void aDamagedFileLetsNobodyIn() throws Exception {
        accounts.put("anna", Optional.empty(), List.of(Grant.of("viewer")));
        Path file = directory.resolve("access/accounts");
        Files.writeString(file, Files.readString(file).replace("viewer", "admin"));
        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("damaged");
    }

    @Test
    void theFirstAccountIsMadeOnce() throws Exception {
        String password = accounts.first().orElseThrow();
        assertThat(accounts.signIn("admin", password, "here")).isInstanceOf(SignIn.Done.class);
        assertThat(accounts.first()).isEmpty();
    }

    @Test
    void theLocalTokenStaysOverACrashAndGoesWithTheEnd() throws Exception {
        Path file = LocalToken.file(directory, 15080);
        var kept = LocalToken.keep(accounts, file);
        String token = LocalToken.read(file).orElseThrow();
        assertThat(accounts.caller(token, "here").orElseThrow().may(Role.ADMIN, "any")).isTrue();
        open();
        assertThat(isGood(token)).isFalse();
        try (var again = LocalToken.keep(accounts, file)) {
            assertThat(again).isNotSameAs(kept);
            assertThat(isGood(token)).isTrue();
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void aTokenThatOthersCouldReadOrPlantIsNotTaken() throws Exception {
        Path file = LocalToken.file(directory, 15080);
        LocalToken.keep(accounts, file);
        String token = LocalToken.read(file).orElseThrow();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(LocalToken.read(file)).isEmpty();
        open();
        LocalToken.keep(accounts, file);
        assertThat(isGood(token)).isFalse();
        Files.setPosixFilePermissions(
                file.getParent(), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> LocalToken.keep(accounts, file)).hasMessageContaining("chmod 700");
    }

    @Test
    void whoAProviderVouchesForIsKeptApartFromOwnAccounts() throws Exception {
        Instant until = Instant.ofEpochSecond(seconds.get() + 100);
        var ben = new Outside("17|https://idp.example net", until);
        String token = accounts.admit("ben", ben, List.of(Grant.of("viewer")));
        open();
        assertThat(accounts.all()).extracting(Account::outside).containsExactly(Optional.of(ben));
        assertThat(isGood(token)).isTrue();
        assertThat(accounts.signIn("ben", "", "here")).isInstanceOf(SignIn.Wrong.class);
        assertThatThrownBy(() -> accounts.put("ben", Optional.of(PASSWORD), List.of()))
                .hasMessageContaining("provider");
        accounts.dismiss("18|https://idp.example net");
        assertThat(isGood(token)).isTrue();
        accounts.dismiss(ben.subject());
        assertThat(isGood(token)).isFalse();
        accounts.put("ben", Optional.of(PASSWORD), List.of());
        assertThatThrownBy(() -> accounts.admit("ben", ben, List.of()))
                .hasMessageContaining("another account");
    }
}
