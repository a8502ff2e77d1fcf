package dev.heddle.proxy.tls;

/// What is thought of a peer's certificate.
public sealed interface PeerVerdict {
    /// The peer is who it must be.
    record Believed() implements PeerVerdict {}

    /// Nothing was asked of it, or what was missing is forgiven: it may connect, as nobody in
    /// particular.
    record Unproven() implements PeerVerdict {}

    /// It may not connect.
    ///
    /// @param why for the log, never for the peer
    record Refused(Fault fault, String why) implements PeerVerdict {}

    /// What was wrong; each is counted by itself.
    enum Fault {
        /// It showed none and had to: `ssl.fail_verify_no_cert`.
        NO_CERTIFICATE,
        /// It does not lead to a root, or is unfit for this use: `ssl.fail_verify_error`.
        CHAIN,
        /// As before, because of its dates.
        EXPIRED,
        /// As before, because of a list of revoked certificates.
        REVOKED,
        /// It has another name: `ssl.fail_verify_san`.
        NAME,
        /// It has another fingerprint: `ssl.fail_verify_cert_hash`.
        FINGERPRINT
    }
}
