package dev.heddle.compiler.check;

import dev.heddle.compiler.lower.istio.GatewayServers;
import dev.heddle.compiler.select.MergedRule;
import dev.heddle.compiler.select.PeerAuthentications.Strictness;
import dev.heddle.compiler.select.SidecarScope;
import dev.heddle.compiler.world.Outlook;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.istio.DestinationRule.TrafficPolicy;
import dev.heddle.model.istio.ServerTlsSettings;
import java.util.List;

/// Finds where a proxy without an identity is to speak the mesh's TLS: it fails, rather than to
/// fall back to plain text.
public final class IdentityCheck {
    private static final String HINT =
            "Start it with a certificate of the mesh, and HEDDLE_IDENTITY in its node's metadata";

    private IdentityCheck() {}

    /// What it cannot begin, for proxies of that outlook.
    public static List<Diagnostic> of(Outlook outlook, SidecarScope scope) {
        if (outlook.hasIdentity() || !scope.isSomeIdentityNeeded()) {
            return List.of();
        }
        var findings = new Diagnostics();
        scope.services()
                .forEach(service ->
                        scope.destinationRule(service)
                                .filter(IdentityCheck::needsIdentity)
                                .ifPresent(rule ->
                                        findings.add(
                                                DiagnosticCode.NO_IDENTITY,
                                                rule.origin(),
                                                "proxies in '"
                                                        + outlook.namespace()
                                                        + "' have no identity, so their connections"
                                                        + " by ISTIO_MUTUAL fail",
                                                HINT)));
        return findings.toList();
    }

    private static boolean needsIdentity(MergedRule rule) {
        return rule.policy().filter(TrafficPolicy::needsIdentity).isPresent()
                || rule.subsets().stream()
                        .flatMap(s -> s.subset().trafficPolicy().stream())
                        .anyMatch(TrafficPolicy::needsIdentity);
    }

    /// What it cannot take, for one proxy.
    public static List<Diagnostic> of(World world, ProxyScope scope) {
        if (scope.identity().isPresent()) {
            return List.of();
        }
        if (scope.role() == ProxyScope.Role.GATEWAY) {
            return servers(world, scope);
        }
        Strictness its = world.index().peers().in(scope.namespace()).of(scope.labels());
        if (!its.isSomewhereStrict() || its.by().isEmpty()) {
            return List.of();
        }
        return List.of(
                Diagnostic.of(
                        DiagnosticCode.NO_IDENTITY,
                        its.by().get().origin(FieldPath.of("spec")),
                        "STRICT, and the workload's proxy in '"
                                + scope.namespace()
                                + "' has no identity: nobody can call it",
                        HINT));
    }

    private static List<Diagnostic> servers(World world, ProxyScope scope) {
        return GatewayServers.byPort(world, scope).values().stream()
                .flatMap(List::stream)
                .filter(server ->
                        server.server()
                                .tls()
                                .filter(tls -> tls.mode() == ServerTlsSettings.Mode.ISTIO_MUTUAL)
                                .isPresent())
                .map(server ->
                        Diagnostic.of(
                                DiagnosticCode.NO_IDENTITY,
                                server.gateway()
                                        .origin(
                                                FieldPath.of("spec", "servers")
                                                        .index(server.index())
                                                        .field("tls")),
                                "ISTIO_MUTUAL, and the gateway's proxy in '"
                                        + scope.namespace()
                                        + "' has no identity: nobody can call this server",
                                HINT))
                .distinct()
                .toList();
    }
}
