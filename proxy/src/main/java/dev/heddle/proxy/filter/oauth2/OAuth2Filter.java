package dev.heddle.proxy.filter.oauth2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.Verdict;
import dev.heddle.proxy.filter.oauth2.LoginCookies.Kind;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.LocalReply;
import dev.heddle.proxy.http.Query;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.observe.ExchangeRecord;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.tls.Secret;
import dev.heddle.proxy.tls.SecretRef;
import dev.heddle.telemetry.AccessLogFormat;
import dev.heddle.xds.token.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Has people log in before their requests pass.
///
/// ```
///   NEW ──cookies are good──▶ DONE
///    ├──nobody is logged in──▶ DONE: sent to the server, with a state and a nonce to come back
///    └──back with a code, or with a refresh token──▶ ASKING ──tokens, or none──▶ DONE
/// ```
///
/// What a browser sends is believed only as far as the seal covers it. When the exchange ends
/// meanwhile, the server's answer is not waited for.
///
/// This file is long because Envoy's behaviour, with which cookies are shared, is one state machine
/// with an answer for each place where a login can go wrong.
@Confined("worker")
public final class OAuth2Filter implements HttpFilter {
    private static final HeaderName AUTHORIZATION = HeaderName.of("authorization");
    private static final HeaderName SET_COOKIE = HeaderName.of("set-cookie");
    private static final HeaderName STATUS = HeaderName.of("x-envoy-oauth-status");
    private static final HeaderName REASON = HeaderName.of("x-envoy-oauth-failure-reason");
    private static final String FLOW = "[0-9a-f]{1,32}";
    private static final String VERIFIER = "[A-Za-z0-9._~-]{43,128}";
    private static final String FAILED = "OAuth flow failed.";

    private final OAuth2Config config;
    private final FilterContext context;
    private final RandomGenerator random;

    /// The request for tokens that is waited for.
    private @Nullable TokenRequest asked;

    /// What was said before the call that asked returned.
    private @Nullable Verdict early;

    private boolean isStarting;

    /// Cookies that the response brings, after tokens were refreshed.
    private List<String> toClient = List.of();

    /// @param random that nobody can guess
    public OAuth2Filter(OAuth2Config config, FilterContext context, RandomGenerator random) {
        this.config = config;
        this.context = context;
        this.random = random;
    }

    /// What one request is looked at with.
    ///
    /// @param shown the login that its cookies say
    private record Look(
            Exchange exchange, Seal seal, String secret, CookieJar jar, Seal.Login shown) {
        RequestHead request() {
            return exchange.request();
        }
    }

    /// Somebody who came back from the server.
    ///
    /// @param why that is not believed; empty if it is
    /// @param flow which attempt it is; empty where that is not known
    private record Return(String why, String flow, String url, String code) {}

    @Override
    public Verdict onRequest(Exchange exchange) {
        RequestHead request = exchange.request();
        request.headers().remove(STATUS);
        request.headers().remove(REASON);
        config.tokens().forwardsId().ifPresent(request.headers()::remove);
        if (config.exempt().passes().test(request)) {
            count(exchange, "oauth_passthrough");
            return Verdict.CONTINUE;
        }
        Optional<byte[]> seal = words(config.client().seal());
        Optional<byte[]> secret =
                config.client().secret().isEmpty()
                        ? Optional.of(new byte[0])
                        : words(config.client().secret().get());
        if (seal.isEmpty() || secret.isEmpty()) {
            count(exchange, "oauth_failure");
            return reply(503, "OAuth2 secrets are not ready", "Service Unavailable", List.of());
        }
        return look(exchange, new Seal(seal.get(), random), new String(secret.get(), ISO_8859_1));
    }

    private Optional<byte[]> words(SecretRef ref) {
        return context.secrets().get().get(ref.key()) instanceof Secret.Words words
                ? Optional.of(words.bytes())
                : Optional.empty();
    }

