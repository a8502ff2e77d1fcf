package dev.heddle.proxy.filter.localratelimit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The buckets of one configuration, which all workers share
/// (`envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit.descriptors`).
///
/// What is asked of a request, and which bucket is for the answer, is put together beforehand: each
/// list of actions knows the descriptors that could be meant.
public final class TokenBuckets {
    private static final Comparator<TokenBucket> STRICTEST_FIRST =
            Comparator.comparingLong(TokenBucket::nanosPerToken).reversed();

    private final List<Asked> asked;
    private final @Nullable TokenBucket others;
    private final boolean takesAlways;

    /// @param asked lists of actions, each of which may find a bucket
    /// @param others of requests for which none is found; null for none
    /// @param takesAlways whether those for which one is found take of that, too
    public TokenBuckets(List<Asked> asked, Limit others, boolean takesAlways) {
        this.asked = List.copyOf(asked);
        this.others = others.bucket("");
        this.takesAlways = takesAlways;
    }

    /// What came of a request.
    ///
    /// @param passes whether all buckets had a token
    /// @param bucket the one that had none, else the strictest
    record Taken(boolean passes, @Nullable TokenBucket bucket) {
        static final Taken FREELY = new Taken(true, null);
    }

    /// Takes a token of each bucket that is for the request, of the strictest first, until one has
    /// none.
    Taken take(Asking request, long now) {
        TokenBucket first = null;
        List<TokenBucket> several = null;
        for (Asked each : asked) {
            TokenBucket found = each.bucket(request);
            if (found != null && first == null) {
                first = found;
            } else if (found != null) {
                several = several == null ? new ArrayList<>(List.of(first)) : several;
                several.add(found);
            }
        }
        if (several != null) {
            several.sort(STRICTEST_FIRST);
            first = several.getFirst();
            for (TokenBucket bucket : several) {
                if (!bucket.take(now)) {
                    return new Taken(false, bucket);
                }
            }
        } else if (first != null && !first.take(now)) {
            return new Taken(false, first);
        }
        if (others != null && (first == null || takesAlways) && !others.take(now)) {
            return new Taken(false, others);
        }
        TokenBucket told = first == null ? others : first;
        return told == null ? Taken.FREELY : new Taken(true, told);
    }
}
