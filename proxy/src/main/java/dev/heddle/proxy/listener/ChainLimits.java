package dev.heddle.proxy.listener;

import dev.heddle.proxy.config.ConnectionLimitConfig;
import dev.heddle.proxy.config.FilterChainConfig;
import dev.heddle.proxy.config.FilterChains;
import dev.heddle.proxy.connection.ConnectionLimit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The limits of a listener's filter chains, which all workers count against together.
record ChainLimits(Map<FilterChainConfig, ConnectionLimit> byChain) {
    static final ChainLimits NONE = new ChainLimits(Map.of());

    ChainLimits {
        byChain = Map.copyOf(byChain);
    }

    /// Those of other chains. A chain that did not change goes on counting.
    ChainLimits next(FilterChains chains) {
        var next = new HashMap<FilterChainConfig, ConnectionLimit>();
        for (FilterChainConfig chain : chains.all()) {
            Optional<ConnectionLimitConfig> limit = chain.limit();
            if (limit.isPresent()) {
                ConnectionLimit before = byChain.get(chain);
                next.put(chain, before == null ? new ConnectionLimit(limit.get().most()) : before);
            }
        }
        return new ChainLimits(next);
    }

    Optional<ConnectionLimit> of(FilterChainConfig chain) {
        return Optional.ofNullable(byChain.get(chain));
    }
}