    private Verdict look(Exchange exchange, Seal seal, String secret) {
        RequestHead request = exchange.request();
        var jar = new CookieJar(request.headers());
        LoginCookies cookies = config.cookies();
        for (Kind kind : List.of(cookies.access(), cookies.id(), cookies.refresh())) {
            decrypt(kind, jar, seal);
        }
        if (!config.tokens().keepsAuthorization()) {
            request.headers().remove(AUTHORIZATION);
        }
        var shown =
                new Seal.Login(
                        cookies.domain().isEmpty() ? request.authority() : cookies.domain(),
                        jar.get(cookies.expires().name()),
                        jar.get(cookies.access().name()),
                        jar.get(cookies.id().name()),
                        jar.get(cookies.refresh().name()));
        var look = new Look(exchange, seal, secret, jar, shown);
        String path = request.barePath().toString();
        if (config.places().signOut().test(path)) {
            return signOut(look);
        }
        boolean isCallback = config.places().callback().test(path);
        if (seal.isSigned(shown, jar.get(cookies.hmac().name())) && isCurrent(shown, exchange)) {
            count(exchange, "oauth_success");
            return isCallback ? alreadyIn(look) : pass(look, shown.access(), shown.id());
        }
        if (isCallback) {
            return comeBack(look);
        }
        return config.tokens().refreshes() && !shown.refresh().isEmpty()
                ? ask(
                        look,
                        TokenRequest.ofRefresh(
                                context,
                                config,
                                shown.refresh(),
                                answered(exchange, answer -> refreshed(look, answer))))
                : nobody(
                        look,
                        "Unauthorized, and redirecting to OAuth server is not allowed",
                        ": " + WebUrl.escaped(request.path()));
    }

    /// What cannot be decrypted stays as it is: it may never have been encrypted, and if so, the
    /// signature tells.
    private void decrypt(Kind kind, CookieJar jar, Seal seal) {
        String value = jar.get(kind.name());
        if (config.tokens().keeps().encrypted() && !value.isEmpty()) {
            seal.decrypt(value)
                    .filter(plain -> plain.chars().allMatch(c -> c > ' ' && c < 0x7f && c != ';'))
                    .ifPresent(plain -> jar.put(kind.name(), plain));
        }
    }

    private static boolean isCurrent(Seal.Login shown, Exchange exchange) {
        return shown.expires().matches("[0-9]{1,18}")
                && Long.parseLong(shown.expires()) > nowSeconds(exchange);
    }

    private static long nowSeconds(Exchange exchange) {
        return TimeUnit.NANOSECONDS.toSeconds(exchange.worker().epochNanos());
    }

    /// The request goes on as somebody's.
    private Verdict pass(Look look, String access, String id) {
        RequestHead request = look.request();
        if (config.tokens().forwardsAccess() && !access.isEmpty()) {
            request.headers().set(AUTHORIZATION, "Bearer " + access);
        }
        config.tokens()
                .forwardsId()
                .filter(_ -> !id.isEmpty())
                .ifPresent(header ->
                        request.headers()
                                .set(header, header.equals(AUTHORIZATION) ? "Bearer " + id : id));
        hideFlow(look);
        return Verdict.CONTINUE;
    }

    /// Services see who somebody is, and nothing with which he could be logged in.
    private void hideFlow(Look look) {
        LoginCookies cookies = config.cookies();
        look.jar()
                .remove(name ->
                        name.equals(cookies.hmac().name())
                                || name.equals(cookies.expires().name())
                                || name.equals(cookies.refresh().name())
                                || cookies.nonce().isNamed(name)
                                || cookies.verifier().isNamed(name));
        look.jar().writeTo(look.request().headers());
    }

    /// The request goes on as nobody's.
    private Verdict passAsNobody(Look look, String why) {
        LoginCookies cookies = config.cookies();
        look.jar()
                .remove(name ->
                        name.equals(cookies.access().name()) || name.equals(cookies.id().name()));
        hideFlow(look);
        look.request().headers().set(STATUS, "failed");
        look.request().headers().set(REASON, why);
        count(look.exchange(), "oauth_allow_failed_passthrough");
        return Verdict.CONTINUE;
    }

    /// Nobody is logged in.
    ///
    /// @param why a request is refused that is not to be redirected
    /// @param more that services are told where it may pass
    private Verdict nobody(Look look, String why, String more) {
        if (mayFail(look)) {
            return passAsNobody(
                    look,
                    why.replace(
                                    "redirecting to OAuth server is not allowed",
                                    "forwarding as unauthorized because OAuth failure is allowed")
                            + more);
        }
        return config.exempt().neverSentAway().test(look.request())
                ? unauthorized(look.exchange(), why, "")
                : sendAway(look);
    }

