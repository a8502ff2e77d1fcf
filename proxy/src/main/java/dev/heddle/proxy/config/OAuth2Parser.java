package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.filter.oauth2.LoginCookies;
import dev.heddle.proxy.filter.oauth2.OAuth2Config;
import dev.heddle.proxy.filter.oauth2.OAuth2Config.Client;
import dev.heddle.proxy.filter.oauth2.OAuth2Config.Exempt;
import dev.heddle.proxy.filter.oauth2.OAuth2Config.Keeps;
import dev.heddle.proxy.filter.oauth2.OAuth2Config.Places;
import dev.heddle.proxy.filter.oauth2.OAuth2Config.Server;
import dev.heddle.proxy.filter.oauth2.OAuth2Config.Shown;
import dev.heddle.proxy.filter.oauth2.OAuth2Config.Tokens;
import dev.heddle.proxy.filter.oauth2.WebUrl;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.tls.SecretRef;
import dev.heddle.telemetry.AccessLogFormat;
import envoy.config.core.v3.HttpUri;
import envoy.config.route.v3.HeaderMatcher;
import envoy.extensions.filters.http.oauth2.v3.CookieConfig;
import envoy.extensions.filters.http.oauth2.v3.OAuth2Credentials;
import envoy.type.matcher.v3.PathMatcher;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Reads where people log in (`envoy.extensions.filters.http.oauth2.v3.OAuth2Config`).
final class OAuth2Parser {
    private static final Duration FLOW_LIFETIME = Duration.ofMinutes(10);
    private static final Duration REFRESH_LIFETIME = Duration.ofDays(7);
    private static final String OPENID = "openid";
    private static final SecretRef NO_SECRET =
            new SecretRef("-", new SecretRef.Source.Bootstrap(), Duration.ZERO);

    private final Findings findings;

    OAuth2Parser(Findings findings) {
        this.findings = findings;
    }

    OAuth2Config read(String path, envoy.extensions.filters.http.oauth2.v3.OAuth2Config said) {
        findings.fields(
                path,
                said,
                Set.of(
                        "token_endpoint",
                        "authorization_endpoint",
                        "credentials",
                        "redirect_uri",
                        "redirect_path_matcher",
                        "signout_path",
                        "forward_bearer_token",
                        "pass_through_matcher",
                        "auth_scopes",
                        "resources",
                        "auth_type",
                        "use_refresh_token",
                        "default_expires_in",
                        "deny_redirect_matcher",
                        "default_refresh_token_expires_in",
                        "preserve_authorization_header",
                        "disable_id_token_set_cookie",
                        "disable_access_token_set_cookie",
                        "disable_refresh_token_set_cookie",
                        "cookie_configs",
                        "stat_prefix",
                        "end_session_endpoint",
                        "csrf_token_expires_in",
                        "code_verifier_token_expires_in",
                        "disable_token_encryption",
                        "allow_failed_matcher",
                        "original_request_uri",
                        "allowed_redirect_domains",
                        "use_access_token_expiry_for_id_token_cookie",
                        "forward_id_token",
                        "post_logout_redirect_uri"));
        return new OAuth2Config(
                server(path, said),
                client(path, said),
                places(path, said),
                new Exempt(
                        any(join(path, "pass_through_matcher"), said.getPassThroughMatcherList()),
                        any(join(path, "deny_redirect_matcher"), said.getDenyRedirectMatcherList()),
                        any(join(path, "allow_failed_matcher"), said.getAllowFailedMatcherList())),
                cookies(path, said),
                tokens(path, said),
                said.getStatPrefix());
    }

    private Server server(String path, envoy.extensions.filters.http.oauth2.v3.OAuth2Config said) {
        url(join(path, "authorization_endpoint"), said.getAuthorizationEndpoint());
        String end = said.getEndSessionEndpoint();
        if (!end.isEmpty()) {
            url(join(path, "end_session_endpoint"), end);
            if (!said.getAuthScopesList().contains(OPENID)) {
                findings.reject(
                        join(path, "end_session_endpoint"),
                        "'" + end + "' without OpenID (expected: auth_scopes with openid)");
            }
        }
        String at = join(path, "token_endpoint");
        HttpUri token = said.getTokenEndpoint();
        findings.fields(at, token, Set.of("uri", "cluster", "timeout"));
        url(join(at, "uri"), token.getUri());
        findings.required(join(at, "cluster"), token.getCluster());
        Duration timeout = findings.duration(join(at, "timeout"), token.getTimeout());
        if (timeout.isZero()) {
            findings.reject(join(at, "timeout"), "0s (expected: more)");
        }
        return new Server(
                said.getAuthorizationEndpoint(), token.getUri(), token.getCluster(), timeout, end);
    }

