package dev.heddle.console.api;

import dev.heddle.control.access.Account;
import dev.heddle.control.access.Accounts;
import dev.heddle.control.access.Caller;
import java.util.List;
import java.util.Optional;

/// Finds out who makes a request: whoever has the token that it carries as `Authorization: Bearer`
/// (RFC 6750). No cookie is looked at, so no page of others can make a browser prove anything.
record Entrance(Accounts accounts) {
    private static final String SCHEME = "bearer ";

    /// Who it is; empty when it carries no token, or none that is good.
    Optional<Caller> caller(ApiRequest request) {
        return request.header("authorization")
                .filter(h -> h.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
                .flatMap(h -> accounts.caller(h.substring(SCHEME.length()), request.peer()));
    }

    /// Somebody of whom nothing is known.
    static Caller stranger(ApiRequest request) {
        return new Caller(new Account("nobody", "", List.of()), "", request.peer());
    }

    /// What a request is told that proves nobody.
    static ApiResponse unknown(ApiRequest request) {
        boolean none = request.header("authorization").isEmpty();
        return ApiResponse.error(
                        401,
                        none
                                ? "the request has no token"
                                : "the token is not known, was taken back, or is out of date",
                        "header Authorization",
                        "'heddle user login' gets one; on the control plane's machine the command"
                                + " line of its own user has one in ~/.heddle/tokens")
                .withHeader("WWW-Authenticate", "Bearer realm=\"heddle\"");
    }
}