    private boolean mayFail(Look look) {
        return !config.places().callback().test(look.request().barePath().toString())
                && config.exempt().mayFail().test(look.request());
    }

    /// Sends the browser to the server.
    private Verdict sendAway(Look look) {
        RequestHead request = look.request();
        String origin =
                config.places()
                        .original()
                        .map(format -> line(format, look))
                        .orElseGet(() -> origin(request));
        Optional<WebUrl> original = WebUrl.of(origin + WebUrl.escaped(request.path()));
        Optional<WebUrl> redirect = WebUrl.of(line(config.places().redirect(), look));
        if (original.isEmpty() || redirect.isEmpty() || isElsewhere(original.get())) {
            return unauthorized(
                    look.exchange(),
                    "authority or original_request_uri failed domain allow-list validation",
                    "");
        }
        if (isElsewhere(redirect.get())) {
            return unauthorized(
                    look.exchange(), "redirect_uri failed domain allow-list validation", "");
        }
        String flow = look.seal().nonce();
        String token = look.seal().csrfToken(flow);
        String verifier = look.seal().verifier();
        LoginCookies cookies = config.cookies();
        var fields = new ArrayList<LocalReply.Field>();
        for (String name : List.of(cookies.nonce().of(flow), cookies.nonce().name())) {
            fields.add(
                    cookie(
                            cookies.set(
                                    cookies.nonce(),
                                    name,
                                    token,
                                    cookies.csrfLifetime().toSeconds())));
        }
        String sealed = look.seal().encrypt(verifier);
        for (String name : List.of(cookies.verifier().of(flow), cookies.verifier().name())) {
            fields.add(
                    cookie(
                            cookies.set(
                                    cookies.verifier(),
                                    name,
                                    sealed,
                                    cookies.verifierLifetime().toSeconds())));
        }
        String state = new LoginState(original.get().toString(), token, flow).encoded();
        fields.add(location(authorization(redirect.get().toString(), state, verifier)));
        count(look.exchange(), "oauth_unauthorized_rq");
        return redirect(look, "oauth.missing_credentials", fields);
    }

    private boolean isElsewhere(WebUrl url) {
        return !config.places().allowed().isEmpty() && !url.isAtOneOf(config.places().allowed());
    }

    /// Where the server asks who somebody is, with all that it must know (RFC 6749, 4.1.1).
    private String authorization(String redirect, String state, String verifier) {
        String endpoint = config.server().authorization();
        int question = endpoint.indexOf('?');
        var query = new TreeMap<String, String>();
        if (question >= 0) {
            for (String parameter : endpoint.substring(question + 1).split("&", -1)) {
                int equals = parameter.indexOf('=');
                query.put(
                        equals < 0 ? parameter : parameter.substring(0, equals),
                        equals < 0 ? "" : parameter.substring(equals + 1));
            }
        }
        query.put("client_id", WebUrl.encoded(config.client().id()));
        query.put("response_type", "code");
        query.put("scope", WebUrl.encoded(String.join(" ", config.client().scopes())));
        query.put("state", state);
        query.put("redirect_uri", WebUrl.encoded(redirect));
        query.put("code_challenge", Seal.challenge(verifier));
        query.put("code_challenge_method", "S256");
        var url = new StringBuilder(question < 0 ? endpoint : endpoint.substring(0, question));
        char before = '?';
        for (var parameter : query.entrySet()) {
            url.append(before).append(parameter.getKey()).append('=').append(parameter.getValue());
            before = '&';
        }
        for (String resource : config.client().resources()) {
            url.append("&resource=").append(WebUrl.encoded(resource));
        }
        return url.toString();
    }

    /// Somebody comes back who is logged in already: another page was faster.
    private Verdict alreadyIn(Look look) {
        Return back = back(look);
        if (!back.why().isEmpty()) {
            return unauthorized(look.exchange(), back.why(), back.flow());
        }
        WebUrl url = WebUrl.of(back.url()).orElseThrow();
        if (config.places().callback().test(url.path())) {
            return unauthorized(
                    look.exchange(),
                    "State url query params matches the redirect path matcher",
                    back.flow());
        }
        var fields = forgetFlow(back.flow());
        fields.add(location(back.url()));
        return redirect(look, "oauth.race_redirect", fields);
    }

