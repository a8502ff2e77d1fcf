package dev.heddle.compiler.lower;

import dev.heddle.compiler.attach.ListenerTls;
import dev.heddle.compiler.attach.Trust;
import dev.heddle.compiler.ir.SecretRef;
import dev.heddle.compiler.lower.gatewayapi.Secrets;
import dev.heddle.compiler.lower.istio.TlsSecrets;
import dev.heddle.compiler.secret.Credentials;
import dev.heddle.model.Origin;

/// Secrets that a gateway is sent because Gateways of the Gateway API name them, also those of
/// other namespaces: that they may be named was found out before.
record GatewaySecrets(TlsSecrets secrets, String namespace) implements Secrets {
    @Override
    public SecretRef certificate(ListenerTls.Certificate certificate) {
        return secrets.certificate(certificate);
    }

    /// The name by which a proxy of that namespace is sent a certificate.
    static String nameOf(ListenerTls.Certificate certificate, String namespace) {
        return Credentials.seenFrom(namespace, certificate.namespace(), certificate.name());
    }

    @Override
    public SecretRef roots(Trust trust, Origin origin) {
        return secrets.roots(trust, origin);
    }
}
