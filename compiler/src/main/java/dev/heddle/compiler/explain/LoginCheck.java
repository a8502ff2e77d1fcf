package dev.heddle.compiler.explain;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.heddle.compiler.explain.Explanation.Reply;
import dev.heddle.compiler.ir.Guards;
import dev.heddle.compiler.ir.HttpFeature;
import dev.heddle.compiler.ir.HttpFeature.ApiKeyAuth;
import dev.heddle.compiler.ir.HttpFeature.BasicAuth;
import dev.heddle.compiler.ir.HttpFeature.KeyPlace;
import dev.heddle.compiler.ir.Logins;
import dev.heddle.compiler.ir.OidcLogin;
import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.ir.RouteConfiguration;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// What becomes of a request because of who it says it is from.
///
/// @param passes whether what follows sees it; else its route has the answer
/// @param request as it goes on
record LoginCheck(boolean passes, Request request) {
    private static final String SCHEME = "Basic ";
    private static final String BEARER = "Bearer ";

    /// Looks at what the request's route asks for.
    ///
    /// @param tokens looked at before
    static LoginCheck of(Guards guards, RouteConfiguration table, TokenCheck tokens) {
        Request request = tokens.request();
        Optional<Route> route =
                HostMatch.find(table, request.authority()).stream()
                        .flatMap(host -> host.routes().stream())
                        .filter(it ->
                                RequestMatch.mismatch(it.match(), request, tokens.claims())
                                        .isEmpty())
                        .findFirst();
        if (guards.logins().equals(Logins.NONE) || route.isEmpty()) {
            return new LoginCheck(true, request);
        }
        boolean isAnswered =
                FeatureReplies.preflight(route.get(), request).isPresent()
                        || refusal(route.get(), request).isPresent();
        return new LoginCheck(!isAnswered, isAnswered ? request : told(route.get(), request));
    }

    /// The request with what services are told of who it is from.
    private static Request told(Route route, Request request) {
        var headers = new LinkedHashMap<>(request.headers());
        for (HttpFeature feature : route.features()) {
            if (feature instanceof ApiKeyAuth keys && !keys.clientHeader().isEmpty()) {
                headers.put(
                        keys.clientHeader().toLowerCase(Locale.ROOT),
                        client(keys, request).orElse(""));
            }
            if (feature instanceof BasicAuth basic && !basic.userHeader().isEmpty()) {
                headers.put(
                        basic.userHeader().toLowerCase(Locale.ROOT),
                        pair(request).map(pair -> pair.substring(0, pair.indexOf(':'))).orElse(""));
            }
        }
        return request.with(headers);
    }