    /// Somebody comes back with a code.
    private Verdict comeBack(Look look) {
        Return back = back(look);
        if (!back.why().isEmpty()) {
            return unauthorized(look.exchange(), back.why(), back.flow());
        }
        String sealed = inFlow(config.cookies().verifier(), back.flow(), look.jar());
        if (sealed.isEmpty()) {
            return unauthorized(
                    look.exchange(), "Code verifier cookie is missing in the request", back.flow());
        }
        Optional<String> verifier =
                look.seal().decrypt(sealed).filter(text -> text.matches(VERIFIER));
        return verifier.isEmpty()
                ? unauthorized(look.exchange(), "Failed to decrypt code verifier", back.flow())
                : ask(
                        look,
                        TokenRequest.ofCode(
                                context,
                                config,
                                back.code(),
                                line(config.places().redirect(), look),
                                verifier.get(),
                                answered(look.exchange(), answer -> loggedIn(look, back, answer))));
    }

    private Return back(Look look) {
        String path = look.request().path();
        String state = Query.raw(path, "state");
        if (Query.raw(path, "error") != null) {
            String flow = state == null ? "" : of(state, look).flow();
            return new Return("OAuth server returned an error", flow, "", "");
        }
        String code = Query.raw(path, "code");
        if (code == null || state == null) {
            return new Return("Code or state query param does not exist", "", "", "");
        }
        Return read = of(state, look);
        return new Return(read.why(), read.flow(), read.url(), code);
    }

    /// Reads a state, of which nothing is believed before the token is: by it an attacker could log
    /// somebody in as himself (RFC 6819, 5.3.5).
    private Return of(String encoded, Look look) {
        Optional<LoginState> read = LoginState.of(encoded);
        if (read.isEmpty()) {
            return new Return(
                    "State query param is not a valid JSON with url and CSRF token", "", "", "");
        }
        LoginState state = read.get();
        String flow = state.flow().matches(FLOW) ? state.flow() : "";
        String kept = inFlow(config.cookies().nonce(), flow, look.jar());
        boolean isBelieved =
                !kept.isEmpty()
                        && Seal.isSame(kept, state.csrfToken())
                        && look.seal().isCsrfToken(state.csrfToken());
        if (!isBelieved) {
            return new Return("CSRF token validation failed", "", "", "");
        }
        Optional<WebUrl> url = WebUrl.of(state.url());
        if (url.isEmpty()) {
            return new Return("State url can not be initialized", flow, "", "");
        }
        return isOurs(url.get(), look)
                ? new Return("", flow, state.url(), "")
                : new Return("State url host is not in the allowed redirect domains", flow, "", "");
    }

    /// Whether a browser may be sent there: where nobody says to which hosts, they are those that
    /// have the cookies.
    private boolean isOurs(WebUrl url, Look look) {
        if (!config.places().allowed().isEmpty()) {
            return url.isAtOneOf(config.places().allowed());
        }
        String domain = config.cookies().domain();
        String bare = domain.startsWith(".") ? domain.substring(1) : domain;
        var hosts = new ArrayList<String>();
        WebUrl.of(origin(look.request())).ifPresent(own -> hosts.add(own.host()));
        if (!bare.isEmpty()) {
            hosts.add(bare);
            hosts.add("*." + bare);
        }
        config.places()
                .original()
                .flatMap(format -> WebUrl.of(line(format, look)))
                .ifPresent(original -> hosts.add(original.host()));
        return url.isAtOneOf(hosts);
    }

    /// The cookie of one attempt, or the one that older Envoys make.
    private static String inFlow(Kind kind, String flow, CookieJar jar) {
        String own = flow.isEmpty() ? "" : jar.get(kind.of(flow));
        return own.isEmpty() ? jar.get(kind.name()) : own;
    }

    private Verdict ask(Look look, TokenRequest question) {
        isStarting = true;
        asked = question;
        question.start(look.secret());
        isStarting = false;
        Verdict said = early;
        early = null;
        return said == null ? Verdict.AWAIT : said;
    }

    /// Who is told the answer of the server.
    private Consumer<TokenAnswer> answered(Exchange exchange, Decision decision) {
        return answer -> {
            asked = null;
            Verdict verdict = decision.of(answer);
            if (isStarting) {
                early = verdict;
                return;
            }
            switch (verdict) {
                case Verdict.Continue _ -> exchange.resume();
                case Verdict.Await _ -> {}
                case Verdict.Reply(LocalReply reply, var asGrpc) -> exchange.reply(reply, asGrpc);
            }
        };
    }

