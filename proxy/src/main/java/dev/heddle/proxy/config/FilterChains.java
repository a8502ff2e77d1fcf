package dev.heddle.proxy.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What becomes of a listener's connections.
///
/// @param matched each for the connections that its match describes; no two match the same
/// @param otherwise for those that none of them matches
public record FilterChains(List<FilterChainConfig> matched, Optional<FilterChainConfig> otherwise) {

    public FilterChains {
        matched = List.copyOf(matched);
    }

    /// There are no connections.
    public static final FilterChains NONE = new FilterChains(List.of(), Optional.empty());

    /// One for all connections.
    public static FilterChains one(FilterChainConfig chain) {
        return new FilterChains(List.of(chain), Optional.empty());
    }

    /// All of them.
    public List<FilterChainConfig> all() {
        var all = new ArrayList<>(matched);
        otherwise.ifPresent(all::add);
        return all;
    }
}
