package dev.heddle.compiler;

import dev.heddle.compiler.check.WorldChecks;
import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.lower.GatewayLowering;
import dev.heddle.compiler.lower.SidecarLowering;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.World;
import dev.heddle.compiler.xds.XdsEmitter;
import dev.heddle.model.Diagnostic;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

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
        Set<String> used = Origins.of(plan);
        used.addAll(rules(world, scope));
        return new Compiled(
                plan,
                XdsEmitter.emit(plan, Long.toString(world.version())),
                analyze(world).stream().filter(d -> used.contains(d.origin().resource())).toList());
    }

    /// The VirtualServices that count for the proxy, even if nothing came of them.
    private static List<String> rules(World world, ProxyScope scope) {
        MeshIndex index = world.index();
        Stream<String> gateways =
                switch (scope.role()) {
                    case SIDECAR -> Stream.of(BoundVirtualService.MESH);
                    case GATEWAY ->
                            index.gateways(scope.labels()).stream()
                                    .map(g -> g.metadata().namespace() + "/" + g.metadata().name());
                };
        return gateways.flatMap(g -> index.virtualServices().inForce(scope.namespace(), g).stream())
                .map(vs -> vs.resource().id().toString())
                .toList();
    }

    /// What is wrong with the whole of a world, whichever proxy it is for.
    public static List<Diagnostic> analyze(World world) {
        return WorldChecks.of(world.index());
    }
}
