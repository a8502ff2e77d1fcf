package dev.heddle.proxy.identity;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Who signs certificates.
public interface CertificateSource {
    /// Asks for one. May block.
    ///
    /// @param csr PKCS #10 in PEM
    /// @param held what the asker has so far, which may prove who he is; empty for nothing
    /// @return PEM: the certificate, what leads to the root, and last the roots
    /// @throws IOException when there is none to be had, with the reason
    List<String> sign(String csr, Optional<Identity> held) throws IOException;
}
