package dev.heddle.compiler;

import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.lower.GatewayLowering;
import dev.heddle.compiler.lower.SidecarLowering;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.World;
import dev.heddle.compiler.xds.XdsEmitter;
import dev.heddle.model.Diagnostic;
import java.util.List;

/// Makes a proxy's configuration out of the mesh's. Pure: equal arguments give equal results, byte
/// for byte, and nothing else is read.
public final class MeshCompiler {
    private MeshCompiler() {}

    /// What a proxy of that scope shall run in that world. What a user got wrong is a finding in
    /// the result, never an exception.
    public static Compiled compile(World world, ProxyScope scope) {
        ProxyPlan plan =
                switch (scope.role()) {
                    case SIDECAR -> SidecarLowering.lower(world, scope);
                    case GATEWAY -> GatewayLowering.lower(world, scope);
                };
        return new Compiled(plan, XdsEmitter.emit(plan, Long.toString(world.version())), List.of());
    }

    /// What is wrong with the whole of a world, whichever proxy it is for.
    public static List<Diagnostic> analyze(World world) {
        return List.of();
    }
}
