package dev.heddle.compiler.ir;

import java.util.List;

/// What the other end of TLS must prove.
///
/// @param roots one of which its certificate must lead to
/// @param names of which its certificate must bear one: DNS names, URIs or addresses; none: any
/// @param trustDomains of which its SPIFFE id must be one, as in `cluster.local`, or
///   `cluster.local/ns/shop` for one namespace of it; none: any
/// @param keyHashes SHA-256 of public keys in base64, and
/// @param hashes SHA-256 of certificates in hex, of which one must fit; none: any
/// @param crlFile of revoked certificates, which the proxy has; empty for none
/// @param isLenient whether who proves nothing is let in all the same
public record PeerRules(
        SecretRef roots,
        List<String> names,
        List<String> trustDomains,
        List<String> keyHashes,
        List<String> hashes,
        String crlFile,
        boolean isLenient) {

    /// Rules that are kept.
    public PeerRules(
            SecretRef roots,
            List<String> names,
            List<String> trustDomains,
            List<String> keyHashes,
            List<String> hashes,
            String crlFile) {
        this(roots, names, trustDomains, keyHashes, hashes, crlFile, false);
    }

    /// Without SPIFFE.
    public PeerRules(
            SecretRef roots,
            List<String> names,
            List<String> keyHashes,
            List<String> hashes,
            String crlFile) {
        this(roots, names, List.of(), keyHashes, hashes, crlFile);
    }

    public PeerRules {
        names = List.copyOf(names);
        trustDomains = List.copyOf(trustDomains);
        keyHashes = List.copyOf(keyHashes);
        hashes = List.copyOf(hashes);
    }
}
