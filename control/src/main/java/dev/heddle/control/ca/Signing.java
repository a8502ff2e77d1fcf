package dev.heddle.control.ca;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;

/// What came of a request for a certificate.
public sealed interface Signing {
    /// It was signed.
    ///
    /// @param chain the certificate, then what leads to the root
    /// @param roots whom the mesh believes
    record Issued(List<X509Certificate> chain, List<X509Certificate> roots) implements Signing {
        public Issued {
            chain = List.copyOf(chain);
            roots = List.copyOf(roots);
        }

        /// What was asked for.
        public X509Certificate certificate() {
            return chain.getFirst();
        }
    }

    /// As it is answered: PEM, the certificate first, the roots last.
    static List<String> texts(Issued issued) {
        return Stream.concat(
                        issued.chain().stream().map(IssuerFiles::pem),
                        Stream.of(IssuerFiles.pem(issued.roots())))
                .toList();
    }

    /// It cannot be, whoever asks.
    ///
    /// @param reason for who asked
    record Malformed(String reason) implements Signing {}

    /// It asks for what is another's, or nobody's.
    ///
    /// @param reason for who asked
    record Forbidden(String reason) implements Signing {}
}
