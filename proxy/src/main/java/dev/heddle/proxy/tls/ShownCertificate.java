package dev.heddle.proxy.tls;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.security.auth.x500.X500Principal;

/// A certificate that was shown in a handshake, as headers and logs tell of it. Read once for a
/// connection, about 30 µs.
///
/// @param subject by RFC 2253
/// @param issuer by RFC 2253
/// @param serial in lower-case hex
/// @param sha256 of the whole certificate, in lower-case hex
/// @param sha1 the same by SHA-1, which some logs still ask for
/// @param chain in PEM, the leaf first
public record ShownCertificate(
        String subject,
        String issuer,
        String serial,
        SubjectNames names,
        String sha256,
        String sha1,
        Instant validFrom,
        Instant validUntil,
        List<String> chain) {

    public ShownCertificate {
        chain = List.copyOf(chain);
    }

    /// Reads a chain.
    ///
    /// @param shown the leaf first; at least that
    public static ShownCertificate of(List<X509Certificate> shown) {
        X509Certificate leaf = shown.getFirst();
        try {
            byte[] der = leaf.getEncoded();
            return new ShownCertificate(
                    named(leaf.getSubjectX500Principal()),
                    named(leaf.getIssuerX500Principal()),
                    HexFormat.of().formatHex(unsigned(leaf.getSerialNumber().toByteArray())),
                    names(leaf),
                    HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(der)),
                    HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(der)),
                    leaf.getNotBefore().toInstant(),
                    leaf.getNotAfter().toInstant(),
                    shown.stream().map(ShownCertificate::pem).toList());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("certificate: taken and not printable", e);
        }
    }

    private static String named(X500Principal name) {
        return name.getName(X500Principal.RFC2253, Map.of("1.2.840.113549.1.9.1", "emailAddress"));
    }

    /// Without the zero that only says that it is not negative.
    private static byte[] unsigned(byte[] number) {
        return number.length > 1 && number[0] == 0
                ? Arrays.copyOfRange(number, 1, number.length)
                : number;
    }

    private static SubjectNames names(X509Certificate leaf) {
        try {
            return SubjectNames.of(leaf);
        } catch (CertificateParsingException e) {
            return new SubjectNames(List.of(), List.of(), List.of(), List.of());
        }
    }

    private static String pem(X509Certificate certificate) {
        try {
            String body =
                    Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                            .encodeToString(certificate.getEncoded());
            return "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("certificate: taken and not printable", e);
        }
    }

    /// The leaf in PEM.
    public String pem() {
        return Objects.requireNonNull(chain.getFirst());
    }

    /// The leaf in PEM, as it stands in headers: what means something there is in hexadecimal
    /// digits.
    public String encodedPem() {
        return encoded(pem());
    }

    /// The chain, as [#encodedPem].
    public String encodedChain() {
        return encoded(String.join("", chain));
    }

    private static String encoded(String pem) {
        return pem.replace("\n", "%0A")
                .replace(" ", "%20")
                .replace("+", "%2B")
                .replace("/", "%2F")
                .replace("=", "%3D");
    }
}
