package dev.heddle.compiler.xds.patch;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.model.istio.EnvoyFilter.ProxyMatch;
import dev.heddle.model.schema.Ordered;
import java.util.Map;
import java.util.Optional;

/// For which proxies a patch is, by what they say about themselves.
///
/// @param version that is found in theirs; empty for any
/// @param metadata that theirs must hold
record NodeMatch(Optional<Pattern> version, Map<String, String> metadata) {
    private static final String VERSION = "ISTIO_VERSION";

    /// Finds nothing; a finding says that the expression is none.
    private static final Pattern NONE = Pattern.compile("[^\\x00-\\x{10FFFF}]");

    NodeMatch {
        metadata = Ordered.copyOf(metadata);
    }

    static NodeMatch of(ProxyMatch match) {
        return new NodeMatch(
                match.proxyVersion().isEmpty()
                        ? Optional.empty()
                        : Optional.of(pattern(match.proxyVersion())),
                match.metadata());
    }

    private static Pattern pattern(String expression) {
        try {
            return Pattern.compile(expression);
        } catch (PatternSyntaxException e) {
            return NONE;
        }
    }

    /// A proxy that says no version is of none that an expression could mean.
    boolean holds(ProxyScope scope) {
        String said = scope.node().metadata().getOrDefault(VERSION, "");
        return version.map(v -> !said.isEmpty() && v.matcher(said).find()).orElse(true)
                && scope.node().metadata().entrySet().containsAll(metadata.entrySet());
    }
}
