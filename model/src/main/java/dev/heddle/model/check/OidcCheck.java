package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.policy.OpenIdProvider;
import dev.heddle.model.policy.SecurityPolicy.HeaderMatch;
import dev.heddle.model.policy.SecurityPolicy.MatchType;
import dev.heddle.model.policy.SecurityPolicy.Oidc;
import dev.heddle.model.policy.SecurityPolicy.OidcProvider;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.regex.Pattern;

/// Looks at logins with OpenID Connect.
final class OidcCheck {
    private static final int MOST_DENIED = 16;
    private static final Pattern DOMAIN =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
    private static final Pattern TOKEN = Pattern.compile("[!#-\\[\\]-~]+");

    /// An origin, which may be made of headers, and a path below it.
    private static final Pattern REDIRECT =
            Pattern.compile(
                    "(https?|%REQ\\([A-Za-z0-9-]+\\)%)://"
                            + "([A-Za-z0-9.:\\[\\]-]|%REQ\\(:?[A-Za-z0-9-]+\\)%)+"
                            + "(/[A-Za-z0-9._~/-]+)");

    private OidcCheck() {}

    static void check(Oidc oidc, FieldPath path, Findings findings) {
        check(oidc.provider(), path.field("provider"), findings);
        if (oidc.clientID().isEmpty() == oidc.clientIDRef().isEmpty()) {
            findings.missing(
                    path.field("clientID"), "expected: one of 'clientID' and 'clientIDRef'");
        }
        String domain = oidc.cookieDomain();
        if (!domain.isEmpty() && !DOMAIN.matcher(domain).matches()) {
            findings.invalid(path.field("cookieDomain"), domain, "a domain, as in example.com");
        }
        oidc.cookieNames()
                .ifPresent(names -> {
                    FieldPath at = path.field("cookieNames");
                    cookie(names.accessToken(), at.field("accessToken"), findings);
                    cookie(names.idToken(), at.field("idToken"), findings);
                    if (!names.idToken().isEmpty() && names.idToken().equals(names.accessToken())) {
                        findings.invalid(at.field("idToken"), names.idToken(), "another name");
                    }
                });
        tokens(oidc.scopes(), path.field("scopes"), "a scope, as in email", findings);
        tokens(oidc.resources(), path.field("resources"), "a URI", findings);
        paths(oidc, path, findings);
        oidc.denyRedirect()
                .ifPresent(deny ->
                        headers(
                                deny.headers(),
                                path.field("denyRedirect").field("headers"),
                                findings));
        oidc.forwardIDToken()
                .ifPresent(to -> {
                    FieldPath at = path.field("forwardIDToken").field("header");
                    if (!Values.isHeaderName(to.header()) || to.header().equalsIgnoreCase("host")) {
                        findings.invalid(at, to.header(), "a header's name, as in x-id-token");
                    } else if (to.header().equalsIgnoreCase("authorization")
                            && oidc.forwardAccessToken()) {
                        findings.invalid(
                                at, to.header(), "another header, as forwardAccessToken has that");
                    }
                });
        Values.checkDuration(oidc.defaultTokenTTL(), path.field("defaultTokenTTL"), findings);
        Values.checkDuration(
                oidc.defaultRefreshTokenTTL(), path.field("defaultRefreshTokenTTL"), findings);
        Values.checkDuration(oidc.csrfTokenTTL(), path.field("csrfTokenTTL"), findings);
    }

    private static void check(OidcProvider provider, FieldPath path, Findings findings) {
        url(provider.issuer(), path.field("issuer"), findings);
        optional(provider.authorizationEndpoint(), path.field("authorizationEndpoint"), findings);
        optional(provider.tokenEndpoint(), path.field("tokenEndpoint"), findings);
        optional(provider.endSessionEndpoint(), path.field("endSessionEndpoint"), findings);
    }

    static void check(OpenIdProvider provider, FieldPath path, Findings findings) {
        url(provider.issuer(), path.field("issuer"), findings);
        url(provider.authorizationEndpoint(), path.field("authorizationEndpoint"), findings);
        url(provider.tokenEndpoint(), path.field("tokenEndpoint"), findings);
        optional(provider.endSessionEndpoint(), path.field("endSessionEndpoint"), findings);
    }

    private static void optional(String url, FieldPath path, Findings findings) {
        if (!url.isEmpty()) {
            url(url, path, findings);
        }
    }

    private static void url(String text, FieldPath path, Findings findings) {
        if (!isUrl(text)) {
            findings.invalid(path, text, "an https URL, as in https://idp.example.com/realms/shop");
        }
    }

    private static boolean isUrl(String text) {
        try {
            var url = new URI(text);
            return ("https".equals(url.getScheme()) || "http".equals(url.getScheme()))
                    && url.getHost() != null
                    && url.getRawUserInfo() == null
                    && url.getRawFragment() == null
                    && text.chars().allMatch(c -> c < 0x7f);
        } catch (URISyntaxException _) {
            return false;
        }
    }

    private static void cookie(String name, FieldPath path, Findings findings) {
        if (!name.isEmpty() && !Values.isHeaderName(name)) {
            findings.invalid(path, name, "a cookie's name");
        }
    }

    private static void tokens(
            List<String> words, FieldPath path, String expected, Findings findings) {
        for (int i = 0; i < words.size(); i++) {
            if (!TOKEN.matcher(words.get(i)).matches()) {
                findings.invalid(path.index(i), words.get(i), expected);
            }
        }
    }

    private static void paths(Oidc oidc, FieldPath path, Findings findings) {
        String logout = oidc.logoutPath();
        if (!logout.isEmpty() && !logout.matches("/[A-Za-z0-9._~/-]+")) {
            findings.invalid(path.field("logoutPath"), logout, "a path, as in /logout");
        }
        String redirect = oidc.redirectURL();
        if (redirect.isEmpty()) {
            return;
        }
        var read = REDIRECT.matcher(redirect);
        if (!read.matches()) {
            findings.invalid(
                    path.field("redirectURL"),
                    redirect,
                    "a URL with a path, as in https://shop.example.com/oauth2/callback");
        } else if (read.group(3).equals(logout.isEmpty() ? "/logout" : logout)) {
            findings.invalid(path.field("redirectURL"), redirect, "another path than logoutPath");
        }
    }

    private static void headers(List<HeaderMatch> headers, FieldPath path, Findings findings) {
        if (headers.isEmpty() || headers.size() > MOST_DENIED) {
            findings.invalid(path, headers.size() + " headers", "1 to " + MOST_DENIED + " headers");
        }
        for (int i = 0; i < headers.size(); i++) {
            HeaderMatch header = headers.get(i);
            if (!Values.isHeaderName(header.name())) {
                findings.invalid(path.index(i).field("name"), header.name(), "a header's name");
            }
            if (header.type().filter(MatchType.RegularExpression::equals).isPresent()) {
                Values.checkRegex(header.value(), path.index(i).field("value"), findings);
            }
        }
    }
}
