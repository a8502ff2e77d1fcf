package dev.heddle.compiler;

import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.lower.istio.Pieces;
import dev.heddle.compiler.xds.Emission;
import dev.heddle.compiler.xds.patch.EnvoyFilters;
import dev.heddle.model.Diagnostic;
import java.util.List;

/// What all proxies of one outlook have in common, compiled.
///
/// @param plan the intermediate representation
/// @param emission the same in Envoy's words, each resource serialized once
/// @param origins the resources that count for it
/// @param findings what is wrong for proxies of this outlook alone
/// @param pieces that the plan is put together of
/// @param filters that may be for them, read
public record Outbound(
        ProxyPlan plan,
        Emission emission,
        Origins origins,
        List<Diagnostic> findings,
        Pieces pieces,
        EnvoyFilters filters) {
    public Outbound {
        findings = List.copyOf(findings);
    }

    /// How many parts of it had to be lowered for this world; the others were taken over from the
    /// one before.
    public long lowered() {
        return pieces.lowered();
    }
}
