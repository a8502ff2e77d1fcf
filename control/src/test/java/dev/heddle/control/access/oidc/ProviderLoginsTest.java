package dev.heddle.control.access.oidc;

import static dev.heddle.control.access.oidc.FakeProvider.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heddle.control.access.Accounts;
import dev.heddle.control.access.Caller;
import dev.heddle.control.access.Grant;
import dev.heddle.control.access.Role;
import dev.heddle.control.access.oidc.LoginRefused.Why;
import dev.heddle.testkit.TokenSigner;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Whom a provider's word lets in, and whom it does not.
class ProviderLoginsTest {
    private static final String PAGE = "http://localhost:15080";
    private static final String HERE = "10.0.0.1";

    @TempDir Path directory = Path.of("");
    private final AtomicLong seconds = new AtomicLong(2_000_000_000);
    private FakeProvider provider;
    private Accounts accounts;
    private ProviderLogins logins;

    @BeforeEach
    void start() throws IOException {
        provider = new FakeProvider();
        accounts = Accounts.open(directory, this::now, () -> seconds.get() * 1_000_000_000L);
        logins = logins("groups", "mesh=operator:shop", "mesh=viewer", "admins=admin");
    }

    @AfterEach
    void stop() {
        provider.close();
    }

    private Instant now() {
        return Instant.ofEpochSecond(seconds.get());
    }

    private ProviderLogins logins(String groupsClaim, String... roles) {
        return new ProviderLogins(
                new Provider(
                        provider.issuer(),
                        new Provider.Client(
                                FakeProvider.CLIENT, FakeProvider.SECRET, List.of("profile")),
                        new People(
                                "preferred_username",
                                groupsClaim,
                                List.of(roles).stream().map(GroupRole::of).toList()),
                        URI.create(PAGE)),
                accounts,
                Optional.empty(),
                this::now,
                () -> seconds.get() * 1_000_000_000L);
    }

    private ProviderLogins.Start begin() throws LoginRefused {
        return logins.begin("/services?ns=shop", Optional.of(PAGE), HERE);
    }

    private ProviderLogins.Return back(ProviderLogins.Start start) {
        return new ProviderLogins.Return(
                start.state(), start.secret(), provider.code(start.place()), "", "");
    }

    private ProviderLogins.Done signIn() throws LoginRefused, IOException {
        return logins.end(back(begin()), HERE);
    }

    private LoginRefused refused() {
        return catchThrowableOfType(LoginRefused.class, this::signIn);
    }

    private Caller caller(String token) {
        return accounts.caller(token, HERE).orElseThrow();
    }

