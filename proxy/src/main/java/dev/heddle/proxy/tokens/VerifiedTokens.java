package dev.heddle.proxy.tokens;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.xds.token.KeySet;
import dev.heddle.xds.token.Token;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Tokens whose signatures one worker has verified, so that the next request of the same client
/// costs no signature. Only good ones are kept: who sends bad ones pays for each, and takes
/// nobody's place. Times and audiences are looked at anew each time.
@Confined("worker")
public final class VerifiedTokens {
    private static final int MOST = 1_024;

    /// A longer token is not kept.
    private static final int LONGEST = 4_096;

    private final Map<String, Verified> kept = new LinkedHashMap<>(64, 0.75f, true);

    /// @param by the keys that it was verified with: others may not believe it
    private record Verified(Token token, KeySet by) {}

    /// A token that those keys are known to have signed; null for one that is not known.
    public @Nullable Token find(String text, KeySet keys) {
        Verified found = kept.get(text);
        return found != null && isSame(found.by(), keys) ? found.token() : null;
    }

    /// Keeps a token that those keys have verified; of too many the one goes that was not asked for
    /// the longest.
    public void keep(String text, Token token, KeySet keys) {
        if (text.length() > LONGEST) {
            return;
        }
        kept.put(text, new Verified(token, keys));
        if (kept.size() > MOST) {
            kept.remove(kept.keySet().iterator().next());
        }
    }

    @SuppressWarnings("ReferenceEquality") // to compare the keys costs more than it is worth
    private static boolean isSame(KeySet one, KeySet other) {
        return one == other;
    }
}