    private void url(String path, String text) {
        if (WebUrl.of(text).isEmpty()) {
            findings.reject(path, "'" + text + "' (expected: an absolute http or https URL)");
        }
    }

    private Client client(String path, envoy.extensions.filters.http.oauth2.v3.OAuth2Config said) {
        String at = join(path, "credentials");
        OAuth2Credentials credentials = said.getCredentials();
        findings.fields(
                at,
                credentials,
                Set.of(
                        "client_id",
                        "token_secret",
                        "hmac_secret",
                        "cookie_names",
                        "cookie_domain"));
        findings.required(join(at, "client_id"), credentials.getClientId());
        findings.headerValue(join(at, "client_id"), credentials.getClientId());
        Shown shown =
                switch (said.getAuthType()) {
                    case URL_ENCODED_BODY -> Shown.IN_BODY;
                    case BASIC_AUTH -> Shown.IN_HEADER;
                    case TLS_CLIENT_AUTH -> Shown.BY_CERTIFICATE;
                    case PRIVATE_KEY_JWT, UNRECOGNIZED -> {
                        findings.notImplemented(join(path, "auth_type"), said.getAuthType());
                        yield Shown.IN_HEADER;
                    }
                };
        var tls = new TlsParser(findings);
        Optional<SecretRef> secret =
                shown == Shown.BY_CERTIFICATE
                        ? Optional.empty()
                        : tls.ref(join(at, "token_secret"), credentials.getTokenSecret());
        return new Client(
                credentials.getClientId(),
                shown,
                secret,
                tls.ref(join(at, "hmac_secret"), credentials.getHmacSecret()).orElse(NO_SECRET),
                said.getAuthScopesList().isEmpty() ? List.of("user") : said.getAuthScopesList(),
                said.getResourcesList());
    }

    private Places places(String path, envoy.extensions.filters.http.oauth2.v3.OAuth2Config said) {
        findings.required(join(path, "redirect_uri"), said.getRedirectUri());
        String at = join(path, "post_logout_redirect_uri");
        var after = said.getPostLogoutRedirectUri();
        findings.fields(at, after, Set.of("disabled", "uri"));
        return new Places(
                format(join(path, "redirect_uri"), said.getRedirectUri()),
                path(join(path, "redirect_path_matcher"), said.getRedirectPathMatcher()),
                path(join(path, "signout_path"), said.getSignoutPath()),
                optional(join(path, "original_request_uri"), said.getOriginalRequestUri()),
                said.getAllowedRedirectDomainsList(),
                optional(join(at, "uri"), after.getUri()),
                !after.getDisabled());
    }

    private Optional<AccessLogFormat> optional(String path, String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(format(path, text));
    }

    private AccessLogFormat format(String path, String text) {
        return new HeaderEditParser(findings).format(path, text);
    }

    private Predicate<String> path(String path, PathMatcher matcher) {
        findings.fields(path, matcher, Set.of("path"));
        return new MatchParser(findings).text(join(path, "path"), matcher.getPath())::test;
    }

    private Predicate<RequestHead> any(String path, List<HeaderMatcher> matchers) {
        HeaderCondition[] conditions =
                HeaderCondition.all(new MatchParser(findings).headers(path, matchers));
        return request -> Stream.of(conditions).anyMatch(it -> it.test(request));
    }