    private void claim(String name, String json) {
        provider.claims.set(said -> {
            var other = new LinkedHashMap<>(said);
            other.put(name, json);
            if (json.isEmpty()) {
                other.remove(name);
            }
            return other;
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "PS256", "ES256", "ES384", "EdDSA"})
    void whoeverTheProviderKnowsHasTheRolesOfHisGroups(String algorithm) throws Exception {
        provider.signer.set(TokenSigner.of(algorithm, "one"));
        provider.keys.set(provider.signer.get().keySet());
        ProviderLogins.Start start = begin();
        assertThat(FakeProvider.form(start.place().getRawQuery()))
                .containsEntry("tenant", "a")
                .containsEntry("response_type", "code")
                .containsEntry("redirect_uri", PAGE + "/signed-in")
                .containsEntry("scope", "openid profile")
                .containsEntry("state", start.state())
                .containsKeys("nonce", "code_challenge")
                .doesNotContainValue(start.secret());
        ProviderLogins.Done done = logins.end(back(start), HERE);
        assertThat(done.user()).isEqualTo("ann");
        assertThat(done.to()).isEqualTo("/services?ns=shop");
        Caller ann = caller(done.token());
        assertThat(ann.may(Role.OPERATOR, "shop")).isTrue();
        assertThat(ann.may(Role.OPERATOR, "other")).isFalse();
        assertThat(ann.may(Role.VIEWER, "other")).isTrue();
        assertThat(ann.maySomewhere(Role.ADMIN)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "iss | @https://evil.example@ | issuer is 'https://evil.example'",
                "iss | | issuer is ''",
                "aud | @other@ | another client",
                "aud | [@heddle@,@other@] | another client",
                "aud | | another client",
                "azp | @other@ | another client",
                "azp | 7 | another client",
                "exp | 1999999000 | expired",
                "exp | | no end",
                "exp | @soon@ | not an integer",
                "nbf | 2000009000 | not yet valid",
                "nonce | @other@ | nonce",
                "nonce | | nonce",
                "nonce | 7 | nonce",
                "sub | | nobody",
                "sub | @@ | nobody",
            })
    void aTokenThatSaysAnythingElseIsNotBelieved(String name, String json, String why) {
        claim(name, json == null ? "" : json.replace('@', '"'));
        LoginRefused refused = refused();
        assertThat(refused.why()).isEqualTo(Why.TOKEN);
        assertThat(refused.what()).contains(why);
        assertThat(accounts.all()).isEmpty();
    }

    @Test
    void aTokenForSeveralIsBelievedOfTheOneThatItWasGivenTo() throws Exception {
        provider.claims.set(said -> {
            var other = new LinkedHashMap<>(said);
            other.put("aud", "[\"heddle\",\"other\"]");
            other.put("azp", text("heddle"));
            return other;
        });
        assertThat(signIn().user()).isEqualTo("ann");
    }

    /// With the payload of a good token and another head and signature.
    private static String forged(String good, String head, String signature) {
        return TokenSigner.base64(head) + "." + good.split("\\.", -1)[1] + "." + signature;
    }

    @Test
    void aTokenThatTheProviderDidNotSignIsNotBelieved() {
        TokenSigner stranger = TokenSigner.of("RS256", "one");
        TokenSigner unknown = new TokenSigner("RS256", "two", stranger.keys());
        String keys = provider.keys.get();
        var forgeries =
                Map.<String, java.util.function.UnaryOperator<String>>of(
                        "none", good -> forged(good, "{\"alg\":\"none\"}", "AA"),
                        "none without a signature", good -> forged(good, "{\"alg\":\"none\"}", ""),
                        "HS256 by the public key",
                                good -> forged(good, "{\"alg\":\"HS256\"}", hmac(good, keys)),
                        "another's key of the same name", good -> resigned(good, stranger),
                        "a key that nobody knows", good -> resigned(good, unknown),
                        "no token", _ -> "x",
                        "a long one", good -> good + "A".repeat(70_000));
        forgeries.forEach((name, forgery) -> {
            provider.token.set(forgery);
            assertThat(refused()).as(name).extracting(LoginRefused::why).isEqualTo(Why.TOKEN);
        });
        assertThat(accounts.all()).isEmpty();
    }

    private static String resigned(String good, TokenSigner by) {
        byte[] payload = Base64.getUrlDecoder().decode(good.split("\\.", -1)[1]);
        return by.token(new String(payload, StandardCharsets.UTF_8));
    }

    private static String hmac(String good, String secret) {
        String signed = TokenSigner.base64("{\"alg\":\"HS256\"}") + "." + good.split("\\.", -1)[1];
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HMAC"));
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
        } catch (java.security.GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aSecretKeyAmongTheProvidersKeysSignsNobodyIn() {
        provider.keys.set(
                "{\"keys\":[%s,{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}]}"
                        .formatted(provider.signer.get().key()));
        provider.token.set(good -> forged(good, "{\"alg\":\"HS256\"}", hmac(good, "secret")));
        assertThat(refused().what()).contains("HS256");
    }

    @Test
    void aNewKeyOfTheProviderIsAskedForAndAnOldOneIsNotBelievedLonger() throws Exception {
        signIn();
        TokenSigner old = provider.signer.get();
        provider.signer.set(TokenSigner.of("ES256", "two"));
        provider.keys.set(provider.signer.get().keySet());
        signIn();
        provider.signer.set(old);
        assertThat(refused().why()).isEqualTo(Why.TOKEN);
        assertThat(provider.asked).filteredOn("/keys"::equals).hasSize(3);
    }

    @Test
    void whatTheProviderSentBackIsGoodOnceInItsTabAndForTenMinutes() throws Exception {
        ProviderLogins.Return said = back(begin());
        for (var other :
                List.of(
                        new ProviderLogins.Return("x", said.secret(), said.code(), "", ""),
                        new ProviderLogins.Return(said.state(), "", said.code(), "", ""),
                        new ProviderLogins.Return(said.state(), "x", said.code(), "", ""))) {
            assertThat(
                            catchThrowableOfType(LoginRefused.class, () -> logins.end(other, HERE))
                                    .why())
                    .isEqualTo(Why.STALE);
        }
        logins.end(said, HERE);
        assertThat(catchThrowableOfType(LoginRefused.class, () -> logins.end(said, HERE)).why())
                .isEqualTo(Why.STALE);
        ProviderLogins.Return late = back(begin());
        seconds.addAndGet(600);
        assertThat(catchThrowableOfType(LoginRefused.class, () -> logins.end(late, HERE)).why())
                .isEqualTo(Why.STALE);
    }

    @Test
    void aCodeOfAnotherLoginIsWorthNothing() throws Exception {
        ProviderLogins.Return one = back(begin());
        ProviderLogins.Return two = back(begin());
        var mixed = new ProviderLogins.Return(one.state(), one.secret(), two.code(), "", "");
        LoginRefused refused =
                catchThrowableOfType(LoginRefused.class, () -> logins.end(mixed, HERE));
        assertThat(refused.why()).isEqualTo(Why.DENIED);
        assertThat(refused.what()).contains("invalid_grant");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "//evil.example",
                "/\\evil.example",
                "https://evil.example",
                "javascript:alert(1)",
                "/a\nb",
                "/a b",
                "\\\\evil.example"
            })
    void nobodyIsLedElsewhere(String to) {
        LoginRefused refused =
                catchThrowableOfType(
                        LoginRefused.class, () -> logins.begin(to, Optional.of(PAGE), HERE));
        assertThat(refused.why()).isEqualTo(Why.ADDRESS);
        assertThat(provider.asked).isEmpty();
    }

    @Test
    void aPageUnderAnotherAddressIsToldWhichOneTheProviderLeadsTo() {
        LoginRefused refused =
                catchThrowableOfType(
                        LoginRefused.class,
                        () -> logins.begin("/", Optional.of("http://127.0.0.1:15080"), HERE));
        assertThat(refused.why()).isEqualTo(Why.ADDRESS);
        assertThat(refused.what()).contains("http://127.0.0.1:15080", PAGE);
    }

    @Test
    void whoBeginsTooManyWaits() throws Exception {
        for (int i = 0; i < 20; i++) {
            begin();
        }
        assertThat(catchThrowableOfType(LoginRefused.class, this::begin).why())
                .isEqualTo(Why.OFTEN);
        seconds.addAndGet(6);
        begin();
        assertThat(provider.asked).hasSize(2);
    }

    @Test
    void whatTheProviderSaysAgainstItIsToldInItsWords() throws Exception {
        ProviderLogins.Start start = begin();
        var said =
                new ProviderLogins.Return(
                        start.state(), start.secret(), "", "access_denied", "not\ntoday");
        LoginRefused refused =
                catchThrowableOfType(LoginRefused.class, () -> logins.end(said, HERE));
        assertThat(refused.why()).isEqualTo(Why.DENIED);
        assertThat(refused.what()).contains("access_denied (not today)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 {\"error\": \"invalid_client\", \"error_description\": \"who?\"} | DENIED"
                        + " | invalid_client (who?)",
                "200 {} | AWAY | without an ID token",
                "200 <html> | AWAY | without an ID token",
                "500 oops | AWAY | status 500",
                "302 {} | AWAY | status 302",
            })
    void anAnswerThatIsNoTokenIsToldAsItIs(String answer, Why why, String what) {
        provider.refusal.set(answer);
        LoginRefused refused = refused();
        assertThat(refused.why()).isEqualTo(why);
        assertThat(refused.what()).contains(what).doesNotContain(FakeProvider.SECRET);
        assertThat(provider.asked).doesNotContain("/elsewhere");
    }

    @Test
    void anAnswerWithoutAnEndIsNotRead() {
        provider.refusal.set("200 {\"id_token\": \"" + "A".repeat(2 << 20) + "\"}");
        assertThat(refused().why()).isEqualTo(Why.AWAY);
    }

    @Test
    void aProviderThatIsAwayIsToldSo() {
        provider.close();
        LoginRefused refused = refused();
        assertThat(refused.why()).isEqualTo(Why.AWAY);
        assertThat(refused.what()).contains(provider.issuer() + "/.well-known");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "issuer\": \"http | issuer\": \"https | issuer: 'https://127",
                "token\" | token\", \"x\": {} } | no JSON",
                "jwks_uri | jwks_url | jwks_uri: ''",
                "token_endpoint\": \"http: | token_endpoint\": \"ftp: | token_endpoint: 'ftp:",
                "client_secret_basic | private_key_jwt | private_key_jwt",
            })
    void aProviderThatSaysWhatItShouldNotIsNotAsked(String word, String other, String what) {
        provider.discovery.set(said -> said.replace(word, other));
        LoginRefused refused = refused();
        assertThat(refused.why()).isEqualTo(Why.AWAY);
        assertThat(refused.what()).contains(what);
    }

