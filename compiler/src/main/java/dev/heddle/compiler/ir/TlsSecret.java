package dev.heddle.compiler.ir;

import dev.heddle.model.Origin;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

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

    /// Roots by trust domain: a peer is measured by those of its own.
    ///
    /// @param file that the proxy looks at to see that the roots of its own domain have changed;
    ///   empty for none
    record DomainRoots(
            String name, SortedMap<String, DomainRoot> domains, String file, Origin origin)
            implements TlsSecret {
        public DomainRoots {
            domains = Collections.unmodifiableSortedMap(new TreeMap<>(domains));
        }
    }

    /// The roots of a trust domain.
    sealed interface DomainRoot {
        /// Roots, and what was revoked under them, PEM.
        record Inline(String pem) implements DomainRoot {}

        /// Roots in a file that the proxy has.
        record InFile(String file) implements DomainRoot {}
    }

    /// A private key. Prints without it.
    record PrivateKeyPem(String pem) {
        @Override
        public String toString() {
            return "PrivateKeyPem[redacted]";
        }
    }
}
