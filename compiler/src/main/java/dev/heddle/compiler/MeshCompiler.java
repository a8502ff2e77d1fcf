package dev.heddle.compiler;

import dev.heddle.compiler.check.CredentialCheck;
import dev.heddle.compiler.check.GatewayCredentialCheck;
import dev.heddle.compiler.check.InterceptionCheck;
import dev.heddle.compiler.check.ProxyOnlyCheck;
import dev.heddle.compiler.check.WorldChecks;
import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.lower.GatewayLowering;
import dev.heddle.compiler.lower.OutboundLowering;
import dev.heddle.compiler.lower.SidecarLowering;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.world.Outlook;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.World;
import dev.heddle.compiler.xds.Emission;
import dev.heddle.compiler.xds.XdsEmitter;
import dev.heddle.compiler.xds.patch.Patched;
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
        Outbound common = outbound(world, outlook(world, scope), Emission.NONE);
        return compile(world, analyze(world), scope, common);
    }

    /// As [#compile(World, ProxyScope)], for somebody who compiles one world for many scopes and
    /// keeps what they have in common.
    ///
    /// @param findings what [#analyze] says of that world
    /// @param common what [#outbound] makes of that world for the scope's outlook
    public static Compiled compile(
            World world, List<Diagnostic> findings, ProxyScope scope, Outbound common) {
        ProxyPlan own =
                switch (scope.role()) {
                    case SIDECAR -> SidecarLowering.own(world, scope);
                    case GATEWAY -> GatewayLowering.own(world, scope, common.plan());
                };
        Patched patched =
                Patched.of(
                        world,
                        scope,
                        XdsEmitter.snapshot(
                                Long.toString(world.version()),
                                common.emission(),
                                XdsEmitter.emit(own, Emission.NONE)));
        return new Compiled(
                common.plan().with(own),
                patched.snapshot(),
                joined(found(world, findings, scope, common, own), patched.findings()),
                patched.touches());
    }

    /// On what depends what a proxy of that scope has in common with others.
    public static Outlook outlook(World world, ProxyScope scope) {
        return switch (scope.role()) {
            case SIDECAR -> SidecarLowering.outlook(world, scope);
            case GATEWAY -> GatewayLowering.outlook(world, scope);
        };
    }

    /// What all proxies of an outlook have in common.
    ///
    /// @param before what was emitted for an earlier world; saves work and changes nothing
    public static Outbound outbound(World world, Outlook outlook, Emission before) {
        ProxyPlan plan = OutboundLowering.lower(world, outlook);
        return new Outbound(
                plan,
                XdsEmitter.emit(plan, before),
                Origins.of(plan),
                joined(ProxyOnlyCheck.of(world, outlook), CredentialCheck.of(world, outlook)));
    }

    /// The findings about what a proxy's configuration is made of, and those for its outlook.
    private static List<Diagnostic> found(
            World world,
            List<Diagnostic> findings,
            ProxyScope scope,
            Outbound common,
            ProxyPlan own) {
        List<Diagnostic> beside =
                joined(
                        joined(common.findings(), GatewayCredentialCheck.of(world, scope)),
                        joined(scope.annotations().findings(), InterceptionCheck.of(world, scope)));
        if (findings.isEmpty()) {
            return beside;
        }
        Set<String> used = Origins.of(own);
        used.addAll(rules(world, scope));
        List<Diagnostic> about =
                findings.stream()
                        .filter(d -> {
                            String resource = d.origin().resource();
                            return used.contains(resource) || common.origins().contains(resource);
                        })
                        .toList();
        return joined(about, beside);
    }

    private static List<Diagnostic> joined(List<Diagnostic> some, List<Diagnostic> more) {
        if (some.isEmpty() || more.isEmpty()) {
            return some.isEmpty() ? more : some;
        }
        return Stream.concat(some.stream(), more.stream())
                .sorted(Diagnostic.READING_ORDER)
                .toList();
    }

    /// The VirtualServices that count for the proxy, even if nothing came of them.
    private static List<String> rules(World world, ProxyScope scope) {
        MeshIndex index = world.index();
        Outlook outlook = outlook(world, scope);
        if (!outlook.sidecar().isEmpty()) {
            return world.scope(outlook).egress().stream()
                    .flatMap(e -> e.rules().stream())
                    .map(vs -> vs.resource().id().toString())
                    .toList();
        }
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
        return WorldChecks.of(world.index(), world.settings().home());
    }
}