    @Test
    void aProviderMayWantTheSecretInTheBody() throws Exception {
        provider.discovery.set(said -> said.replace("client_secret_basic", "client_secret_post"));
        assertThat(signIn().user()).isEqualTo("ann");
    }

    @Test
    void whoHasNoRoleAnyMoreLosesWhatHeHad() throws Exception {
        String token = signIn().token();
        claim("groups", "[\"others\"]");
        LoginRefused refused = refused();
        assertThat(refused.why()).isEqualTo(Why.ROLE);
        assertThat(refused.what()).contains("'ann'", "others");
        assertThat(accounts.caller(token, HERE)).isEmpty();
        assertThat(accounts.all()).isEmpty();
    }

    @Test
    void whoChangesGroupsHasOtherRolesWithAllTokens() throws Exception {
        String token = signIn().token();
        claim("groups", text("admins"));
        signIn();
        assertThat(caller(token).account().grants()).containsExactly(Grant.of("admin"));
    }

    @Test
    void groupsMayStandInAClaimWithDotsOrWithinAnother() throws Exception {
        claim("https://example.com/groups", "[\"admins\"]");
        logins = logins("https://example.com/groups", "admins=admin");
        assertThat(caller(signIn().token()).may(Role.ADMIN, "x")).isTrue();
        claim("realm_access", "{\"roles\": [\"admins\"]}");
        logins = logins("realm_access.roles", "admins=viewer");
        assertThat(caller(signIn().token()).may(Role.ADMIN, "x")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "'', no text",
        "'7', no text",
        "'\"  \"', no text",
        "'\"A Name\"', a name",
        "'\"local\"', local",
        "'\"root\"', root"
    })
    void aNameThatIsNoneOrAnothersIsNotTaken(String json, String what) throws Exception {
        accounts.put("root", Optional.of("correct horse battery"), List.of(Grant.of("admin")));
        claim("preferred_username", json);
        LoginRefused refused = refused();
        assertThat(refused.why()).isEqualTo(Why.NAME);
        assertThat(refused.what()).contains(what);
        assertThat(accounts.tokens()).isEmpty();
        assertThat(accounts.all()).hasSize(1);
    }

