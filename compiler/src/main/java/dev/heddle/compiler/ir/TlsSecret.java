package dev.heddle.compiler.ir;

import dev.heddle.model.Origin;

/// A certificate with its key, the roots that peers are measured by, or what filters show or sign
/// with, which proxies are sent by themselves, so that a new one touches nothing else. Prints
/// without a byte of a key.
public sealed interface TlsSecret {
    /// What proxies ask for it by.
    String name();

    /// The line that is responsible for it.
    Origin origin();

    /// A certificate and its key.
    ///
    /// @param chain PEM, the leaf first
    record Certificate(String name, String chain, PrivateKeyPem key, Origin origin)
            implements TlsSecret {}

    /// Roots, and what was revoked under them.
    ///
    /// @param pem one certificate or more
    /// @param crl PEM; empty for none
    record Roots(String name, String pem, String crl, Origin origin) implements TlsSecret {}

    /// A certificate and its key in files that the proxy has: the key never travels.
    record CertificateFiles(String name, String chainFile, String keyFile, Origin origin)
            implements TlsSecret {}

    /// Roots in a file that the proxy has.
    ///
    /// @param crlFile with what was revoked under them; empty for none
    record RootFile(String name, String file, String crlFile, Origin origin) implements TlsSecret {}

    /// Roots in a file that the proxy has, and what was revoked under them.
    ///
    /// @param crl PEM
    record RootFileWithout(String name, String file, String crl, Origin origin)
            implements TlsSecret {}

    /// What filters show, or sign with.
    record Words(String name, Hidden text, Origin origin) implements TlsSecret {}

    /// A text that nothing prints.
    record Hidden(String text) {
        @Override
        public String toString() {
            return "Hidden[redacted]";
        }
    }

    /// A private key. Prints without it.
    record PrivateKeyPem(String pem) {
        @Override
        public String toString() {
            return "PrivateKeyPem[redacted]";
        }
    }
}
