package dev.heddle.compiler;

import dev.heddle.compiler.check.Analysis;
import dev.heddle.compiler.check.CredentialCheck;
import dev.heddle.compiler.check.GatewayCredentialCheck;
import dev.heddle.compiler.check.IdentityCheck;
import dev.heddle.compiler.check.InterceptionCheck;
import dev.heddle.compiler.check.ProxyOnlyCheck;
import dev.heddle.compiler.check.StartCheck;
import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.lower.GatewayLowering;
import dev.heddle.compiler.lower.OutboundLowering;
import dev.heddle.compiler.lower.SidecarLowering;
import dev.heddle.compiler.lower.istio.Pieces;
import dev.heddle.compiler.reuse.Same;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.select.SidecarScope;
import dev.heddle.compiler.world.Outlook;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.World;
import dev.heddle.compiler.xds.Emission;
import dev.heddle.compiler.xds.RuleCounters;
import dev.heddle.compiler.xds.TracedWorkload;
import dev.heddle.compiler.xds.XdsEmitter;
import dev.heddle.compiler.xds.patch.EnvoyFilters;
import dev.heddle.compiler.xds.patch.Patched;
import dev.heddle.model.Diagnostic;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Makes a proxy's configuration out of the mesh's. Pure: equal arguments give equal results, byte
/// for byte, and nothing else is read.
public final class MeshCompiler {
    private MeshCompiler() {}

    /// What a proxy of that scope shall run in that world. What a user got wrong is a finding in
    /// the result, never an exception.
    public static Compiled compile(World world, ProxyScope scope) {
        Outbound common = outbound(world, outlook(world, scope), Optional.empty());
        Own own = own(world, scope, common, Optional.empty());
        return compile(world, analyze(world), scope, common, own);
    }

    /// As [#compile(World, ProxyScope)], for somebody who compiles one world for many scopes, and
    /// one world after the other, and keeps what they have in common.
    ///
    /// @param findings what [#analyze] says of that world
    /// @param common what [#outbound] makes of that world for the scope's outlook
    /// @param own what [#own] makes of that world for the scope
    public static Compiled compile(
            World world, List<Diagnostic> findings, ProxyScope scope, Outbound common, Own own) {
        Patched patched =
                Patched.of(
                        common.filters(),
                        world,
                        scope,
                        TracedWorkload.in(
                                XdsEmitter.snapshot(
                                        Long.toString(world.version()),
                                        common.emission(),
                                        own.emission()),
                                Stream.concat(
                                        common.plan().listeners().stream(),
                                        own.plan().listeners().stream()),
                                scope));
        return new Compiled(
                common.plan(),
                own.plan(),
                scope.annotations().countsRules()
                        ? RuleCounters.in(patched.snapshot())
                        : patched.snapshot(),
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
    /// @param before what was made of an earlier world for the same outlook; saves work and changes
    ///   nothing
    public static Outbound outbound(World world, Outlook outlook, Optional<Outbound> before) {
        Pieces pieces = Pieces.of(world.settings(), before.map(Outbound::pieces));
        SidecarScope scope = world.scope(outlook);
        ProxyPlan plan = OutboundLowering.lower(world, outlook, scope, pieces);
        List<BoundVirtualService> rules =
                outlook.calls() == Outlook.Calls.GATEWAY
                        ? List.of()
                        : scope.egress().stream().flatMap(e -> e.rules().stream()).toList();
        return new Outbound(
                plan,
                XdsEmitter.emit(plan, before.map(Outbound::emission).orElseGet(Emission::none)),
                new Origins(plan, rules),
                joined(
                        joined(
                                ProxyOnlyCheck.of(outlook, scope),
                                CredentialCheck.of(outlook, scope)),
                        IdentityCheck.of(outlook, scope)),
                pieces,
                EnvoyFilters.of(world, outlook.namespace()));
    }

    /// What proxies of a scope have for themselves.
    ///
    /// @param common what [#outbound] makes of that world for the scope's outlook
    /// @param before what was made of an earlier world for the same scope; saves work and changes
    ///   nothing
    public static Own own(World world, ProxyScope scope, Outbound common, Optional<Own> before) {
        List<Object> parts =
                switch (scope.role()) {
                    case SIDECAR -> SidecarLowering.parts(world, scope);
                    case GATEWAY -> List.of(Same.as(world));
                };
        if (before.isPresent() && before.get().parts().equals(parts)) {
            return before.get();
        }
        Pieces pieces = Pieces.of(world.settings(), before.map(Own::pieces));
        ProxyPlan plan =
                switch (scope.role()) {
                    case SIDECAR -> SidecarLowering.own(world, scope, common.plan());
                    case GATEWAY -> GatewayLowering.own(world, scope, common.plan(), pieces);
                };
        List<BoundVirtualService> rules =
                scope.role() == Role.GATEWAY ? ofGateways(world, scope) : List.of();
        return new Own(
                parts,
                plan,
                XdsEmitter.emit(plan, before.map(Own::emission).orElseGet(Emission::none)),
                new Origins(plan, rules),
                pieces);
    }

    /// The VirtualServices that count for a gateway.
    private static List<BoundVirtualService> ofGateways(World world, ProxyScope scope) {
        MeshIndex index = world.index();
        return index.gateways(scope.labels()).stream()
                .map(g -> g.metadata().namespace() + "/" + g.metadata().name())
                .flatMap(g -> index.virtualServices().inForce(scope.namespace(), g).stream())
                .toList();
    }

    /// The findings about what a proxy's configuration is made of, and those for its outlook.
    private static List<Diagnostic> found(
            World world, List<Diagnostic> findings, ProxyScope scope, Outbound common, Own own) {
        List<Diagnostic> beside =
                joined(
                        joined(common.findings(), GatewayCredentialCheck.of(world, scope)),
                        joined(
                                joined(
                                        scope.annotations().findings(),
                                        StartCheck.of(world, common.filters(), scope)),
                                joined(
                                        InterceptionCheck.of(world, scope),
                                        IdentityCheck.of(world, scope))));
        if (findings.isEmpty()) {
            return beside;
        }
        List<Diagnostic> about =
                findings.stream()
                        .filter(d -> {
                            String resource = d.origin().resource();
                            return own.origins().contains(resource)
                                    || common.origins().contains(resource);
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

    /// What is wrong with the whole of a world, whichever proxy it is for.
    public static List<Diagnostic> analyze(World world) {
        return analysis(world, Optional.empty()).findings();
    }

    /// The same for somebody who analyzes one world after the other.
    ///
    /// @param before what was found of an earlier world; saves work and changes nothing
    public static Analysis analysis(World world, Optional<Analysis> before) {
        String home = world.settings().home();
        return before.map(b -> b.next(world.index(), home))
                .orElseGet(() -> Analysis.of(world.index(), home));
    }
}
