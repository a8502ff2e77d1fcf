package dev.heddle.compiler;

import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.xds.Emission;
import dev.heddle.model.Diagnostic;
import java.util.List;
import java.util.Set;

/// What all proxies of one outlook have in common, compiled.
///
/// @param plan the intermediate representation
/// @param emission the same in Envoy's words, each resource serialized once
/// @param origins the resources that it was made of, as in `Service default/reviews`
/// @param findings what is wrong for proxies of this outlook alone
public record Outbound(
        ProxyPlan plan, Emission emission, Set<String> origins, List<Diagnostic> findings) {
    public Outbound {
        findings = List.copyOf(findings);
        origins = Set.copyOf(origins);
    }
}
