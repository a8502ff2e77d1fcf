package dev.heddle.cli.plan;

import dev.heddle.compiler.world.World;
import dev.heddle.model.Confined;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// What of a request may decide anything: what nothing decides by need not be told apart. A header
/// counts where some resource has its name anywhere in its text, which is more than is needed.
@Confined("one thread")
final class Deciding {
    /// Headers that decide without being named.
    private static final Set<String> ALWAYS =
            Set.of(
                    "authorization",
                    "cookie",
                    "origin",
                    "access-control-request-method",
                    "x-forwarded-proto");

    private final List<String> texts;
    private final Map<String, Boolean> known = new HashMap<>();

    Deciding(World... worlds) {
        this.texts =
                List.of(worlds).stream()
                        .flatMap(it -> it.resources().all().stream())
                        .map(it -> it.source().text().toLowerCase(Locale.ROOT))
                        .collect(Collectors.toSet())
                        .stream()
                        .toList();
    }

    /// @param header its name, in lower case
    boolean by(String header) {
        return ALWAYS.contains(header) || known.computeIfAbsent(header, this::isNamed);
    }

    /// Whether it may matter where a client is.
    boolean byAddress() {
        return isNamed("ipblocks")
                || isNamed("source.ip")
                || isNamed("remote.ip")
                || isNamed("cidr");
    }

    private boolean isNamed(String word) {
        return texts.stream().anyMatch(it -> it.contains(word));
    }
}
