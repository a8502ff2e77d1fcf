package dev.heddle.compiler.ir;

import dev.heddle.model.Origin;
import java.util.List;
import java.util.Optional;

/// Which tokens requests may bring: a wrong one is refused, and what a good one says is known to
/// what follows.
///
/// @param issuers who makes them
/// @param areForRoutes whether routes may depend on what tokens say
public record Tokens(List<Issuer> issuers, boolean areForRoutes) {
    /// Tokens are nobody's business.
    public static final Tokens NONE = new Tokens(List.of(), false);

    public Tokens {
        issuers = List.copyOf(issuers);
    }

    /// Whether a token is looked for where everybody has it: behind `Bearer` in `authorization`.
    public boolean takesBearer() {
        var usual = new TokenHeader("authorization", "Bearer ");
        return issuers.stream()
                .map(Issuer::places)
                .anyMatch(it -> it.equals(Places.USUAL) || it.headers().contains(usual));
    }

    /// Somebody who makes tokens.
    ///
    /// @param name claim `iss` of the tokens
    /// @param audiences of which a token must name one; none for any
    /// @param keys JWKS as JSON, with at least one key that can be used; empty where there is none,
    ///   so that every token is refused
    /// @param places where tokens are looked for; nowhere in particular for where everybody has
    ///   them
    /// @param forwards whether a good token goes on with the request
    /// @param payloadHeader that gets a good token's payload; empty for none
    /// @param claims headers that get claims
    /// @param lists claims that are lists of words with spaces between
    /// @param isRequired whether a request without its token is refused
    public record Issuer(
            String name,
            List<String> audiences,
            Optional<String> keys,
            Places places,
            boolean forwards,
            String payloadHeader,
            List<ClaimHeader> claims,
            List<String> lists,
            boolean isRequired,
            Origin origin) {
        public Issuer {
            audiences = List.copyOf(audiences);
            claims = List.copyOf(claims);
            lists = List.copyOf(lists);
        }
    }

    /// Where tokens are.
    public record Places(List<TokenHeader> headers, List<String> parameters, List<String> cookies) {
        /// Where everybody has them.
        public static final Places USUAL = new Places(List.of(), List.of(), List.of());

        public Places {
            headers = List.copyOf(headers);
            parameters = List.copyOf(parameters);
            cookies = List.copyOf(cookies);
        }
    }

    /// A header with a token.
    ///
    /// @param prefix before the token, as `Bearer `; may be empty
    public record TokenHeader(String name, String prefix) {}

    /// A header that gets a claim.
    ///
    /// @param claim names with dots between, for one within another
    public record ClaimHeader(String header, String claim) {}
}
