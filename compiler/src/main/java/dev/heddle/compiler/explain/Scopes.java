package dev.heddle.compiler.explain;

import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.World;
import java.util.Map;

/// Finds the scope of a proxy that somebody names by labels.
public final class Scopes {
    private Scopes() {}

    /// The scope of the first workload (by namespace and name) that has all of the labels, or of a
    /// workload of just these labels in the given namespace. It is a gateway's when the labels are
    /// those that a Gateway selects and no workload has them.
    ///
    /// @param labels as in `app=productpage`
    /// @param namespace to look in first
    @SuppressWarnings("DoNotCallSuggester") // for as long as it is not there
    public static ProxyScope find(World world, Map<String, String> labels, String namespace) {
        throw new UnsupportedOperationException("not there yet");
    }
}
