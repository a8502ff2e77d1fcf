package dev.heddle.compiler;

import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.xds.patch.Touch;
import dev.heddle.model.Diagnostic;
import dev.heddle.xds.Snapshot;
import java.util.List;

/// What the compiler made of a world for one proxy.
///
/// @param common the intermediate representation of what others run, too; every node knows its
///   origin
/// @param own the same of what only proxies of its scope run
/// @param snapshot the plan as Envoy resources
/// @param diagnostics what was found on the way, in reading order
/// @param touches what EnvoyFilters changed in the snapshot, of which the plan knows nothing
public record Compiled(
        ProxyPlan common,
        ProxyPlan own,
        Snapshot snapshot,
        List<Diagnostic> diagnostics,
        List<Touch> touches) {
    public Compiled {
        touches = List.copyOf(touches);
        diagnostics = List.copyOf(diagnostics);
    }

    /// The whole of the intermediate representation.
    public ProxyPlan plan() {
        return common.with(own);
    }
}
