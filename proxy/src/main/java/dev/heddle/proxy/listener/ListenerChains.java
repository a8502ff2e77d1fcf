package dev.heddle.proxy.listener;

import dev.heddle.proxy.config.FilterChainConfig;
import dev.heddle.proxy.config.FilterChainMatcher;
import dev.heddle.proxy.config.ListenerConfig;
import dev.heddle.proxy.runtime.Confined;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The filter chains of a listener on one worker, and which of them a connection gets.
@Confined("worker")
final class ListenerChains {
    private final WorkerServices services;
    private final IdentityHashMap<FilterChainConfig, ChainService> chains = new IdentityHashMap<>();
    private FilterChainMatcher matcher;

    ListenerChains(WorkerServices services, ListenerConfig config, ChainLimits limits) {
        this.services = services;
        this.matcher = FilterChainMatcher.of(config.chains());
        for (FilterChainConfig chain : config.chains().all()) {
            chains.put(chain, ChainService.of(services, config, chain, limits));
        }
    }

    /// Takes those of another configuration. A chain that is in both goes on as it is, if the
    /// listener differs in nothing but chains.
    void update(ListenerConfig before, ListenerConfig next, ChainLimits limits) {
        Map<FilterChainConfig, ChainService> kept = new HashMap<>();
        if (next.differsInChainsOnly(before)) {
            chains.values().forEach(service -> kept.put(service.config(), service));
        }
        matcher = FilterChainMatcher.of(next.chains());
        chains.clear();
        for (FilterChainConfig chain : next.chains().all()) {
            ChainService same = kept.get(chain);
            chains.put(chain, same == null ? ChainService.of(services, next, chain, limits) : same);
        }
    }

    /// The chain for a connection; empty where none is.
    Optional<ChainService> choose(FilterChainMatcher.Connection facts) {
        return matcher.choose(facts)
                .map(chosen -> {
                    ChainService chain = chains.get(chosen);
                    if (chain == null) {
                        throw new IllegalStateException(
                                "a chain that is not here: " + chosen.name());
                    }
                    return chain;
                });
    }

    /// All of them, by identity.
    Set<ChainService> present() {
        Set<ChainService> present = Collections.newSetFromMap(new IdentityHashMap<>());
        present.addAll(chains.values());
        return present;
    }

    Collection<ChainService> all() {
        return chains.values();
    }
}
