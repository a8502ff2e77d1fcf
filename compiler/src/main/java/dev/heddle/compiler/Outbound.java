package dev.heddle.compiler;

import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.xds.Emission;
import java.util.Set;

/// What all proxies of one outlook have in common, compiled.
///
/// @param plan the intermediate representation
/// @param emission the same in Envoy's words, each resource serialized once
/// @param origins the resources that it was made of, as in `Service default/reviews`
public record Outbound(ProxyPlan plan, Emission emission, Set<String> origins) {
    public Outbound {
        origins = Set.copyOf(origins);
    }
}
