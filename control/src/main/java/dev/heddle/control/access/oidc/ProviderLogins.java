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
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// Signs people in whom a provider of OpenID Connect knows.
///
/// ```
///   begin ──the browser goes to the provider, and comes back with a code──▶ end ──▶ a token
///      └─────────────ten minutes, or another tab's secret─────────────▶ refused
/// ```
///
/// A program of the command line does the same with a port of its own ([#beginHere]), or shows a
/// code and waits ([#beginDevice]).
///
/// Callable from any thread; waits for the provider as long as [#PATIENCE] for each question.
public final class ProviderLogins {
    /// How long a login is good before the provider must be asked again.
    public static final Duration LIFE = Duration.ofHours(12);

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int LONGEST_PATH = 2_000;

    /// How often a provider is asked that does not say (RFC 8628, 3.2), and by how much less often
    /// each time that it says so (3.5).
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    /// A name would be looked up, and could lead elsewhere (RFC 8252, 8.3).
    private static final Pattern LOOPBACK =
            Pattern.compile("http://(127\\.0\\.0\\.1|\\[::1]):\\d{1,5}" + Provider.RETURN);

    private final Provider provider;
    private final Accounts accounts;
    private final InstantSource clock;
    private final Known known;
    private final Asking asking;
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
        ProviderHttp http = ProviderHttp.of(tls, PATIENCE);
        this.known = new Known(provider, http, clock);
        this.asking = new Asking(provider.client(), known, http);
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
        return begin(to, new Begun.Way.Redirect(provider.redirect()), from);
    }

    /// Begins a login of a program that runs where its user's browser does (RFC 8252, 7.3): the
    /// provider leads to a port of the loopback interface, at which the program waits.
    ///
    /// @param redirect as in `http://127.0.0.1:43210/signed-in`, with any port
    /// @param from the other end's address, bounded as for [#begin]
    public Start beginHere(String redirect, String from) throws LoginRefused {
        if (!LOOPBACK.matcher(redirect).matches()) {
            throw new LoginRefused(
                    LoginRefused.Why.ADDRESS,
                    "'%s' is no place where a program waits for a login".formatted(redirect),
                    "Say http://127.0.0.1:PORT%1$s or http://[::1]:PORT%1$s"
                            .formatted(Provider.RETURN));
        }
        return begin("/", new Begun.Way.Redirect(redirect), from);
    }

    private Start begin(String to, Begun.Way.Redirect way, String from) throws LoginRefused {
        expectSeldom(from);
        Discovery said = known.discovery();
        Begun login = Begun.now(to, way.uri(), clock.instant());
        begun.add(login, clock.instant());
        return new Start(authorization(said, login, way), login.state(), login.secret());
    }

    private void expectSeldom(String from) throws LoginRefused {
        if (!attempts.take(from).isZero()) {
            throw new LoginRefused(
                    LoginRefused.Why.OFTEN,
                    "too many logins were begun from " + from,
                    "Try again in some seconds");
        }
    }

    /// Whether that leads to a place of this page, and to nobody else's.
    private static boolean isOwn(String to) {
        return to.startsWith("/")
                && !to.startsWith("//")
                && !to.contains("\\")
                && to.length() <= LONGEST_PATH
                && to.chars().noneMatch(c -> c <= ' ' || c == 0x7f);
    }

    private URI authorization(Discovery said, Begun login, Begun.Way.Redirect way) {
        var query = new LinkedHashMap<String, String>();
        query.put("response_type", "code");
        query.put("client_id", provider.client().id());
        query.put("redirect_uri", way.uri());
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
                        .orElseThrow(ProviderLogins::stale);
        if (!said.error().isEmpty() || said.code().isEmpty()) {
            throw denied(said.error(), said.description());
        }
        if (!(login.way() instanceof Begun.Way.Redirect way)) {
            throw stale();
        }
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "authorization_code");
        form.put("code", said.code());
        form.put("redirect_uri", way.uri());
        form.put("code_verifier", login.verifier());
        return switch (asking.tokens(form)) {
            case Asking.Tokens.Given given -> admitted(login, given, from);
            case Asking.Tokens.Refused(var error, var description) ->
                    throw denied(error, description);
        };
    }

    private static LoginRefused stale() {
        return new LoginRefused(
                LoginRefused.Why.STALE,
                "nobody here began that login within %d minutes"
                        .formatted(Begun.PATIENCE.toMinutes()),
                "Begin again, in the tab in which you end it");
    }

    /// What somebody does at the provider, with any browser, while a program waits.
    ///
    /// @param code that he types there
    /// @param place where he does
    /// @param whole the same with the code in it; empty where the provider has no such address
    /// @param interval how often it may be looked
    public record DeviceStart(
            String code,
            URI place,
            Optional<URI> whole,
            String state,
            String secret,
            Duration interval,
            Duration life) {
        /// Secrets are for nobody to read.
        @Override
        public String toString() {
            return "DeviceStart[" + place.getHost() + "]";
        }
    }

    /// Begins a login for a machine without a browser (RFC 8628).
    ///
    /// @param from the other end's address, bounded as for [#begin]
    public DeviceStart beginDevice(String from) throws LoginRefused {
        expectSeldom(from);
        Discovery said = known.discovery();
        if (said.device().isEmpty()) {
            throw new LoginRefused(
                    LoginRefused.Why.DENIED,
                    "the provider has no logins for machines without a browser: it names no"
                            + " device_authorization_endpoint",
                    "Sign in from a machine with a browser");
        }
        var form = new LinkedHashMap<String, String>();
        form.put("scope", String.join(" ", provider.client().scopes()));
        String asked = said.device().get().uri().toString();
        ProviderHttp.Reply reply;
        try {
            reply = asking.post(said, said.device().get(), form);
        } catch (IOException e) {
            throw Known.away(asked, String.valueOf(e.getMessage()));
        }
        Map<String, @Nullable Object> fields = JsonText.object(reply.body()).orElse(Map.of());
        if (fields.get("error") instanceof String error) {
            throw denied(error, Asking.text(fields, "error_description"));
        }
        Instant now = clock.instant();
        try {
            Duration life = seconds(fields, "expires_in", Begun.PATIENCE);
            Duration interval = seconds(fields, "interval", INTERVAL);
            var way =
                    new Begun.Way.Device(said(fields, "device_code"), interval, now.plus(interval));
            Begun login = Begun.onDevice(way, now.plus(life));
            var start =
                    new DeviceStart(
                            said(fields, "user_code"),
                            Endpoint.of("verification_uri", said(fields, "verification_uri")).uri(),
                            fields.get("verification_uri_complete") instanceof String whole
                                    ? Optional.of(
                                            Endpoint.of("verification_uri_complete", whole).uri())
                                    : Optional.empty(),
                            login.state(),
                            login.secret(),
                            interval,
                            life);
            begun.add(login, now);
            return start;
        } catch (IllegalArgumentException e) {
            throw Known.away(asked, "status %d, %s".formatted(reply.status(), e.getMessage()));
        }
    }

    private static String said(Map<String, @Nullable Object> fields, String name) {
        String text = Asking.text(fields, name);
        if (text.isEmpty() || text.length() > LONGEST_PATH) {
            throw new IllegalArgumentException("no text '%s' in the answer".formatted(name));
        }
        return text;
    }

    /// From a second to as long as anybody waits.
    private static Duration seconds(
            Map<String, @Nullable Object> fields, String name, Duration otherwise) {
        return fields.get(name) instanceof Number number
                ? Duration.ofSeconds(Math.clamp(number.longValue(), 1, Begun.PATIENCE.toSeconds()))
                : otherwise;
    }

    /// What became of a login of a machine without a browser.
    public sealed interface DeviceEnd {
        /// Nobody has ended it yet.
        ///
        /// @param next how long to wait before it is looked again
        record Waiting(Duration next) implements DeviceEnd {}

        /// Somebody has.
        record Signed(Done done) implements DeviceEnd {}
    }

    /// Looks whether a login has ended that [#beginDevice] began. Who looks too often is not asked
    /// of the provider.
    ///
    /// @param from the other end's address
    /// @throws IOException when the account cannot be kept
    public DeviceEnd endDevice(String state, String secret, String from)
            throws LoginRefused, IOException {
        Instant now = clock.instant();
        Begun login = begun.find(state, secret, now).orElseThrow(ProviderLogins::stale);
        if (!(login.way() instanceof Begun.Way.Device way)) {
            throw stale();
        }
        var later = new Begun.Way.Device(way.code(), way.interval(), now.plus(way.interval()));
        // Of two who look at once, one asks.
        if (now.isBefore(way.next()) || !begun.replace(login, login.with(later))) {
            return new DeviceEnd.Waiting(way.interval());
        }
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "urn:ietf:params:oauth:grant-type:device_code");
        form.put("device_code", way.code());
        return switch (asking.tokens(form)) {
            case Asking.Tokens.Refused(var error, _) when error.equals("authorization_pending") ->
                    new DeviceEnd.Waiting(way.interval());
            case Asking.Tokens.Refused(var error, _) when error.equals("slow_down") -> {
                Duration slower = way.interval().plus(INTERVAL);
                begun.replace(
                        login.with(later),
                        login.with(new Begun.Way.Device(way.code(), slower, now.plus(slower))));
                yield new DeviceEnd.Waiting(slower);
            }
            case Asking.Tokens.Refused(var error, var description) -> {
                begun.take(state, secret, now);
                throw denied(error, description);
            }
            case Asking.Tokens.Given given -> {
                if (begun.take(state, secret, now).isEmpty()) {
                    throw stale();
                }
                yield new DeviceEnd.Signed(admitted(login, given, from));
            }
        };
    }

    private Done admitted(Begun login, Asking.Tokens.Given given, String from)
            throws LoginRefused, IOException {
        Token token = IdTokens.read(given.idToken());
        known.expectSigned(token);
        Instant now = clock.instant();
        String subject = idTokens.subject(token, login.nonce(), now);
        var said = new People.Said(token, Map.of());
        if (!provider.people().isWhole(said)) {
            said = new People.Said(token, asking.info(token, given.accessToken()));
        }
        String name = provider.people().name(said);
        String proof = admitted(name, new Outside(subject, now.plus(LIFE)), said);
        accounts.caller(proof, from)
                .map(Caller::token)
                .ifPresent(id -> sessions.add(id, given.idToken()));
        return new Done(proof, name, LIFE, login.to());
    }

    private String admitted(String name, Outside outside, People.Said said)
            throws LoginRefused, IOException {
        List<String> groups = provider.people().groups(said);
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