    private LoginCookies cookies(
            String path, envoy.extensions.filters.http.oauth2.v3.OAuth2Config said) {
        String at = join(path, "credentials.cookie_names");
        OAuth2Credentials.CookieNames names = said.getCredentials().getCookieNames();
        findings.fields(
                at,
                names,
                Set.of(
                        "bearer_token",
                        "oauth_hmac",
                        "oauth_expires",
                        "id_token",
                        "refresh_token",
                        "oauth_nonce",
                        "code_verifier"));
        String configs = join(path, "cookie_configs");
        var of = said.getCookieConfigs();
        findings.fields(
                configs,
                of,
                Set.of(
                        "bearer_token_cookie_config",
                        "oauth_hmac_cookie_config",
                        "oauth_expires_cookie_config",
                        "id_token_cookie_config",
                        "refresh_token_cookie_config",
                        "oauth_nonce_cookie_config",
                        "code_verifier_cookie_config"));
        String domain = said.getCredentials().getCookieDomain();
        attribute(join(path, "credentials.cookie_domain"), domain);
        return new LoginCookies(
                kind(
                        join(at, "bearer_token"),
                        names.getBearerToken(),
                        "BearerToken",
                        join(configs, "bearer_token_cookie_config"),
                        of.getBearerTokenCookieConfig()),
                kind(
                        join(at, "id_token"),
                        names.getIdToken(),
                        "IdToken",
                        join(configs, "id_token_cookie_config"),
                        of.getIdTokenCookieConfig()),
                kind(
                        join(at, "refresh_token"),
                        names.getRefreshToken(),
                        "RefreshToken",
                        join(configs, "refresh_token_cookie_config"),
                        of.getRefreshTokenCookieConfig()),
                kind(
                        join(at, "oauth_hmac"),
                        names.getOauthHmac(),
                        "OauthHMAC",
                        join(configs, "oauth_hmac_cookie_config"),
                        of.getOauthHmacCookieConfig()),
                kind(
                        join(at, "oauth_expires"),
                        names.getOauthExpires(),
                        "OauthExpires",
                        join(configs, "oauth_expires_cookie_config"),
                        of.getOauthExpiresCookieConfig()),
                kind(
                        join(at, "oauth_nonce"),
                        names.getOauthNonce(),
                        "OauthNonce",
                        join(configs, "oauth_nonce_cookie_config"),
                        of.getOauthNonceCookieConfig()),
                kind(
                        join(at, "code_verifier"),
                        names.getCodeVerifier(),
                        "CodeVerifier",
                        join(configs, "code_verifier_cookie_config"),
                        of.getCodeVerifierCookieConfig()),
                domain,
                said.hasCsrfTokenExpiresIn()
                        ? findings.duration(
                                join(path, "csrf_token_expires_in"), said.getCsrfTokenExpiresIn())
                        : FLOW_LIFETIME,
                said.hasCodeVerifierTokenExpiresIn()
                        ? findings.duration(
                                join(path, "code_verifier_token_expires_in"),
                                said.getCodeVerifierTokenExpiresIn())
                        : FLOW_LIFETIME);
    }

    private LoginCookies.Kind kind(
            String namePath, String name, String usual, String path, CookieConfig config) {
        if (!name.isEmpty() && !HeaderName.isToken(name)) {
            findings.reject(namePath, "'" + name + "' (expected: a cookie's name)");
        }
        findings.fields(path, config, Set.of("same_site", "path", "partitioned"));
        attribute(join(path, "path"), config.getPath());
        String sameSite =
                switch (config.getSameSite()) {
                    case DISABLED -> "";
                    case STRICT -> "Strict";
                    case LAX -> "Lax";
                    case NONE -> "None";
                    case UNRECOGNIZED -> {
                        findings.reject(join(path, "same_site"), "is unknown");
                        yield "";
                    }
                };
        return new LoginCookies.Kind(
                name.isEmpty() ? usual : name,
                config.getPath().isEmpty() ? "/" : config.getPath(),
                sameSite,
                config.getPartitioned());
    }

    private void attribute(String path, String value) {
        findings.headerValue(path, value);
        if (value.indexOf(';') >= 0) {
            findings.reject(path, "'" + value + "' (expected: no semicolon)");
        }
    }

    private Tokens tokens(String path, envoy.extensions.filters.http.oauth2.v3.OAuth2Config said) {
        String at = join(path, "forward_id_token");
        Optional<HeaderName> forwarded = Optional.empty();
        if (said.hasForwardIdToken()) {
            findings.fields(at, said.getForwardIdToken(), Set.of("header"));
            forwarded = header(join(at, "header"), said.getForwardIdToken().getHeader());
        }
        boolean forwardsAccess = said.getForwardBearerToken();
        if (forwardsAccess && said.getPreserveAuthorizationHeader()) {
            findings.reject(
                    join(path, "preserve_authorization_header"),
                    "true, and forward_bearer_token, too (expected: one of them)");
        }
        return new Tokens(
                forwardsAccess,
                forwarded,
                said.getPreserveAuthorizationHeader(),
                !said.hasUseRefreshToken() || said.getUseRefreshToken().getValue(),
                new Keeps(
                        !said.getDisableAccessTokenSetCookie(),
                        !said.getDisableIdTokenSetCookie(),
                        !said.getDisableRefreshTokenSetCookie(),
                        !said.getDisableTokenEncryption()),
                findings.duration(join(path, "default_expires_in"), said.getDefaultExpiresIn()),
                said.hasDefaultRefreshTokenExpiresIn()
                        ? findings.duration(
                                join(path, "default_refresh_token_expires_in"),
                                said.getDefaultRefreshTokenExpiresIn())
                        : REFRESH_LIFETIME,
                said.getUseAccessTokenExpiryForIdTokenCookie());
    }

    private Optional<HeaderName> header(String path, String name) {
        if (!HeaderName.isToken(name)) {
            findings.reject(path, "'" + name + "' (expected: a header's name)");
            return Optional.empty();
        }
        return Optional.of(HeaderName.of(name));
    }
}
