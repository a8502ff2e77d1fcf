package dev.heddle.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.cli.text.Failure;
import dev.heddle.control.access.oidc.Provider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a command line may say of a provider.
class OidcOptionsTest {
    private static final String ISSUER = "https://idp.example.net";

    @TempDir Path directory = Path.of("");
    private Path secret = Path.of("");

    @BeforeEach
    void write() throws IOException {
        secret = directory.resolve("secret");
        Files.writeString(secret, "hush\n");
    }

    private OidcOptions.Said said(String issuer, String scope, String role, String page) {
        return new OidcOptions.Said(
                Optional.of(issuer),
                Optional.of("heddle"),
                Optional.of(secret),
                Optional.of(scope).filter(it -> !it.isEmpty()).map(List::of),
                Optional.empty(),
                Optional.empty(),
                Optional.of(List.of(role)),
                Optional.of(page).filter(it -> !it.isEmpty()),
                Optional.empty());
    }

    private static ApiOptions.Serving serving(String address) {
        return new ApiOptions.Serving.Plain(
                new InetSocketAddress(InetAddress.ofLiteral(address), 15080));
    }

    private static Failure failure(OidcOptions.Said said, ApiOptions.Serving api) {
        return Assertions.catchThrowableOfType(Failure.class, () -> OidcOptions.of(said, api));
    }

    @Test
    void theConsolesAddressIsKnownOnOnesOwnMachineOnly() {
        OidcOptions.Said said = said(ISSUER, "", "a=viewer", "");
        Provider provider = OidcOptions.of(said, serving("127.0.0.1")).orElseThrow().provider();
        assertThat(provider.redirect()).isEqualTo("http://localhost:15080/signed-in");
        assertThat(provider.client().secret()).isEqualTo("hush");
        assertThat(provider.client().scopes()).containsExactly("openid", "profile");
        assertThat(provider.toString()).doesNotContain("hush");
        assertThat(failure(said, serving("10.0.0.1"))).hasMessageContaining("--oidc-page");
    }

    @ParameterizedTest
    @CsvSource({
        "http://idp.example.net, '', a=viewer, '', issuer: 'http://idp",
        "https://idp.example.net?x=y, '', a=viewer, '', without '?'",
        "idp, '', a=viewer, '', issuer: 'idp'",
        "https://a:b@idp.example.net, '', a=viewer, '', issuer",
        "https://idp.example.net, 'a b', a=viewer, '', scope: 'a b'",
        "https://idp.example.net, '', viewer, '', GROUP=ROLE",
        "https://idp.example.net, '', =viewer, '', GROUP=ROLE",
        "https://idp.example.net, '', a=king, '', king",
        "https://idp.example.net, '', a=viewer:No, '', No",
        "https://idp.example.net, '', a=viewer, http://mesh.example.com, page: 'http://mesh",
        "https://idp.example.net, '', a=viewer, https://mesh.example.com/x, scheme",
        "https://idp.example.net, '', a=viewer, ':', Expected scheme",
    })
    void aMistakeIsNamed(String issuer, String scope, String role, String page, String what) {
        assertThat(failure(said(issuer, scope, role, page), serving("127.0.0.1")))
                .hasMessageContaining("--oidc")
                .hasMessageContaining(what);
    }

    @Test
    void aSecretThatCannotBeReadIsNamedByItsFile() throws Exception {
        Files.writeString(secret, " \n");
        assertThat(failure(said(ISSUER, "", "a=viewer", ""), serving("127.0.0.1")))
                .hasMessageContaining("secret is empty");
        Files.writeString(secret, "x".repeat(5_000));
        assertThat(failure(said(ISSUER, "", "a=viewer", ""), serving("127.0.0.1")))
                .hasMessageContaining("5000 bytes")
                .hasMessageNotContaining("xxx");
        Files.delete(secret);
        assertThat(failure(said(ISSUER, "", "a=viewer", ""), serving("127.0.0.1")))
                .hasMessageContaining(secret.toString());
    }

    @Test
    void optionsWithoutAProviderAreRefusedAndAProviderWithoutThem() {
        var none = Optional.<String>empty();
        var silent =
                new OidcOptions.Said(
                        none,
                        none,
                        Optional.empty(),
                        Optional.empty(),
                        none,
                        none,
                        Optional.empty(),
                        none,
                        Optional.empty());
        assertThat(OidcOptions.of(silent, serving("127.0.0.1"))).isEmpty();
        var page =
                new OidcOptions.Said(
                        none,
                        none,
                        Optional.empty(),
                        Optional.empty(),
                        none,
                        none,
                        Optional.empty(),
                        Optional.of("https://a"),
                        Optional.empty());
        assertThat(failure(page, serving("127.0.0.1"))).hasMessageContaining("--oidc-issuer");
        var alone =
                new OidcOptions.Said(
                        Optional.of(ISSUER),
                        none,
                        Optional.empty(),
                        Optional.empty(),
                        none,
                        none,
                        Optional.empty(),
                        none,
                        Optional.empty());
        assertThat(failure(alone, serving("127.0.0.1")))
                .hasMessageContaining("--oidc-client, --oidc-secret and --oidc-role");
    }
}