    @Test
    void aNameIsSomebodysAsLongAsHeIsSignedIn() throws Exception {
        signIn();
        claim("sub", text("18"));
        assertThat(refused().why()).isEqualTo(Why.NAME);
        seconds.addAndGet(ProviderLogins.LIFE.toSeconds());
        claim("sub", text("18"));
        var stretched = provider.claims.get();
        provider.claims.set(said -> {
            var other = new LinkedHashMap<>(stretched.apply(said));
            other.put("exp", Long.toString(seconds.get() + 60));
            return other;
        });
        assertThat(signIn().user()).isEqualTo("ann");
    }

    @Test
    void aLoginIsGoodForHalfADayAndNoTokenOfItForLonger() throws Exception {
        String token = signIn().token();
        seconds.addAndGet(Duration.ofHours(11).toSeconds());
        assertThat(accounts.longest("ann")).isEqualTo(Duration.ofHours(1));
        String last = accounts.token("ann", "pipeline", Duration.ofHours(1));
        assertThat(
                        catchThrowableOfType(
                                IllegalArgumentException.class,
                                () -> accounts.token("ann", "x", Duration.ofHours(2))))
                .hasMessageContaining("1 to 3600");
        seconds.addAndGet(Duration.ofHours(1).toSeconds());
        assertThat(accounts.caller(token, HERE)).isEmpty();
        assertThat(accounts.caller(last, HERE)).isEmpty();
        assertThat(accounts.all()).isEmpty();
    }

    @Test
    void whoLeavesIsLedToTheProvidersOwnWayOutOnce() throws Exception {
        String id = caller(signIn().token()).token();
        URI out = logins.leave(id).orElseThrow();
        assertThat(out.toString()).startsWith(provider.issuer() + "/leave?");
        assertThat(FakeProvider.form(out.getRawQuery()))
                .containsEntry("client_id", "heddle")
                .containsEntry("post_logout_redirect_uri", PAGE + "/")
                .containsKey("id_token_hint");
        assertThat(logins.leave(id)).isEmpty();
    }

    @Test
    void noSecretIsInWhatIsLogged() throws Exception {
        ProviderLogins.Start start = begin();
        ProviderLogins.Return back = back(start);
        ProviderLogins.Done done = logins.end(back, HERE);
        assertThat(logins.provider() + " " + start + back + done)
                .doesNotContain(
                        FakeProvider.SECRET, start.secret(), start.state(), done.token(), "code-");
    }
}
