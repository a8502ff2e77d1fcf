package dev.heddle.compiler;

import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.xds.patch.Touch;
import dev.heddle.model.Diagnostic;
import dev.heddle.xds.Snapshot;
import java.util.List;

/// What the compiler made of a world for one proxy.
///
/// @param plan the intermediate representation, every node of which knows its origin
/// @param snapshot the plan as Envoy resources
/// @param diagnostics what was found on the way, in reading order
/// @param touches what EnvoyFilters changed in the snapshot, of which the plan knows nothing
public record Compiled(
        ProxyPlan plan, Snapshot snapshot, List<Diagnostic> diagnostics, List<Touch> touches) {
    public Compiled {
        touches = List.copyOf(touches);
        diagnostics = List.copyOf(diagnostics);
    }
}
