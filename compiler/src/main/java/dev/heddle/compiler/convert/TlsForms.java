package dev.heddle.compiler.convert;

import dev.heddle.compiler.convert.Door.Traffic;
import dev.heddle.compiler.lower.istio.GatewayServers.Server;
import dev.heddle.compiler.secret.Credentials;
import dev.heddle.compiler.world.World;
import dev.heddle.model.FieldPath;
import dev.heddle.model.gatewayapi.Gateway.CaReference;
import dev.heddle.model.gatewayapi.Gateway.ClientValidation;
import dev.heddle.model.gatewayapi.Gateway.ValidationMode;
import dev.heddle.model.gatewayapi.Listener.ListenerTls;
import dev.heddle.model.gatewayapi.Listener.Mode;
import dev.heddle.model.gatewayapi.SecretReference;
import dev.heddle.model.istio.ServerTlsSettings;
import dev.heddle.model.istio.ServerTlsSettings.ProtocolVersion;
import dev.heddle.model.kinds.Kinds;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Turns what servers of Istio's Gateways say of TLS into what listeners say.
///
/// @param namespace of the Gateway that is made
/// @param viewer namespace of the proxies, of which their Secrets are
record TlsForms(World world, String namespace, String viewer, Documents documents, Losses losses) {
    private static final FieldPath SERVERS = FieldPath.of("spec", "servers");

    /// A Secret.
    private record SecretName(String namespace, String name) {}

    /// TLS of the listener that a server becomes; empty where it has none.
    Optional<ListenerTls> listener(Traffic type, Server server) {
        return switch (type) {
            case HTTP, TO_HTTPS, TCP -> Optional.empty();
            case TLS -> Optional.of(new ListenerTls(Mode.Passthrough, List.of(), Map.of()));
            case HTTPS -> {
                ServerTlsSettings said = server.server().tls().orElseThrow();
                notCarried(server, said);
                yield Optional.of(
                        new ListenerTls(
                                Mode.Terminate,
                                names(said).stream().map(this::reference).toList(),
                                Map.of()));
            }
        };
    }

    private static List<String> names(ServerTlsSettings said) {
        return said.credentialName().isEmpty()
                ? said.credentialNames()
                : List.of(said.credentialName());
    }

    private SecretReference reference(String credential) {
        SecretName secret = secret(credential);
        documents.grant(
                Kinds.KUBERNETES_GATEWAY,
                namespace,
                Kinds.SECRET,
                secret.name(),
                secret.namespace());
        return new SecretReference("", Optional.empty(), secret.name(), elsewhere(secret));
    }

    private Optional<String> elsewhere(SecretName secret) {
        return Optional.of(secret.namespace()).filter(n -> !n.equals(namespace));
    }

    private SecretName secret(String credential) {
        if (credential.startsWith(Credentials.OF_INGRESS)) {
            String rest = credential.substring(Credentials.OF_INGRESS.length());
            int tilde = rest.indexOf('~');
            return new SecretName(rest.substring(0, tilde), rest.substring(tilde + 1));
        }
        return new SecretName(viewer, credential.substring(credential.lastIndexOf('/') + 1));
    }

    private void notCarried(Server server, ServerTlsSettings said) {
        lost(server, "minProtocolVersion", said.minProtocolVersion() != ProtocolVersion.TLS_AUTO);
        lost(server, "maxProtocolVersion", said.maxProtocolVersion() != ProtocolVersion.TLS_AUTO);
        lost(server, "cipherSuites", !said.cipherSuites().isEmpty());
        lost(server, "subjectAltNames", !said.subjectAltNames().isEmpty());
        lost(server, "verifyCertificateSpki", !said.verifyCertificateSpki().isEmpty());
        lost(server, "verifyCertificateHash", !said.verifyCertificateHash().isEmpty());
        lost(server, "caCrl", !said.caCrl().isEmpty());
        if (names(said).isEmpty()) {
            losses.add(
                    server.gateway(),
                    path(server),
                    "a listener's certificate is a Secret, not a file of the proxy",
                    "Put it into one and name it as credentialName");
        }
    }

    private void lost(Server server, String field, boolean isSaid) {
        if (isSaid) {
            losses.add(
                    server.gateway(),
                    path(server).field(field),
                    "the Gateway API has no field for this",
                    "It is left out");
        }
    }

    private static FieldPath path(Server server) {
        return SERVERS.index(server.index()).field("tls");
    }

    /// What is asked of the clients of these servers, which have one port; empty for nothing.
    Optional<ClientValidation> clients(List<Server> servers) {
        Set<Optional<SecretName>> asked = new LinkedHashSet<>();
        var asking = new ArrayList<Server>();
        for (Server server : servers) {
            ServerTlsSettings said = server.server().tls().orElseThrow();
            boolean isMutual = said.mode() == ServerTlsSettings.Mode.MUTUAL;
            asked.add(isMutual ? Optional.of(roots(said)) : Optional.empty());
            if (said.mode() != ServerTlsSettings.Mode.SIMPLE) {
                asking.add(server);
            }
        }
        if (asking.isEmpty()) {
            return Optional.empty();
        }
        boolean isOptional =
                asking.stream()
                        .anyMatch(s ->
                                s.server().tls().orElseThrow().mode()
                                        == ServerTlsSettings.Mode.OPTIONAL_MUTUAL);
        if (asked.size() > 1 || isOptional) {
            asking.forEach(server ->
                    losses.add(
                            server.gateway(),
                            path(server).field("mode"),
                            isOptional
                                    ? "the Gateway API cannot check only those certificates that"
                                            + " clients have"
                                    : "clients are asked alike by all listeners of a port in the"
                                            + " Gateway API",
                            "No certificate is asked of them: do not apply this as it is"));
            return Optional.empty();
        }
        SecretName roots = asked.iterator().next().orElseThrow();
        if (roots.name().isEmpty()) {
            // Files of the proxy, which were named before.
            return Optional.empty();
        }
        documents.grant(
                Kinds.KUBERNETES_GATEWAY, namespace, Kinds.SECRET, roots.name(), roots.namespace());
        return Optional.of(
                new ClientValidation(
                        List.of(
                                new CaReference(
                                        Optional.of(""), "Secret", roots.name(), elsewhere(roots))),
                        ValidationMode.AllowValidOnly));
    }

    private SecretName roots(ServerTlsSettings said) {
        String credential =
                said.caCertCredentialName().isEmpty()
                        ? said.credentialName()
                        : said.caCertCredentialName();
        return world.index()
                .credentials()
                .withRoots(viewer, credential)
                .map(c -> c.resource().metadata())
                .map(m -> new SecretName(m.namespace(), m.name()))
                .orElseGet(() -> secret(credential));
    }
}