    /// What follows from an answer.
    private interface Decision {
        Verdict of(TokenAnswer answer);
    }

    private Verdict loggedIn(Look look, Return back, TokenAnswer answer) {
        return switch (answer) {
            case TokenAnswer.None(String why, _) -> unauthorized(look.exchange(), why, back.flow());
            case TokenAnswer.Tokens tokens -> {
                var fields = new ArrayList<LocalReply.Field>();
                keep(look, tokens, kept(tokens)).forEach(it -> fields.add(cookie(it)));
                fields.addAll(forgetFlow(back.flow()));
                fields.add(location(back.url()));
                count(look.exchange(), "oauth_success");
                yield redirect(look, "oauth.logged_in", fields);
            }
        };
    }

    private Verdict refreshed(Look look, TokenAnswer answer) {
        return switch (answer) {
            case TokenAnswer.None(_, boolean isRefusal) when isRefusal -> {
                count(look.exchange(), "oauth_refreshtoken_failure");
                yield nobody(
                        look,
                        "Failed to refresh the access token, and redirecting to OAuth server is not"
                                + " allowed",
                        "");
            }
            case TokenAnswer.None(String why, _) ->
                    mayFail(look)
                            ? passAsNobody(look, why)
                            : unauthorized(look.exchange(), why, "");
            case TokenAnswer.Tokens tokens -> {
                TokenAnswer.Tokens kept = kept(tokens);
                // A server that gives no new refresh token means the old one.
                String refresh = kept.refresh().isEmpty() ? look.shown().refresh() : kept.refresh();
                var all = new TokenAnswer.Tokens(kept.access(), kept.id(), refresh, kept.seconds());
                toClient = keep(look, tokens, all);
                LoginCookies cookies = config.cookies();
                if (!all.access().isEmpty()) {
                    look.jar().put(cookies.access().name(), all.access());
                }
                if (!all.id().isEmpty()) {
                    look.jar().put(cookies.id().name(), all.id());
                }
                count(look.exchange(), "oauth_refreshtoken_success");
                count(look.exchange(), "oauth_success");
                yield pass(look, all.access(), all.id());
            }
        };
    }

    /// The tokens that browsers are given; the others are as if there were none.
    private TokenAnswer.Tokens kept(TokenAnswer.Tokens tokens) {
        OAuth2Config.Keeps keeps = config.tokens().keeps();
        return new TokenAnswer.Tokens(
                keeps.access() ? tokens.access() : "",
                keeps.id() ? tokens.id() : "",
                keeps.refresh() && config.tokens().refreshes() ? tokens.refresh() : "",
                tokens.seconds());
    }

    /// The cookies that are a login.
    ///
    /// @param tokens as the server gave them
    /// @param kept of those what the browser keeps
    private List<String> keep(Look look, TokenAnswer.Tokens tokens, TokenAnswer.Tokens kept) {
        LoginCookies cookies = config.cookies();
        long now = nowSeconds(look.exchange());
        long seconds = tokens.seconds();
        var login =
                new Seal.Login(
                        look.shown().domain(),
                        Long.toString(now + seconds),
                        kept.access(),
                        kept.id(),
                        kept.refresh());
        long idSeconds =
                config.tokens().idLivesAsAccess() ? seconds : left(tokens.id(), now, seconds);
        long refreshSeconds =
                config.tokens().refreshes()
                        ? left(tokens.refresh(), now, config.tokens().refreshLifetime().toSeconds())
                        : seconds;
        var all = new ArrayList<String>();
        all.add(
                cookies.set(
                        cookies.hmac(), cookies.hmac().name(), look.seal().sign(login), seconds));
        all.add(cookies.set(cookies.expires(), cookies.expires().name(), login.expires(), seconds));
        keep(look, cookies.access(), login.access(), seconds, all);
        keep(look, cookies.id(), login.id(), idSeconds, all);
        keep(look, cookies.refresh(), login.refresh(), refreshSeconds, all);
        return all;
    }

