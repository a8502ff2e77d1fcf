package dev.heddle.compiler.check;

import dev.heddle.compiler.world.ProxyOptions;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Position;
import dev.heddle.model.mesh.MeshProxyConfig;
import dev.heddle.model.mesh.MeshProxyConfig.InterceptionMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Finds where a sidecar cannot get its traffic as somebody wants it to.
public final class InterceptionCheck {
    private InterceptionCheck() {}

    /// The findings for one proxy.
    public static List<Diagnostic> of(World world, ProxyScope scope) {
        var findings = new Diagnostics();
        ProxyOptions options = world.options(scope);
        boolean isRedirected = scope.interception() instanceof Interception.Redirect;
        boolean isSidecar = scope.role() == ProxyScope.Role.SIDECAR;
        if (isSidecar && isRedirected && options.interception().isPresent()) {
            about(options.interception().get(), scope).ifPresent(findings::add);
        }
        if (isSidecar) {
            names(world, scope).forEach(findings::add);
        }
        return findings.toList();
    }

    /// Questions for names come only where the kernel sends them, and who has an address is the
    /// same for all proxies.
    private static List<Diagnostic> names(World world, ProxyScope scope) {
        var found = new ArrayList<Diagnostic>();
        boolean isRedirected = scope.interception() instanceof Interception.Redirect;
        for (World.Said said : world.processes(scope)) {
            boolean isWanted = isOn(said, MeshProxyConfig.DNS_CAPTURE);
            if (isWanted && !isRedirected) {
                found.add(
                        Diagnostic.of(
                                DiagnosticCode.NOT_IMPLEMENTED,
                                said.origin().apply(said.variables()),
                                "ISTIO_META_DNS_CAPTURE: nothing is redirected to this proxy, so"
                                        + " nobody asks it for names",
                                "Redirect the workload's traffic, or ask the machine's own names"));
            }
            boolean isAllocating = isOn(said, MeshProxyConfig.DNS_AUTO_ALLOCATE);
            if (isAllocating && !said.options().equals(world.settings().process())) {
                found.add(
                        Diagnostic.of(
                                DiagnosticCode.NOT_IMPLEMENTED,
                                said.origin().apply(said.variables()),
                                "ISTIO_META_DNS_AUTO_ALLOCATE: hosts have the same addresses for"
                                        + " all proxies",
                                "Say it in the mesh's defaultConfig, or by a label of the"
                                        + " ServiceEntry"));
            }
        }
        return found;
    }

    private static boolean isOn(World.Said said, String variable) {
        return Boolean.parseBoolean(said.options().environment().getOrDefault(variable, ""));
    }

    private static Optional<Diagnostic> about(InterceptionMode mode, ProxyScope scope) {
        var origin =
                new Origin(
                        "workload in " + scope.namespace(),
                        FieldPath.of("interceptionMode"),
                        "",
                        Position.UNKNOWN);
        return switch (mode) {
            case REDIRECT, TPROXY -> Optional.empty();
            case NONE ->
                    Optional.of(
                            Diagnostic.of(
                                    DiagnosticCode.NOT_IMPLEMENTED,
                                    origin,
                                    "NONE, but the proxy does not say where it shall listen: it has"
                                            + " the listeners of REDIRECT",
                                    "Give its node the metadata INTERCEPTION_MODE and HEDDLE"));
        };
    }
}
