package dev.heddle.control.access.oidc;

import dev.heddle.control.access.Accounts;
import dev.heddle.control.access.Attempts;
import dev.heddle.control.access.Caller;
import dev.heddle.control.access.Grant;
import dev.heddle.control.access.Outside;
import dev.heddle.xds.token.JsonText;
import dev.heddle.xds.token.Token;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// Signs people in whom a provider of OpenID Connect knows.
///
/// ```
///   begin ──the browser goes to the provider, and comes back with a code──▶ end ──▶ a token
///      └─────────────ten minutes, or another tab's secret─────────────▶ refused
/// ```
///
/// Callable from any thread; waits for the provider as long as [#PATIENCE] for each question.
public final class ProviderLogins {
    /// How long a login is good before the provider must be asked again.
    public static final Duration LIFE = Duration.ofHours(12);

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int LONGEST_PATH = 2_000;

    private final Provider provider;
    private final Accounts accounts;
    private final InstantSource clock;
    private final ProviderHttp http;
    private final Known known;
    private final IdTokens idTokens;
    private final BegunLogins begun = new BegunLogins();
    private final Sessions sessions = new Sessions();
    private final Attempts attempts;

    /// @param tls with whom is believed to be the provider; empty for whom the Java runtime
    ///   believes
    /// @param nanos for durations: never goes back
    public ProviderLogins(
            Provider provider,
            Accounts accounts,
            Optional<SSLContext> tls,
            InstantSource clock,
            LongSupplier nanos) {
        this.provider = provider;
        this.accounts = accounts;
        this.clock = clock;
        this.http = ProviderHttp.of(tls, PATIENCE);
        this.known = new Known(provider, http, clock);
        this.idTokens = new IdTokens(provider.issuer(), provider.client().id());
        this.attempts = new Attempts(20, Duration.ofSeconds(6), nanos);
    }

    /// Whose people are signed in.
    public Provider provider() {
        return provider;
    }

    /// Where a browser goes next.
    ///
    /// @param secret that only the tab which began the login is told
    public record Start(URI place, String state, String secret) {
        /// Secrets are for nobody to read.
        @Override
        public String toString() {
            return "Start[" + provider(place) + "]";
        }

        private static String provider(URI place) {
            return String.valueOf(place.getHost());
        }
    }

    /// Begins a login.
    ///
    /// @param to where the page goes afterwards: a path of its own
    /// @param origin of the page; empty where nobody says it
    /// @param from the other end's address: twenty at once, then one each six seconds
    public Start begin(String to, Optional<String> origin, String from) throws LoginRefused {
        if (!isOwn(to)) {
            throw new LoginRefused(
                    LoginRefused.Why.ADDRESS,
                    "'%s' is no place of this page".formatted(to),
                    "Leave it out, or say a path that begins with '/'");
        }
        if (origin.filter(it -> !it.equalsIgnoreCase(provider.page().toString())).isPresent()) {
            throw new LoginRefused(
                    LoginRefused.Why.ADDRESS,
                    "this page is open as %s, and the provider leads back to %s"
                            .formatted(origin.get(), provider.page()),
                    "Open " + provider.page() + " and sign in there");
        }
        if (!attempts.take(from).isZero()) {
            throw new LoginRefused(
                    LoginRefused.Why.OFTEN,
                    "too many logins were begun from " + from,
                    "Try again in some seconds");
        }
        Discovery said = known.discovery();
        Begun login = Begun.now(to, clock.instant());
        begun.add(login, clock.instant());
        return new Start(authorization(said, login), login.state(), login.secret());
    }

    /// Whether that leads to a place of this page, and to nobody else's.
    private static boolean isOwn(String to) {
        return to.startsWith("/")
                && !to.startsWith("//")
                && !to.contains("\\")
                && to.length() <= LONGEST_PATH
                && to.chars().noneMatch(c -> c <= ' ' || c == 0x7f);
    }

    private URI authorization(Discovery said, Begun login) {
        var query = new LinkedHashMap<String, String>();
        query.put("response_type", "code");
        query.put("client_id", provider.client().id());
        query.put("redirect_uri", provider.redirect());
        query.put("scope", String.join(" ", provider.client().scopes()));
        query.put("state", login.state());
        query.put("nonce", login.nonce());
        query.put("code_challenge", login.challenge());
        query.put("code_challenge_method", "S256");
        return with(said.authorization(), query);
    }

    private static URI with(Endpoint endpoint, Map<String, String> query) {
        String text = endpoint.uri().toString();
        String joint = endpoint.uri().getRawQuery() == null ? "?" : "&";
        return URI.create(text + joint + ProviderHttp.encoded(query));
    }

    /// What the provider sent the browser back with, and the secret of the tab.
    ///
    /// @param error of the provider, in its words; empty where there is a code
    public record Return(
            String state, String secret, String code, String error, String description) {
        /// Secrets are for nobody to read.
        @Override
        public String toString() {
            return "Return[" + error + "]";
        }
    }

