package dev.heddle.compiler;

import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.lower.istio.Pieces;
import dev.heddle.compiler.xds.Emission;
import java.util.List;

/// What proxies of one scope have for themselves, compiled.
///
/// @param parts everything of the world that it was made of, each part as itself
/// @param plan the intermediate representation
/// @param emission the same in Envoy's words
/// @param origins the resources that count for it
/// @param pieces that the plan is put together of
public record Own(
        List<Object> parts, ProxyPlan plan, Emission emission, Origins origins, Pieces pieces) {
    public Own {
        parts = List.copyOf(parts);
    }
}
