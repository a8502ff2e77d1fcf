package dev.heddle.control.access.oidc;

import dev.heddle.xds.token.JwtStatus;
import dev.heddle.xds.token.Token;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;

/// Which ID tokens are to be believed (OpenID Connect Core, 3.1.3.7), apart from who signed them.
///
/// @param issuer of whom they must be
/// @param client for whom
record IdTokens(String issuer, String client) {
    private static final int LONGEST = 64 << 10;
    private static final int SKEW_SECONDS = 60;

    /// By a key that whoever verifies has, too; nobody but a provider may have signed.
    private static final String SECRET_KEYS = "HS";

    /// Reads one, of which nothing is believed yet.
    static Token read(String text) throws LoginRefused {
        if (text.length() > LONGEST) {
            throw refused("it has %d letters".formatted(text.length()));
        }
        return switch (Token.read(text)) {
            case Token.Read.Bad(JwtStatus status) -> throw refused(status.text());
            case Token.Read.Good(Token token) when token.algorithm().startsWith(SECRET_KEYS) ->
                    throw refused("it is signed by " + token.algorithm());
            case Token.Read.Good(Token token) -> token;
        };
    }

    /// Looks at what one says.
    ///
    /// @param nonce that the login began with; empty for one that had none, as it came by no
    ///   browser
    /// @return who it is about, at that provider
    String subject(Token token, String nonce, Instant now) throws LoginRefused {
        if (!token.issuer().equals(issuer)) {
            throw refused("its issuer is '%s'".formatted(token.issuer()));
        }
        if (!token.audiences().contains(client) || !isOfClient(token)) {
            throw refused("it is for " + token.audiences() + ", another client");
        }
        JwtStatus time = token.at(now.getEpochSecond(), SKEW_SECONDS);
        if (token.expires() == 0 || time != JwtStatus.OK) {
            throw refused(token.expires() == 0 ? "it has no end" : time.text());
        }
        String said = token.claims().get("nonce") instanceof String text ? text : "";
        if (!nonce.isEmpty() && !isEqual(said, nonce)) {
            throw refused("its nonce is of another login");
        }
        if (token.claims().get("sub") instanceof String subject && !subject.isEmpty()) {
            return subject + "|" + issuer;
        }
        throw refused("it says of nobody who it is");
    }

    /// One that is for several names the client that it was given to.
    private boolean isOfClient(Token token) {
        Object party = token.claims().get("azp");
        return party == null ? token.audiences().size() == 1 : party.equals(client);
    }

    static boolean isEqual(String one, String other) {
        return MessageDigest.isEqual(
                one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    static LoginRefused refused(String why) {
        return new LoginRefused(
                LoginRefused.Why.TOKEN,
                "the provider's token is not believed: " + why,
                "Try again; if it stays so, compare the client and the clock with the provider's");
    }
}