    /// Somebody who is signed in.
    ///
    /// @param token that proves it
    /// @param to where the page goes now
    public record Done(String token, String user, Duration life, String to) {
        /// Secrets are for nobody to read.
        @Override
        public String toString() {
            return "Done[" + user + "]";
        }
    }

    /// Ends a login.
    ///
    /// @param from the other end's address
    /// @throws IOException when the account cannot be kept
    public Done end(Return said, String from) throws LoginRefused, IOException {
        Begun login =
                begun.take(said.state(), said.secret(), clock.instant())
                        .orElseThrow(() ->
                                new LoginRefused(
                                        LoginRefused.Why.STALE,
                                        "nobody here began that login within %d minutes"
                                                .formatted(Begun.PATIENCE.toMinutes()),
                                        "Begin again, in the tab in which you end it"));
        if (!said.error().isEmpty() || said.code().isEmpty()) {
            throw denied(said.error(), said.description());
        }
        String text = idToken(login, said.code());
        Token token = IdTokens.read(text);
        known.expectSigned(token);
        Instant now = clock.instant();
        String subject = idTokens.subject(token, login.nonce(), now);
        String name = provider.people().name(token);
        String proof = admitted(name, new Outside(subject, now.plus(LIFE)), token);
        accounts.caller(proof, from).map(Caller::token).ifPresent(id -> sessions.add(id, text));
        return new Done(proof, name, LIFE, login.to());
    }

    private String admitted(String name, Outside outside, Token token)
            throws LoginRefused, IOException {
        List<String> groups = provider.people().groups(token);
        List<Grant> grants = provider.people().grants(groups);
        if (grants.isEmpty()) {
            accounts.dismiss(outside.subject());
            throw new LoginRefused(
                    LoginRefused.Why.ROLE,
                    "'%s' has no role here; groups in '%s': %s"
                            .formatted(name, provider.people().groupsClaim(), groups),
                    "Ask an admin to give one of your groups a role (--oidc-role)");
        }
        try {
            return accounts.admit(name, outside, grants);
        } catch (IllegalArgumentException e) {
            throw new LoginRefused(
                    LoginRefused.Why.NAME,
                    String.valueOf(e.getMessage()),
                    "Ask an admin to remove the other account, or to take the name from another"
                            + " claim (--oidc-name-claim)");
        }
    }

    private String idToken(Begun login, String code) throws LoginRefused {
        Discovery said = known.discovery();
        Provider.Client client = provider.client();
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "authorization_code");
        form.put("code", code);
        form.put("redirect_uri", provider.redirect());
        form.put("code_verifier", login.verifier());
        if (!said.takesBasic()) {
            form.put("client_id", client.id());
            form.put("client_secret", client.secret());
        }
        try {
            ProviderHttp.Reply reply =
                    http.post(
                            said.token().uri(),
                            form,
                            Optional.of(basic(client)).filter(_ -> said.takesBasic()));
            return idToken(said, reply);
        } catch (IOException e) {
            throw Known.away(said.token().uri().toString(), String.valueOf(e.getMessage()));
        }
    }

    /// As RFC 6749, 2.3.1 has it: encoded as in forms first.
    private static String basic(Provider.Client client) {
        String both =
                ProviderHttp.encoded(client.id()) + ":" + ProviderHttp.encoded(client.secret());
        return "Basic "
                + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.US_ASCII));
    }

    private static String idToken(Discovery said, ProviderHttp.Reply reply) throws LoginRefused {
        Map<String, @Nullable Object> fields = JsonText.object(reply.body()).orElse(Map.of());
        if (reply.status() == 200 && fields.get("id_token") instanceof String token) {
            return token;
        }
        if (fields.get("error") instanceof String error) {
            throw denied(error, fields.get("error_description") instanceof String text ? text : "");
        }
        throw Known.away(
                said.token().uri().toString(),
                "status %d without an ID token".formatted(reply.status()));
    }

    private static LoginRefused denied(String error, String description) {
        String words = description.isEmpty() ? "" : " (" + description + ")";
        return new LoginRefused(
                LoginRefused.Why.DENIED,
                "the provider says no: %s%s"
                        .formatted(error.isEmpty() ? "there is no code" : error, words),
                "Try again; if it stays so, ask whoever keeps the client at the provider");
    }

    /// Forgets a login.
    ///
    /// @param token id of the token that it was proved by
    /// @return where to sign out at the provider, too; empty where it has no such place
    public Optional<URI> leave(String token) {
        Optional<String> hint = sessions.take(token);
        Optional<Endpoint> place = known.before().flatMap(Discovery::endSession);
        if (hint.isEmpty() || place.isEmpty()) {
            return Optional.empty();
        }
        var query = new LinkedHashMap<String, String>();
        query.put("id_token_hint", hint.get());
        query.put("client_id", provider.client().id());
        query.put("post_logout_redirect_uri", provider.page() + "/");
        return Optional.of(with(place.get(), query));
    }
}
