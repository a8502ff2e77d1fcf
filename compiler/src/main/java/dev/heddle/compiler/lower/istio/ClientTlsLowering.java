package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.attach.BackendTls;
import dev.heddle.compiler.attach.ListenerTls;
import dev.heddle.compiler.ir.ClientTls;
import dev.heddle.compiler.ir.PeerRules;
import dev.heddle.compiler.ir.SecretRef;
import dev.heddle.model.Origin;
import dev.heddle.model.istio.ClientTlsSettings;
import dev.heddle.model.service.Hostname;
import java.util.List;
import java.util.Optional;

/// Lowers how connections to a service are secured.
///
/// Where no name is given, the service's own is asked for, and its certificate must bear it; Istio
/// asks for the request's `Host`, which is the same unless a route rewrites it.
final class ClientTlsLowering {
    private final TlsSecrets secrets;

    ClientTlsLowering(TlsSecrets secrets) {
        this.secrets = secrets;
    }

    /// How connections to that host are secured; empty when they are not.
    ///
    /// @param known names of which the host's certificate must bear one, where the settings name
    ///   none; none for the one that is asked for
    Optional<ClientTls> lower(
            ClientTlsSettings tls, Hostname host, List<String> known, Origin origin) {
        return switch (tls.mode()) {
            case SIMPLE -> Optional.of(secured(tls, host, known, origin, givenCredential(tls)));
            case MUTUAL -> Optional.of(secured(tls, host, known, origin, certificate(tls, origin)));
            // The mesh's own TLS is begun elsewhere: it is more than a rule.
            case DISABLE, ISTIO_MUTUAL -> Optional.empty();
        };
    }

    /// How connections are secured that a BackendTLSPolicy or an XBackend speaks about. Where there
    /// is nobody to believe, none comes about.
    ///
    /// @param certificate that the Gateway shows to who asks for one; empty for none
    ClientTls lower(BackendTls said, String certificate) {
        return switch (said) {
            case BackendTls.Verified verified -> {
                List<String> names =
                        verified.names().stream()
                                .flatMap(n -> n.hostname().or(n::uri).stream())
                                .toList();
                yield new ClientTls(
                        shown(verified.shown(), certificate),
                        Optional.of(
                                new PeerRules(
                                        secrets.roots(verified.trust(), verified.origin()),
                                        names.isEmpty() ? List.of(verified.hostname()) : names,
                                        List.of(),
                                        List.of(),
                                        "")),
                        verified.hostname());
            }
            case BackendTls.Broken(Origin origin, _) ->
                    new ClientTls(
                            Optional.empty(),
                            Optional.of(
                                    new PeerRules(
                                            new SecretRef("broken:" + origin.resource(), false),
                                            List.of(),
                                            List.of(),
                                            List.of(),
                                            "")),
                            "");
        };
    }

    private Optional<SecretRef> shown(BackendTls.Shown shown, String ofGateway) {
        return switch (shown) {
            case BackendTls.Shown.OfGateway() ->
                    Optional.of(ofGateway)
                            .filter(c -> !c.isEmpty())
                            .map(secrets::certificate)
                            .filter(SecretRef::isThere);
            case BackendTls.Shown.Nothing() -> Optional.empty();
            case BackendTls.Shown.Own(ListenerTls.Certificate own) ->
                    Optional.of(secrets.certificate(own));
        };
    }

    /// A host that names no single server: nothing can be asked for.
    static boolean isNameless(Hostname host) {
        return host.name().startsWith("*") || isAddress(host.name());
    }

    private static boolean isAddress(String name) {
        return name.indexOf(':') >= 0 || name.matches("[0-9.]+");
    }

    private ClientTls secured(
            ClientTlsSettings tls,
            Hostname host,
            List<String> known,
            Origin origin,
            Optional<SecretRef> certificate) {
        String sni = tls.sni().isEmpty() && !isNameless(host) ? host.name() : tls.sni();
        if (tls.insecureSkipVerify().orElse(false)) {
            return new ClientTls(certificate, Optional.empty(), sni);
        }
        boolean isOwnName = tls.sni().isEmpty() && !sni.isEmpty();
        List<String> said = tls.subjectAltNames().isEmpty() ? known : tls.subjectAltNames();
        List<String> names = said.isEmpty() && isOwnName ? List.of(sni) : said;
        return new ClientTls(
                certificate,
                Optional.of(
                        new PeerRules(
                                roots(tls, origin),
                                names,
                                List.of(),
                                List.of(),
                                tls.credentialName().isEmpty() ? "" : tls.caCrl())),
                sni);
    }

    /// As Istio: with SIMPLE, too, a certificate that the secret has is shown to who asks for one.
    private Optional<SecretRef> givenCredential(ClientTlsSettings tls) {
        return tls.credentialName().isEmpty()
                ? Optional.empty()
                : Optional.of(secrets.certificate(tls.credentialName())).filter(SecretRef::isThere);
    }

    private Optional<SecretRef> certificate(ClientTlsSettings tls, Origin origin) {
        return Optional.of(
                tls.credentialName().isEmpty()
                        ? secrets.certificateFiles(
                                tls.clientCertificate(), tls.privateKey(), origin)
                        : secrets.certificate(tls.credentialName()));
    }

    private SecretRef roots(ClientTlsSettings tls, Origin origin) {
        return tls.credentialName().isEmpty()
                ? secrets.rootFile(tls.caCertificates(), tls.caCrl(), origin)
                : secrets.roots(tls.credentialName());
    }
}
