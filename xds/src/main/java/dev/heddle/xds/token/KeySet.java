package dev.heddle.xds.token;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The keys of somebody who signs tokens (JWKS, RFC 7517).
///
/// Those that cannot be used are left out, so that a key of a new kind does not shut out who has
/// one of an old kind.
public final class KeySet {
    private final List<Key> keys;

    /// More than anybody has; each may be tried for a token that names none.
    private static final int MOST_KEYS = 64;

    private KeySet(List<Key> keys) {
        this.keys = List.copyOf(keys);
    }

    /// How many there are that can be used.
    public int size() {
        return keys.size();
    }

    /// Reads a key set. One that cannot be read has no keys, and nobody is believed then.
    public static KeySet of(String json) {
        Object keys = JsonText.object(json).map(set -> set.get("keys")).orElse(null);
        var all = new ArrayList<Key>();
        if (keys instanceof List<?> list) {
            for (Object each : list) {
                if (each instanceof Map<?, ?> fields && all.size() < MOST_KEYS) {
                    Optional<Key> key = Key.of(fields);
                    key.ifPresent(all::add);
                }
            }
        }
        return new KeySet(all);
    }

    /// Whether one of the keys has signed a token.
    public JwtStatus verify(Token token) {
        if (keys.isEmpty()) {
            return JwtStatus.NO_VALID_KEYS;
        }
        boolean isKnown = false;
        for (Key key : keys) {
            if (!key.isFor(token)) {
                continue;
            }
            isKnown = true;
            JwtStatus status = key.verify(token);
            if (status == JwtStatus.OK || status == JwtStatus.WRONG_ED25519_LENGTH) {
                return status;
            }
        }
        return isKnown ? JwtStatus.VERIFICATION_FAILS : JwtStatus.NO_SUCH_KEY;
    }
}
