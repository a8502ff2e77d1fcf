package dev.heddle.compiler.xds;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Duration;
import dev.heddle.compiler.ir.OidcLogin;
import io.envoyproxy.envoy.config.core.v3.HttpUri;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.extensions.filters.http.oauth2.v3.CookieConfig;
import io.envoyproxy.envoy.extensions.filters.http.oauth2.v3.CookieConfigs;
import io.envoyproxy.envoy.extensions.filters.http.oauth2.v3.OAuth2Config;
import io.envoyproxy.envoy.extensions.filters.http.oauth2.v3.OAuth2Credentials;
import io.envoyproxy.envoy.extensions.filters.http.oauth2.v3.OAuth2PerRoute;
import io.envoyproxy.envoy.extensions.filters.http.oauth2.v3.OAuth2TokenForwarding;
import io.envoyproxy.envoy.type.matcher.v3.PathMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;

/// Emits where people log in.
final class OidcEmitter {
    static final String FILTER = "envoy.filters.http.oauth2";

    /// As Envoy Gateway has it.
    private static final Duration TIMEOUT = Duration.newBuilder().setSeconds(10).build();

    private OidcEmitter() {}

    static void emit(OidcLogin login, Route.Builder out) {
        OidcLogin.Provider provider = login.provider();
        OidcLogin.Client client = login.client();
        OidcLogin.Tokens tokens = login.tokens();
        OAuth2Config.Builder config =
                OAuth2Config.newBuilder()
                        .setTokenEndpoint(
                                HttpUri.newBuilder()
                                        .setUri(provider.token())
                                        .setCluster(provider.cluster())
                                        .setTimeout(TIMEOUT))
                        .setAuthorizationEndpoint(provider.authorization())
                        .setEndSessionEndpoint(provider.endSession())
                        .setCredentials(credentials(login))
                        .setRedirectUri(login.places().redirect())
                        .setRedirectPathMatcher(path(login.places().callback()))
                        .setSignoutPath(path(login.places().logout()))
                        .addAllAllowedRedirectDomains(login.places().hosts())
                        .setForwardBearerToken(tokens.forwardsAccess())
                        .addAllAuthScopes(client.scopes())
                        .addAllResources(client.resources())
                        .setAuthType(
                                client.isInBody()
                                        ? OAuth2Config.AuthType.URL_ENCODED_BODY
                                        : OAuth2Config.AuthType.BASIC_AUTH)
                        .setUseRefreshToken(BoolValue.of(tokens.refreshes()))
                        .setDisableTokenEncryption(!tokens.areEncrypted());
        if (!tokens.idHeader().isEmpty()) {
            config.setForwardIdToken(
                    OAuth2TokenForwarding.newBuilder().setHeader(tokens.idHeader()));
        }
        tokens.lifetime().ifPresent(it -> config.setDefaultExpiresIn(Protos.duration(it)));
        tokens.refreshLifetime()
                .ifPresent(it -> config.setDefaultRefreshTokenExpiresIn(Protos.duration(it)));
        tokens.loginTime()
                .ifPresent(it ->
                        config.setCsrfTokenExpiresIn(Protos.duration(it))
                                .setCodeVerifierTokenExpiresIn(Protos.duration(it)));
        login.denied().forEach(it -> config.addDenyRedirectMatcher(MatchEmitter.header(it)));
        if (login.passesBearer()) {
            config.addPassThroughMatcher(
                    HeaderMatcher.newBuilder()
                            .setName("authorization")
                            .setStringMatch(StringMatcher.newBuilder().setPrefix("Bearer ")));
        }
        login.cookies().sameSite().ifPresent(it -> config.setCookieConfigs(cookies(it)));
        out.putTypedPerFilterConfig(
                FILTER, Protos.pack(OAuth2PerRoute.newBuilder().setConfig(config).build()));
    }

    private static OAuth2Credentials.Builder credentials(OidcLogin login) {
        OidcLogin.Cookies cookies = login.cookies();
        String suffix = "-" + cookies.suffix();
        return OAuth2Credentials.newBuilder()
                .setClientId(login.client().id())
                .setTokenSecret(TlsEmitter.words(login.client().secret()))
                .setHmacSecret(TlsEmitter.words(login.client().seal()))
                .setCookieDomain(cookies.domain())
                .setCookieNames(
                        OAuth2Credentials.CookieNames.newBuilder()
                                .setBearerToken(
                                        cookies.access().isEmpty()
                                                ? "AccessToken" + suffix
                                                : cookies.access())
                                .setIdToken(
                                        cookies.id().isEmpty() ? "IdToken" + suffix : cookies.id())
                                .setRefreshToken("RefreshToken" + suffix)
                                .setOauthHmac("OauthHMAC" + suffix)
                                .setOauthExpires("OauthExpires" + suffix)
                                .setOauthNonce("OauthNonce" + suffix)
                                .setCodeVerifier("CodeVerifier" + suffix));
    }

    /// The provider's page leads back here, so what proves who went there is never kept from it.
    private static CookieConfigs cookies(OidcLogin.SameSite said) {
        CookieConfig kept = cookie(said);
        CookieConfig flow =
                cookie(said == OidcLogin.SameSite.STRICT ? OidcLogin.SameSite.LAX : said);
        return CookieConfigs.newBuilder()
                .setBearerTokenCookieConfig(kept)
                .setOauthHmacCookieConfig(kept)
                .setOauthExpiresCookieConfig(kept)
                .setIdTokenCookieConfig(kept)
                .setRefreshTokenCookieConfig(kept)
                .setOauthNonceCookieConfig(flow)
                .setCodeVerifierCookieConfig(flow)
                .build();
    }

    private static CookieConfig cookie(OidcLogin.SameSite said) {
        return CookieConfig.newBuilder()
                .setSameSite(
                        switch (said) {
                            case STRICT -> CookieConfig.SameSite.STRICT;
                            case LAX -> CookieConfig.SameSite.LAX;
                            case NONE -> CookieConfig.SameSite.NONE;
                        })
                .build();
    }

    private static PathMatcher path(String path) {
        return PathMatcher.newBuilder().setPath(StringMatcher.newBuilder().setExact(path)).build();
    }
}
