package dev.heddle.compiler.ir;

import java.util.List;

/// What the other end of TLS must prove.
///
/// @param roots one of which its certificate must lead to
/// @param names of which its certificate must bear one: DNS names, URIs or addresses; none: any
/// @param keyHashes SHA-256 of public keys in base64, and
/// @param hashes SHA-256 of certificates in hex, of which one must fit; none: any
/// @param crlFile of revoked certificates, which the proxy has; empty for none
public record PeerRules(
        SecretRef roots,
        List<String> names,
        List<String> keyHashes,
        List<String> hashes,
        String crlFile) {

    public PeerRules {
        names = List.copyOf(names);
        keyHashes = List.copyOf(keyHashes);
        hashes = List.copyOf(hashes);
    }
}
