package dev.heddle.compiler.ir;

import dev.heddle.compiler.ir.RouteMatch.HeaderMatch;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A login at a provider of OpenID Connect: where browsers are sent, what they keep, and what
/// services see of it.
///
/// @param provider who knows the people
/// @param client what the gateway is to the provider
/// @param places of requests that are about logging in
/// @param cookies that browsers keep
/// @param tokens what becomes of them
/// @param denied headers of which one says that a request is refused rather than redirected
/// @param passesBearer whether a request with a token in `authorization`, which was looked at
///   before, needs no login
public record OidcLogin(
        Provider provider,
        Client client,
        Places places,
        Cookies cookies,
        Tokens tokens,
        List<HeaderMatch> denied,
        boolean passesBearer) {

    public OidcLogin {
        denied = List.copyOf(denied);
    }

    /// Who knows the people.
    ///
    /// @param authorization URL to which browsers are sent
    /// @param token URL that gateways call
    /// @param cluster through which they do
    /// @param endSession URL to which browsers are sent that log out; empty for none
    public record Provider(
            String issuer, String authorization, String token, String cluster, String endSession) {}

    /// What the gateway is to the provider.
    ///
    /// @param secret name of what only the provider knows, too, by which proxies ask for it
    /// @param seal name of what only the mesh's gateways know, likewise
    /// @param isInBody whether the secret is shown in the body, as it cannot stand in a header
    public record Client(
            String id,
            String secret,
            String seal,
            boolean isInBody,
            List<String> scopes,
            List<String> resources) {
        public Client {
            scopes = List.copyOf(scopes);
            resources = List.copyOf(resources);
        }
    }

    /// Requests that are about logging in.
    ///
    /// @param redirect URL to which the provider sends browsers back, maybe with Envoy's operators
    /// @param callback its path
    /// @param logout path of who logs out
    /// @param hosts to which browsers are sent back; none for any
    public record Places(String redirect, String callback, String logout, List<String> hosts) {
        public Places {
            hosts = List.copyOf(hosts);
        }
    }

    /// What browsers keep.
    ///
    /// @param suffix at the ends of names that nobody has said
    /// @param access name of the cookie with the access token; empty for that with the suffix
    /// @param id likewise with the identity token
    /// @param domain whose hosts share a login; empty for the host that was asked
    /// @param sameSite whether browsers send them from pages of others; empty for what they do by
    ///   themselves
    public record Cookies(
            String suffix, String access, String id, String domain, Optional<SameSite> sameSite) {}

    /// Whether browsers send cookies from pages of others.
    public enum SameSite {
        STRICT,
        LAX,
        NONE
    }

    /// What becomes of tokens.
    ///
    /// @param idHeader header in which services get the identity token; empty for none
    /// @param lifetime of an access token of which the provider does not say it
    /// @param refreshLifetime of a refresh token that does not say it
    /// @param loginTime how long somebody may take to log in
    /// @param areEncrypted whether only proxies can read them
    public record Tokens(
            boolean forwardsAccess,
            String idHeader,
            boolean refreshes,
            Optional<Duration> lifetime,
            Optional<Duration> refreshLifetime,
            Optional<Duration> loginTime,
            boolean areEncrypted) {}
}
