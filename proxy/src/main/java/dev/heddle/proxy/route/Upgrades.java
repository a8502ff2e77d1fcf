package dev.heddle.proxy.route;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a route says about requests that ask for another protocol than HTTP (`upgrade_configs`).
///
/// @param taken by protocol in lower case, whether it is taken; the method CONNECT is one of them
public record Upgrades(Map<String, Boolean> taken) {
    /// What the listener says counts.
    public static final Upgrades NONE = new Upgrades(Map.of());

    public Upgrades {
        taken = Map.copyOf(taken);
    }

    /// Whether a protocol is taken; null if the route leaves that to its listener.
    ///
    /// @param protocol in any case
    public @Nullable Boolean takes(String protocol) {
        return taken.isEmpty() ? null : taken.get(protocol.toLowerCase(Locale.ROOT));
    }
}
