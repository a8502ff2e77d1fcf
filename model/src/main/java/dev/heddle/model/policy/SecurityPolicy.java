package dev.heddle.model.policy;

import dev.heddle.model.schema.Required;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Who may pass a gateway: people and clients who show who they are. Names and fields are those of
/// Envoy Gateway's kind of this name. Each section stands for itself: of several policies for a
/// request, each section is taken from the one that names its rule, else its route, else the
/// listener, else the gateway, and of several that name the same from the oldest.
///
/// @param targetRefs Gateways, or their listeners, and routes of the policy's namespace
/// @param basicAuth names with passwords; empty: not by this policy
/// @param apiKeyAuth keys of clients; empty: not by this policy
/// @param oidc a login at somebody who knows the people; empty: not by this policy
public record SecurityPolicy(
        List<TargetRef> targetRefs,
        Optional<BasicAuth> basicAuth,
        Optional<ApiKeyAuth> apiKeyAuth,
        Optional<Oidc> oidc) {

    public SecurityPolicy {
        targetRefs = List.copyOf(targetRefs);
    }

    /// A request must have a name and its password (RFC 7617).
    ///
    /// @param users a Secret whose entry `.htpasswd` has a line `NAME:{SHA}HASH` for each, as
    ///   `htpasswd -s` writes it
    /// @param forwardUsernameHeader that gets the name on the way to the service; empty for none
    public record BasicAuth(@Required SecretRef users, String forwardUsernameHeader) {}

    /// A request must have a key that some client has.
    ///
    /// @param credentialRefs Secrets, each entry of which is a client's name with its key
    /// @param extractFrom where keys are looked for, in order
    /// @param forwardClientIDHeader that gets the client's name on the way to the service; empty
    ///   for none
    /// @param sanitize whether the key stays at the gateway
    public record ApiKeyAuth(
            @Required List<SecretRef> credentialRefs,
            @Required List<ExtractFrom> extractFrom,
            String forwardClientIDHeader,
            boolean sanitize) {
        public ApiKeyAuth {
            credentialRefs = List.copyOf(credentialRefs);
            extractFrom = List.copyOf(extractFrom);
        }
    }

    /// Where keys are: headers first, where a key may stand behind `Bearer `, then parameters of
    /// the query, then cookies.
    public record ExtractFrom(List<String> headers, List<String> params, List<String> cookies) {
        public ExtractFrom {
            headers = List.copyOf(headers);
            params = List.copyOf(params);
            cookies = List.copyOf(cookies);
        }
    }

    /// People must have logged in at a provider (OpenID Connect), where browsers are sent.
    ///
    /// @param clientID what the gateway is to the provider
    /// @param clientIDRef a Secret whose entry `client-id` says that instead
    /// @param clientSecret a Secret whose entry `client-secret` only the provider knows, too
    /// @param cookieNames of two of the cookies; those that are not said end with a hash of the
    ///   policy's name
    /// @param cookieConfig of all cookies
    /// @param cookieDomain whose hosts share a login; empty for the host that was asked
    /// @param scopes asked for, with `openid` in any case
    /// @param resources asked for (RFC 8707)
    /// @param redirectURL to which the provider sends browsers back; empty for
    ///   `%REQ(x-forwarded-proto)%://%REQ(:authority)%/oauth2/callback`
    /// @param denyRedirect requests that are refused rather than redirected
    /// @param logoutPath of who logs out; empty for `/logout`
    /// @param forwardAccessToken whether services get the access token in `authorization`
    /// @param forwardIDToken where services get the identity token; empty for nowhere
    /// @param defaultTokenTTL of an access token of which the provider does not say it
    /// @param refreshToken whether a login is renewed without asking; it is when absent
    /// @param defaultRefreshTokenTTL of a refresh token that does not say it; 7 days when absent
    /// @param csrfTokenTTL how long somebody may take to log in; 10 min when absent
    /// @param disableTokenEncryption whether browsers can read the tokens
    /// @param passThroughAuthHeader whether a request with a token that a RequestAuthentication has
    ///   found good needs no login
    public record Oidc(
            @Required OidcProvider provider,
            String clientID,
            Optional<SecretRef> clientIDRef,
            @Required SecretRef clientSecret,
            Optional<CookieNames> cookieNames,
            Optional<CookieConfig> cookieConfig,
            String cookieDomain,
            List<String> scopes,
            List<String> resources,
            String redirectURL,
            Optional<DenyRedirect> denyRedirect,
            String logoutPath,
            boolean forwardAccessToken,
            Optional<TokenForwarding> forwardIDToken,
            Optional<Duration> defaultTokenTTL,
            Optional<Boolean> refreshToken,
            Optional<Duration> defaultRefreshTokenTTL,
            Optional<Duration> csrfTokenTTL,
            boolean disableTokenEncryption,
            boolean passThroughAuthHeader) {
        public Oidc {
            scopes = List.copyOf(scopes);
            resources = List.copyOf(resources);
        }
    }

    /// Who knows the people.
    ///
    /// @param issuer URL of the provider, which says the others where they are not said here
    ///   (OpenID Connect Discovery)
    /// @param authorizationEndpoint to which browsers are sent
    /// @param tokenEndpoint which gateways call
    /// @param endSessionEndpoint to which browsers are sent that log out
    public record OidcProvider(
            @Required String issuer,
            String authorizationEndpoint,
            String tokenEndpoint,
            String endSessionEndpoint) {
        /// Whether the provider is to be asked for what is not said.
        public boolean isDiscovered() {
            return authorizationEndpoint.isEmpty() || tokenEndpoint.isEmpty();
        }
    }

    /// Names of cookies; empty for those that there are otherwise.
    public record CookieNames(String accessToken, String idToken) {}

    /// @param sameSite whether browsers send cookies from pages of others; as they do it by
    ///   themselves when absent
    public record CookieConfig(Optional<SameSite> sameSite) {}

    /// Whether browsers send cookies from pages of others.
    public enum SameSite {
        Lax,
        Strict,
        None
    }

    /// Requests that are refused rather than redirected.
    ///
    /// @param headers of which one says it
    public record DenyRedirect(@Required List<HeaderMatch> headers) {
        public DenyRedirect {
            headers = List.copyOf(headers);
        }
    }

    /// A header that is so.
    ///
    /// @param type `Exact` when absent
    public record HeaderMatch(
            @Required String name, Optional<MatchType> type, @Required String value) {}

    /// What a header's value is compared with.
    public enum MatchType {
        Exact,
        Prefix,
        Suffix,
        RegularExpression
    }

    /// @param header that gets the token; `Authorization` gets `Bearer ` before it
    public record TokenForwarding(@Required String header) {}

    /// A Secret of the policy's namespace.
    ///
    /// @param group empty
    /// @param kind Secret, also when empty
    public record SecretRef(String group, String kind, @Required String name) {}
}
