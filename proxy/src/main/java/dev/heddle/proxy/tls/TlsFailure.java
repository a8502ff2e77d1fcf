package dev.heddle.proxy.tls;

import io.netty.handler.ssl.NotSslRecordException;
import java.util.Locale;
import java.util.Optional;

/// Why a handshake failed.
///
/// @param fault what was wrong with the peer's certificate; empty when it was something else
/// @param why for logs only, as in `TLS_error: not TLS: …`
public record TlsFailure(Optional<PeerVerdict.Fault> fault, String why) {

    /// The handshake took too long.
    public static final TlsFailure TIMEOUT =
            new TlsFailure(Optional.empty(), "TLS_error: handshake timeout");

    /// The peer went away.
    public static final TlsFailure GONE =
            new TlsFailure(Optional.empty(), "TLS_error: connection closed in the handshake");

    /// So many handshakes are under way that this one is not.
    public static final TlsFailure OVERLOADED =
            new TlsFailure(Optional.empty(), "TLS_error: too many handshakes");

    /// Nothing to show, or nobody to believe: the secret has not come.
    public static final TlsFailure NO_SECRET =
            new TlsFailure(
                    Optional.empty(), "TLS_error: secret not supplied (expected: one by SDS)");

    /// What the library says, read.
    public static TlsFailure of(Throwable cause) {
        String text = "";
        for (Throwable at = cause; at != null; at = at.getCause()) {
            if (at instanceof PeerRefused refused) {
                return new TlsFailure(
                        Optional.of(refused.fault()),
                        "TLS_error: certificate verify failed: " + refused.getMessage());
            }
            if (at instanceof NotSslRecordException) {
                return new TlsFailure(
                        Optional.empty(), "TLS_error: not TLS (expected: a handshake)");
            }
            text = at.getMessage() == null ? text : at.getMessage();
        }
        // What BoringSSL and the JDK say of a client that had to show a certificate.
        String said = text.toLowerCase(Locale.ROOT);
        boolean showedNone =
                said.contains("peer_did_not_return_a_certificate")
                        || said.contains("empty client certificate chain");
        return new TlsFailure(
                showedNone ? Optional.of(PeerVerdict.Fault.NO_CERTIFICATE) : Optional.empty(),
                "TLS_error: " + (text.isEmpty() ? cause.getClass().getSimpleName() : text));
    }
}
