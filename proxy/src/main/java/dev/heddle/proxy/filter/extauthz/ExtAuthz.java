package dev.heddle.proxy.filter.extauthz;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// What is said of the filter: by the listener, by a route, or by both.
///
/// @param filter empty where only a route speaks
public record ExtAuthz(Optional<ExtAuthzConfig> filter, ExtAuthzConfig.Route route) {

    /// What a route says where something further away says that, too: the closer counts, and the
    /// service is told the extensions of both.
    public ExtAuthz over(ExtAuthz further) {
        Map<String, String> extensions = new HashMap<>(further.route.extensions());
        extensions.putAll(route.extensions());
        return new ExtAuthz(
                filter,
                new ExtAuthzConfig.Route(
                        route.isOff(), extensions, route.skipsBody(), route.body()));
    }
}
