package dev.heddle.compiler.lower.gatewayapi;

import dev.heddle.compiler.attach.ListenerTls;
import dev.heddle.compiler.attach.Trust;
import dev.heddle.compiler.ir.SecretRef;
import dev.heddle.model.Origin;

/// Takes what the proxy is to be sent for TLS.
public interface Secrets {
    /// A certificate with its key.
    SecretRef certificate(ListenerTls.Certificate certificate);

    /// Whom to believe.
    ///
    /// @param origin who says so
    SecretRef roots(Trust trust, Origin origin);
}