    /// The answer to a request that does not show what its route asks for; empty where it does.
    static Optional<Reply> refusal(Route route, Request request) {
        for (HttpFeature feature : route.features()) {
            Optional<Reply> refusal =
                    switch (feature) {
                        case BasicAuth basic -> basic(basic, request);
                        case ApiKeyAuth keys -> keys(keys, request);
                        case HttpFeature.Oidc oidc -> login(oidc, request);
                        case HttpFeature.Fault _,
                                HttpFeature.Cors _,
                                HttpFeature.ExtAuthz _,
                                HttpFeature.RateLimit _,
                                HttpFeature.StatefulSession _ ->
                                Optional.empty();
                    };
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return Optional.empty();
    }

    private static Optional<Reply> basic(BasicAuth basic, Request request) {
        Optional<String> pair = pair(request);
        if (pair.isPresent() && isRight(basic, pair.get())) {
            return Optional.empty();
        }
        return Optional.of(
                new Reply(
                        401,
                        "",
                        (pair.isPresent()
                                        ? "the name or the password is wrong"
                                        : "there is no name and password in header authorization")
                                + ", which "
                                + basic.origin()
                                + " asks for"));
    }

    /// Whether somebody is logged in only proxies can tell, who have the key; so what has no cookie
    /// of a login is sent away, and what has one is taken to be good.
    private static Optional<Reply> login(HttpFeature.Oidc oidc, Request request) {
        OidcLogin login = oidc.login();
        String cookies = request.header("cookie").orElse("");
        boolean isShown = cookies.contains("OauthHMAC-" + login.cookies().suffix() + "=");
        boolean isPassed =
                login.passesBearer()
                        && request.header("authorization")
                                .filter(it -> it.startsWith(BEARER))
                                .isPresent();
        String path = request.path();
        String bare = path.indexOf('?') < 0 ? path : path.substring(0, path.indexOf('?'));
        if (bare.equals(login.places().logout())) {
            return Optional.of(
                    new Reply(302, "", "that path logs out, as " + oidc.origin() + " has it"));
        }
        if (bare.equals(login.places().callback())) {
            return Optional.of(
                    new Reply(
                            302,
                            "",
                            "the provider sends browsers back there, as "
                                    + oidc.origin()
                                    + " has it; 401 without a code"));
        }
        if (isShown || isPassed) {
            return Optional.empty();
        }
        boolean isDenied =
                login.denied().stream()
                        .anyMatch(it ->
                                request.header(it.name())
                                        .filter(value -> RequestMatch.value(it.value(), value))
                                        .isPresent());
        return Optional.of(
                new Reply(
                        isDenied ? 401 : 302,
                        "",
                        "nobody is logged in at "
                                + login.provider().issuer()
                                + ", which "
                                + oidc.origin()
                                + " asks for"));
    }

    private static Optional<Reply> keys(ApiKeyAuth said, Request request) {
        Optional<String> key = key(said, request);
        return client(said, request).isPresent()
                ? Optional.empty()
                : Optional.of(
                        new Reply(
                                401,
                                "",
                                (key.isPresent() ? "no client has that key" : "there is no key")
                                        + ", which "
                                        + said.origin()
                                        + " asks for"));
    }

    private static Optional<String> client(ApiKeyAuth said, Request request) {
        return key(said, request).map(key -> said.keys().clients().get(key));
    }

    private static Optional<String> key(ApiKeyAuth said, Request request) {
        return said.from().stream()
                .flatMap(place -> found(place, request).stream())
                .filter(key -> !key.isEmpty())
                .findFirst();
    }

    private static Optional<String> found(KeyPlace place, Request request) {
        return switch (place) {
            case KeyPlace.Header(String name) ->
                    request.header(name.toLowerCase(Locale.ROOT))
                            .map(said -> said.startsWith(BEARER) ? said.substring(7) : said);
            case KeyPlace.Parameter(String name) -> request.queryParameter(name);
            case KeyPlace.Cookie(String name) ->
                    request.header("cookie").stream()
                            .flatMap(said -> Stream.of(said.split(";")))
                            .map(String::strip)
                            .filter(cookie -> cookie.startsWith(name + "="))
                            .map(cookie -> cookie.substring(name.length() + 1))
                            .findFirst();
        };
    }

    /// The name and the password, as in `ann:secret`.
    private static Optional<String> pair(Request request) {
        String said = request.header("authorization").orElse("");
        try {
            return said.startsWith(SCHEME)
                    ? Optional.of(
                                    new String(
                                            Base64.getDecoder()
                                                    .decode(said.substring(SCHEME.length())),
                                            UTF_8))
                            .filter(pair -> pair.contains(":"))
                    : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static boolean isRight(BasicAuth basic, String pair) {
        int colon = pair.indexOf(':');
        try {
            byte[] sha1 =
                    MessageDigest.getInstance("SHA-1")
                            .digest(pair.substring(colon + 1).getBytes(UTF_8));
            String line =
                    pair.substring(0, colon) + ":{SHA}" + Base64.getEncoder().encodeToString(sha1);
            return basic.users().htpasswd().lines().anyMatch(line::equals);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}
