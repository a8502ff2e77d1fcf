package dev.heddle.compiler;

import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.lower.istio.Pieces;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.xds.Emission;
import java.util.List;

/// What proxies of one scope have for themselves, compiled.
///
/// @param settings of the mesh, by which it was compiled
/// @param parts everything else of the world that it was made of, each part as itself; none for
///   what is made anew for every world
/// @param plan the intermediate representation
/// @param emission the same in Envoy's words
/// @param origins the resources that count for it
/// @param pieces that the plan is put together of
public record Own(
        MeshSettings settings,
        List<Object> parts,
        ProxyPlan plan,
        Emission emission,
        Origins origins,
        Pieces pieces) {
    public Own {
        parts = List.copyOf(parts);
    }

    /// Whether it was made of just that.
    @SuppressWarnings("ReferenceEquality") // settings stay the same object while they say the same
    boolean isOf(MeshSettings others, List<Object> otherParts) {
        return settings == others && parts.equals(otherParts);
    }
}
