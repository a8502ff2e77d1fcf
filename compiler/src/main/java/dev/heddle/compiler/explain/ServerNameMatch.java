package dev.heddle.compiler.explain;

import dev.heddle.compiler.ir.FilterChain;
import java.util.List;
import java.util.Optional;

/// Finds the chain that a client hello with a server's name is for, as a proxy does: the whole name
/// before a wildcard, a longer wildcard before a shorter, and any name last.
final class ServerNameMatch {
    private ServerNameMatch() {}

    static Optional<FilterChain> find(List<FilterChain> chains, String name) {
        Optional<FilterChain> whole = with(chains, name);
        if (whole.isPresent()) {
            return whole;
        }
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
            Optional<FilterChain> wildcard = with(chains, "*" + name.substring(dot));
            if (wildcard.isPresent()) {
                return wildcard;
            }
        }
        return chains.stream()
                .filter(c -> c.match().transport().filter("tls"::equals).isPresent())
                .filter(c -> c.match().serverNames().isEmpty())
                .findFirst();
    }

    private static Optional<FilterChain> with(List<FilterChain> chains, String name) {
        return chains.stream().filter(c -> c.match().serverNames().contains(name)).findFirst();
    }
}
