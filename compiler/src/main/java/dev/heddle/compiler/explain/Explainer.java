package dev.heddle.compiler.explain;

import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.World;

/// Leads a request through what a proxy would run.
public final class Explainer {
    private Explainer() {}

    /// What becomes of the request when the workload (or the client of the gateway) of that scope
    /// sends it.
    @SuppressWarnings("DoNotCallSuggester") // for as long as it is not there
    public static Explanation explain(World world, ProxyScope scope, Request request) {
        throw new UnsupportedOperationException("not there yet");
    }
}
