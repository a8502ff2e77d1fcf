package dev.heddle.proxy.filter.jwt;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.xds.token.KeySet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Somebody who makes tokens (`JwtProvider`): where they are in a request, with what they are
/// verified, and what is done with one that is good.
///
/// @param name that requirements call it by
/// @param issuer that tokens must name; empty for any
/// @param audiences of which a token must name one; none for any
/// @param places where tokens are looked for
/// @param skewSeconds by how much clocks may differ
/// @param good what is done with a good token
public record Provider(
        String name,
        String issuer,
        List<String> audiences,
        KeySet keys,
        Places places,
        long skewSeconds,
        Good good) {

    public Provider {
        audiences = List.copyOf(audiences);
    }

    /// Where tokens are.
    public record Places(List<Header> headers, List<String> parameters, List<String> cookies) {
        public Places {
            headers = List.copyOf(headers);
            parameters = List.copyOf(parameters);
            cookies = List.copyOf(cookies);
        }
    }

    /// A header with a token.
    ///
    /// @param prefix that comes before the token, as `Bearer `; may be empty
    public record Header(HeaderName name, String prefix) {}

    /// What is done with a good token.
    ///
    /// @param forwards whether it goes on with the request
    /// @param payloadHeader gets its payload, as it came
    /// @param isPadded whether the payload gets the padding that base64url leaves out
    /// @param claims headers that get claims, in order
    /// @param payloadKey under which its claims are known to filters behind; empty for nowhere
    /// @param headerKey likewise of its header
    /// @param lists claims that are lists of words with spaces between
    /// @param clearsRoute whether the route is looked for again
    public record Good(
            boolean forwards,
            Optional<HeaderName> payloadHeader,
            boolean isPadded,
            List<ClaimHeader> claims,
            String payloadKey,
            String headerKey,
            List<String> lists,
            boolean clearsRoute) {
        public Good {
            claims = List.copyOf(claims);
            lists = List.copyOf(lists);
        }

        /// The headers that nobody else may write.
        List<HeaderName> written() {
            return Stream.concat(payloadHeader.stream(), claims.stream().map(ClaimHeader::header))
                    .toList();
        }
    }

    /// A header that gets a claim.
    public record ClaimHeader(HeaderName header, String claim) {}

    /// The provider of that name.
    static Provider named(String name, Map<String, Provider> providers) {
        Provider provider = providers.get(name);
        if (provider == null) {
            throw new IllegalStateException(name + ": no provider of that name");
        }
        return provider;
    }
}