    private void keep(Look look, Kind kind, String token, long seconds, List<String> all) {
        if (!token.isEmpty()) {
            String value = config.tokens().keeps().encrypted() ? look.seal().encrypt(token) : token;
            all.add(config.cookies().set(kind, kind.name(), value, seconds));
        } else if (!look.jar().get(kind.name()).isEmpty()) {
            all.add(config.cookies().delete(kind, kind.name()));
        }
    }

    /// For how many seconds a token is good, where it says it.
    private static long left(String token, long now, long otherwise) {
        return Token.read(token) instanceof Token.Read.Good(Token good) && good.expires() > 0
                ? (long) Math.clamp(good.expires() - now, 0, TokenAnswer.MOST_SECONDS)
                : otherwise;
    }

    /// Somebody logs out, whoever it is.
    private Verdict signOut(Look look) {
        LoginCookies cookies = config.cookies();
        var fields = new ArrayList<LocalReply.Field>();
        for (Kind kind :
                List.of(
                        cookies.hmac(),
                        cookies.access(),
                        cookies.id(),
                        cookies.refresh(),
                        cookies.expires())) {
            fields.add(cookie(cookies.delete(kind, kind.name())));
        }
        for (String name : look.jar().names()) {
            if (!HeaderName.isToken(name)) {
                continue;
            }
            if (cookies.nonce().isNamed(name)) {
                fields.add(cookie(cookies.delete(cookies.nonce(), name)));
            } else if (cookies.verifier().isNamed(name)) {
                fields.add(cookie(cookies.delete(cookies.verifier(), name)));
            }
        }
        fields.add(location(signedOut(look)));
        return redirect(look, "oauth.sign_out", fields);
    }

    private String signedOut(Look look) {
        String here = origin(look.request()) + "/";
        String end = config.server().endSession();
        if (end.isEmpty()) {
            return here;
        }
        String url =
                end
                        + (end.indexOf('?') < 0 ? '?' : '&')
                        + "id_token_hint="
                        + WebUrl.encoded(look.shown().id())
                        + "&client_id="
                        + WebUrl.encoded(config.client().id());
        return config.places().tellsAfterSignOut()
                ? url
                        + "&post_logout_redirect_uri="
                        + WebUrl.encoded(
                                config.places()
                                        .afterSignOut()
                                        .map(format -> line(format, look))
                                        .orElse(here))
                : url;
    }

    private static String origin(RequestHead request) {
        return (request.scheme().equals("http") ? "http://" : "https://") + request.authority();
    }

    private static String line(AccessLogFormat format, Look look) {
        return format.line(new ExchangeRecord(look.request(), null, look.exchange().info()));
    }

    private List<LocalReply.Field> forgetFlow(String flow) {
        var fields = new ArrayList<LocalReply.Field>();
        for (Kind kind : List.of(config.cookies().nonce(), config.cookies().verifier())) {
            if (!flow.isEmpty()) {
                fields.add(cookie(config.cookies().delete(kind, kind.of(flow))));
            }
            fields.add(cookie(config.cookies().delete(kind, kind.name())));
        }
        return fields;
    }

    private static LocalReply.Field cookie(String text) {
        return new LocalReply.Field(SET_COOKIE, text);
    }

    private static LocalReply.Field location(String url) {
        return new LocalReply.Field(HeaderName.LOCATION, url);
    }

    /// Even a caller of gRPC is sent away in HTTP.
    private static Verdict redirect(Look look, String details, List<LocalReply.Field> fields) {
        look.exchange().answerInHttp();
        return reply(302, details, "", fields);
    }

    /// @param flow whose cookies are of no use any longer; empty for none
    private Verdict unauthorized(Exchange exchange, String why, String flow) {
        count(exchange, "oauth_failure");
        return reply(401, why, FAILED, flow.isEmpty() ? List.of() : forgetFlow(flow));
    }

    private static Verdict reply(
            int status, String why, String body, List<LocalReply.Field> fields) {
        return new Verdict.Reply(
                LocalReply.configured(status, why.replace(' ', '_'), body, fields));
    }

    private void count(Exchange exchange, String stat) {
        exchange.stats().count(config.statPrefix() + stat);
    }

    @Override
    public void onResponse(Exchange exchange, ResponseHead response) {
        toClient.forEach(text -> response.headers().add(SET_COOKIE, text));
        toClient = List.of();
    }

    @Override
    public void onComplete(Exchange exchange) {
        if (asked != null) {
            asked.cancel();
            asked = null;
        }
    }
}
