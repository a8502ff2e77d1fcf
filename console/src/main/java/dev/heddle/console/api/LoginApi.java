package dev.heddle.console.api;

import dev.heddle.control.access.Accounts;
import dev.heddle.control.access.oidc.Doors;
import dev.heddle.control.access.oidc.LoginRefused;
import dev.heddle.control.access.oidc.ProviderLogins;
import dev.heddle.model.tree.Node;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Signing in at a provider of OpenID Connect, and signing out. The page does both ends of it, so
/// no cookie is set, and nothing but a POST that no page of others can send changes anything.
final class LoginApi {
    private static final Logger LOG = LoggerFactory.getLogger(LoginApi.class);

    private final Accounts accounts;
    private final Optional<ProviderLogins> provider;

    LoginApi(Doors doors) {
        this.accounts = doors.accounts();
        this.provider = doors.provider();
    }

    /// @param to where the page goes afterwards; empty for its start
    /// @param redirect where a program of the same machine waits; empty for the page
    public record Wish(String to, String redirect) {}

    /// What a machine without a browser begins with: nothing.
    public record DeviceWish() {}

    /// Which login a machine without a browser waits for.
    public record DeviceReturn(String state, String secret) {
        /// Secrets are for nobody to read.
        @Override
        public String toString() {
            return "DeviceReturn";
        }
    }

    /// @param v1 what paths begin with
    List<Route> routes(String v1) {
        return List.of(
                new Route(
                        "GET",
                        v1 + "/login",
                        "the provider at which one can sign in, too",
                        Map.of(),
                        new Rule.Open("who signs in is led there anyway"),
                        _ -> ways()),
                new Route(
                        "POST",
                        v1 + "/login/begin",
                        "where to go to sign in at the provider: {to}, a path of the page, or"
                                + " {redirect}, a port of the loopback interface",
                        Map.of(),
                        new Rule.Open("it begins what only the provider can end"),
                        this::begin),
                new Route(
                        "POST",
                        v1 + "/login/end",
                        "a token for what the provider sent back: {state, secret, code} or {state,"
                                + " secret, error, description}",
                        Map.of(),
                        new Rule.Open("it is where the provider proves who somebody is"),
                        this::end),
                new Route(
                        "POST",
                        v1 + "/login/device",
                        "a code to type at the provider, for a machine without a browser: {}",
                        Map.of(),
                        new Rule.Open("it begins what only the provider can end"),
                        this::beginDevice),
                new Route(
                        "POST",
                        v1 + "/login/device/end",
                        "a token once somebody typed the code, else how many seconds to wait:"
                                + " {state, secret}",
                        Map.of(),
                        new Rule.Open("it is where the provider proves who somebody is"),
                        this::endDevice),
                new Route(
                        "POST",
                        v1 + "/logout",
                        "ends the token that this is asked with, and says where to sign out, too",
                        Map.of(),
                        new Rule.Anybody(),
                        this::leave));
    }

    private ApiResponse ways() {
        String name =
                provider.map(it -> URI.create(it.provider().issuer()).getAuthority()).orElse("");
        return ApiResponse.json(200, Node.Mapping.EMPTY.with("provider", name));
    }

    /// Does something with a provider, which may refuse it.
    private interface Work<T> {
        ApiResponse with(ProviderLogins logins, T said) throws LoginRefused, IOException;
    }

    private <T> ApiResponse doing(Call call, Class<T> type, Work<T> work) {
        try {
            T said = JsonBody.of(call, type);
            return provider.isPresent() ? work.with(provider.get(), said) : none();
        } catch (IllegalArgumentException e) {
            return JsonBody.refused(e);
        } catch (LoginRefused e) {
            LOG.info("a login by the provider is refused: {}", e.what());
            return refused(e);
        } catch (IOException e) {
            return AccountsApi.unkept(e);
        }
    }

    private static ApiResponse none() {
        return ApiResponse.error(
                404,
                "nobody signs in at a provider here",
                "path",
                "'heddle control --oidc-issuer' names one; POST /api/v1/login takes passwords");
    }

    private static ApiResponse refused(LoginRefused why) {
        int status =
                switch (why.why()) {
                    case AWAY -> 502;
                    case DENIED, STALE, TOKEN -> 401;
                    case NAME, ROLE -> 403;
                    case OFTEN -> 429;
                    case ADDRESS -> 400;
                };
        return ApiResponse.json(
                status,
                ApiResponse.errorBody(why.what(), "body", why.next())
                        .with("reason", why.why().name().toLowerCase(Locale.ROOT)));
    }

    private ApiResponse begin(Call call) {
        return doing(
                call,
                Wish.class,
                (logins, wish) -> {
                    ProviderLogins.Start start =
                            wish.redirect().isEmpty()
                                    ? logins.begin(
                                            wish.to().isEmpty() ? "/" : wish.to(),
                                            call.request().header("origin"),
                                            call.caller().from())
                                    : logins.beginHere(wish.redirect(), call.caller().from());
                    return ApiResponse.json(
                            200,
                            Node.Mapping.EMPTY
                                    .with("url", start.place().toString())
                                    .with("state", start.state())
                                    .with("secret", start.secret()));
                });
    }

    private ApiResponse end(Call call) {
        return doing(
                call,
                ProviderLogins.Return.class,
                (logins, said) -> {
                    return done(logins.end(said, call.caller().from()));
                });
    }

    private static ApiResponse done(ProviderLogins.Done done) {
        return ApiResponse.json(
                200,
                Node.Mapping.EMPTY
                        .with("token", done.token())
                        .with("user", done.user())
                        .with("seconds", done.life().toSeconds())
                        .with("to", done.to()));
    }

    private ApiResponse beginDevice(Call call) {
        return doing(
                call,
                DeviceWish.class,
                (logins, _) -> {
                    ProviderLogins.DeviceStart start = logins.beginDevice(call.caller().from());
                    return ApiResponse.json(
                            200,
                            Node.Mapping.EMPTY
                                    .with("code", start.code())
                                    .with("place", start.place().toString())
                                    .with(
                                            "placeWithCode",
                                            start.whole().map(URI::toString).orElse(""))
                                    .with("state", start.state())
                                    .with("secret", start.secret())
                                    .with("interval", start.interval().toSeconds())
                                    .with("seconds", start.life().toSeconds()));
                });
    }

    private ApiResponse endDevice(Call call) {
        return doing(
                call,
                DeviceReturn.class,
                (logins, said) ->
                        switch (logins.endDevice(
                                said.state(), said.secret(), call.caller().from())) {
                            case ProviderLogins.DeviceEnd.Waiting(var next) ->
                                    ApiResponse.json(
                                            200,
                                            Node.Mapping.EMPTY.with("waiting", next.toSeconds()));
                            case ProviderLogins.DeviceEnd.Signed(var done) -> done(done);
                        });
    }

    private ApiResponse leave(Call call) {
        String token = call.caller().token();
        try {
            accounts.revoke(token);
        } catch (IOException e) {
            return AccountsApi.unkept(e);
        }
        String next = provider.flatMap(it -> it.leave(token)).map(URI::toString).orElse("");
        return ApiResponse.json(200, Node.Mapping.EMPTY.with("url", next));
    }
}
