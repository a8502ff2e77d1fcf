package dev.heddle.proxy.filter.oauth2;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.tls.SecretRef;
import dev.heddle.telemetry.AccessLogFormat;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Where people log in (`envoy.extensions.filters.http.oauth2.v3.OAuth2Config`).
///
/// @param server that knows them
/// @param client what this proxy is to the server
/// @param places of requests that are about logging in
/// @param exempt requests that are treated otherwise
/// @param cookies in which browsers keep what they were given
/// @param tokens what becomes of them
/// @param statPrefix in front of the names of its counters; may be empty
public record OAuth2Config(
        Server server,
        Client client,
        Places places,
        Exempt exempt,
        LoginCookies cookies,
        Tokens tokens,
        String statPrefix) {

    /// The authorization server.
    ///
    /// @param authorization URL to which browsers are sent
    /// @param token URL at which codes are exchanged
    /// @param cluster through which that is called
    /// @param timeout of such a call
    /// @param endSession URL to which browsers are sent that log out; empty for none
    public record Server(
            String authorization,
            String token,
            String cluster,
            Duration timeout,
            String endSession) {}

    /// How the proxy shows the server who it is.
    public enum Shown {
        /// The client's secret in the body.
        IN_BODY,
        /// The client's secret in a header (RFC 7617).
        IN_HEADER,
        /// By its certificate.
        BY_CERTIFICATE
    }

    /// What this proxy is to the server.
    ///
    /// @param id as the server knows it
    /// @param secret that only the server knows
    /// @param seal key that only proxies have, with which cookies are signed and encrypted
    /// @param scopes asked for
    /// @param resources asked for (RFC 8707)
    public record Client(
            String id,
            Shown shown,
            Optional<SecretRef> secret,
            SecretRef seal,
            List<String> scopes,
            List<String> resources) {
        public Client {
            scopes = List.copyOf(scopes);
            resources = List.copyOf(resources);
        }
    }

    /// Requests that are about logging in.
    ///
    /// @param redirect URL to which the server sends browsers back
    /// @param callback whether a path, its query aside, is that of such a request
    /// @param signOut whether a path is that of who logs out
    /// @param original origin of what was asked for at first; empty for that of the request
    /// @param allowed hosts to which browsers are sent back: names, or `*.` and a name; none for
    ///   those that are this proxy's own
    /// @param afterSignOut where the server sends who logged out; empty for `/` here
    /// @param tellsAfterSignOut whether the server is told that at all
    public record Places(
            AccessLogFormat redirect,
            Predicate<String> callback,
            Predicate<String> signOut,
            Optional<AccessLogFormat> original,
            List<String> allowed,
            Optional<AccessLogFormat> afterSignOut,
            boolean tellsAfterSignOut) {
        public Places {
            allowed = List.copyOf(allowed);
        }
    }

    /// Requests that are treated otherwise.
    ///
    /// @param passes those that nobody looks at
    /// @param neverSentAway those that are refused rather than redirected
    /// @param mayFail those that go on as nobody's rather than being refused
    public record Exempt(
            Predicate<RequestHead> passes,
            Predicate<RequestHead> neverSentAway,
            Predicate<RequestHead> mayFail) {}

    /// What becomes of tokens.
    ///
    /// @param forwardsAccess whether services get the access token in `authorization`
    /// @param forwardsId header in which services get the identity token
    /// @param keepsAuthorization whether the caller's own `authorization` stays
    /// @param refreshes whether refresh tokens are used
    /// @param keeps which tokens the browser is given
    /// @param lifetime of an access token of which the server does not say it; zero: that is an
    ///   error
    /// @param refreshLifetime of a refresh token that does not say it
    /// @param idLivesAsAccess whether the identity token's cookie lives as long as the access
    ///   token, whatever it says
    public record Tokens(
            boolean forwardsAccess,
            Optional<HeaderName> forwardsId,
            boolean keepsAuthorization,
            boolean refreshes,
            Keeps keeps,
            Duration lifetime,
            Duration refreshLifetime,
            boolean idLivesAsAccess) {}

    /// Which tokens the browser is given.
    ///
    /// @param encrypted whether so that only proxies can read them
    public record Keeps(boolean access, boolean id, boolean refresh, boolean encrypted) {}

    /// What must have come before anybody can log in.
    public List<SecretRef> secrets() {
        return Stream.concat(client.secret().stream(), Stream.of(client.seal())).toList();
    }
}
