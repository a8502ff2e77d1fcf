package dev.heddle.proxy.tls;

import java.security.cert.CertificateException;

/// How a verdict travels through the library to whoever waits for the handshake.
final class PeerRefused extends CertificateException {
    private static final long serialVersionUID = 1;

    private final PeerVerdict.Fault fault;

    PeerRefused(PeerVerdict.Refused verdict) {
        super(verdict.why());
        this.fault = verdict.fault();
    }

    PeerVerdict.Fault fault() {
        return fault;
    }
}
