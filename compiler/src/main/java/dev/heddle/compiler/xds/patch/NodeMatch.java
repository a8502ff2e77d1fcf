package dev.heddle.compiler.xds.patch;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.model.istio.EnvoyFilter.ProxyMatch;

/// Whether a patch is for a proxy, by what that says about itself.
final class NodeMatch {
    private static final String VERSION = "ISTIO_VERSION";

    private NodeMatch() {}

    /// A proxy that says no version is of none that an expression could mean.
    static boolean holds(Patch patch, ProxyScope scope) {
        ProxyMatch match = patch.match().proxy();
        return isVersion(match.proxyVersion(), scope.metadata().getOrDefault(VERSION, ""))
                && scope.metadata().entrySet().containsAll(match.metadata().entrySet());
    }

    private static boolean isVersion(String expression, String version) {
        if (expression.isEmpty()) {
            return true;
        }
        try {
            return !version.isEmpty() && Pattern.compile(expression).matcher(version).find();
        } catch (PatternSyntaxException e) {
            // A finding says so.
            return false;
        }
    }
}
