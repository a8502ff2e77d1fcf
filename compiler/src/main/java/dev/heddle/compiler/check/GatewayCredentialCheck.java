package dev.heddle.compiler.check;

import dev.heddle.compiler.lower.istio.GatewayServers;
import dev.heddle.compiler.lower.istio.GatewayServers.Server;
import dev.heddle.compiler.secret.Credentials;
import dev.heddle.compiler.secret.Credentials.Credential;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.istio.ServerTlsSettings;
import java.util.ArrayList;
import java.util.List;

/// Finds servers whose Secret is in another namespace than the gateway's workload, which is given
/// those of its own alone. Nobody knows the workload before it connects.
public final class GatewayCredentialCheck {
    private GatewayCredentialCheck() {}

    /// The findings for a proxy of that scope.
    public static List<Diagnostic> of(World world, ProxyScope scope) {
        return switch (scope.role()) {
            case SIDECAR -> List.of();
            case GATEWAY -> {
                var findings = new Diagnostics();
                GatewayServers.byPort(world, scope)
                        .values()
                        .forEach(servers ->
                                servers.stream()
                                        .filter(s -> GatewayServers.isTlsEnded(s.server()))
                                        .forEach(s ->
                                                check(
                                                        world.index().credentials(),
                                                        scope.namespace(),
                                                        s,
                                                        findings)));
                yield findings.toList();
            }
        };
    }

    private static void check(
            Credentials credentials, String namespace, Server server, Diagnostics findings) {
        ServerTlsSettings tls = server.server().tls().orElseThrow();
        FieldPath path = FieldPath.of("spec", "servers").index(server.index()).field("tls");
        var wanted = new ArrayList<>(tls.credentialNames());
        if (wanted.isEmpty() && !tls.credentialName().isEmpty()) {
            wanted.add(tls.credentialName());
        }
        for (String credential : wanted) {
            if (credentials.find(namespace, credential).isEmpty()
                    && credentials.isAnywhere(credential)) {
                findings.add(
                        DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                        server.gateway()
                                .origin(
                                        path.field(
                                                tls.credentialNames().isEmpty()
                                                        ? "credentialName"
                                                        : "credentialNames")),
                        "there is no Secret '"
                                + credential
                                + "' in '"
                                + namespace
                                + "', the namespace of the gateway's workload, but "
                                + elsewhere(credentials, credential),
                        "A gateway is given the Secrets of its own namespace alone; until then this"
                                + " server refuses handshakes");
            }
        }
    }

    private static String elsewhere(Credentials credentials, String credential) {
        return credentials.all().values().stream()
                .map(Credential::resource)
                .filter(r ->
                        credentials.find(r.metadata().namespace(), credential).stream()
                                .anyMatch(c -> c.resource().equals(r)))
                .findFirst()
                .map(r -> r.metadata().namespace() + "/" + r.metadata().name())
                .orElse("elsewhere");
    }
}
