package dev.heddle.control.ca;

import dev.heddle.xds.identity.SpiffeId;
import dev.heddle.xds.token.JwtStatus;
import dev.heddle.xds.token.KeySet;
import dev.heddle.xds.token.Token;
import java.time.Instant;
import java.util.Optional;

/// Tokens of Kubernetes' service accounts (JWT, RFC 7519): signed by the API server, of which the
/// keys are known (JWKS), for an audience, and out of date soon.
///
/// @param issuer that they must name
/// @param audience of which they must be
/// @param keys by which they are signed
public record ServiceAccountTokens(String issuer, String audience, KeySet keys) {
    private static final int LONGEST = 16 << 10;
    private static final int SKEW_SECONDS = 60;
    private static final String SUBJECT = "system:serviceaccount:";

    /// By a key that only the API server has; one of `HS256` and its like has whoever verifies.
    private static final String SECRET_KEYS = "HS";

    /// Those signed by the keys of a JWKS. Keys that cannot be used are left out.
    ///
    /// @throws IllegalArgumentException when it is none, or has no key that can be used
    public static ServiceAccountTokens of(String issuer, String audience, String jwks) {
        KeySet keys = KeySet.of(jwks);
        if (keys.size() == 0) {
            throw new IllegalArgumentException(
                    "jwks: no key (expected: a JSON Web Key Set, RFC 7517, of RSA, EC or Ed25519)");
        }
        return new ServiceAccountTokens(issuer, audience, keys);
    }

    /// Whose token it is; empty where it is not to be believed.
    Optional<SpiffeId.Account> account(String text, Instant now) {
        return text.length() <= LONGEST
                        && Token.read(text) instanceof Token.Read.Good(Token token)
                        && isGood(token, now)
                ? named(token.claimText("sub"))
                : Optional.empty();
    }

    /// One without an end, or that names no key, is not believed.
    private boolean isGood(Token token, Instant now) {
        return token.expires() > 0
                && token.at(now.getEpochSecond(), SKEW_SECONDS) == JwtStatus.OK
                && token.issuer().equals(issuer)
                && token.audiences().contains(audience)
                && !token.keyId().isEmpty()
                && !token.algorithm().startsWith(SECRET_KEYS)
                && keys.verify(token) == JwtStatus.OK;
    }

    private static Optional<SpiffeId.Account> named(String subject) {
        String[] parts =
                subject.startsWith(SUBJECT)
                        ? subject.substring(SUBJECT.length()).split(":", -1)
                        : new String[0];
        return parts.length == 2
                ? Optional.of(new SpiffeId.Account(parts[0], parts[1]))
                : Optional.empty();
    }
}
