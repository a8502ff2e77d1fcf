package dev.heddle.control.ca;

import dev.heddle.control.ca.CertificateProfile.Subject;
import dev.heddle.xds.identity.SigningRequest;
import dev.heddle.xds.identity.SpiffeId;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.security.KeyPair;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/// Signs certificates. A pure decision over request, caller and time, but for the numbers of
/// certificates, which are random.
///
/// A certificate says who its caller is, and nothing that its request says: a request may name the
/// same identity, and one that names another, or more, is refused.
///
/// @param issuer by whom it is signed
/// @param lives how long certificates are good
public record CertificateAuthority(Issuer issuer, Lives lives) {
    private static final int LONGEST_REQUEST = 16 << 10;
    private static final List<Integer> CURVE_BITS = List.of(256, 384, 521);
    private static final int LEAST_RSA_BITS = 2048;
    private static final BigInteger LEAST_EXPONENT = BigInteger.valueOf(65_537);

    /// How long certificates are good.
    ///
    /// @param usual where nobody asks for another time
    /// @param longest that is granted
    public record Lives(Duration usual, Duration longest) {
        /// A day, and at most ninety.
        public static final Lives NORMAL = new Lives(Duration.ofHours(24), Duration.ofDays(90));

        public Lives {
            if (!usual.isPositive() || usual.compareTo(longest) > 0) {
                throw new IllegalArgumentException(
                        "usual: " + usual + " (expected: more than 0, at most " + longest + ")");
            }
        }
    }

    /// One with an issuer of its own, which is made if there is none.
    ///
    /// @throws IOException when what is in the directory cannot be used
    public static CertificateAuthority in(
            Path directory, String trustDomain, Lives lives, Instant now) throws IOException {
        return new CertificateAuthority(
                IssuerFiles.areIn(directory)
                        ? IssuerFiles.read(directory, now)
                        : IssuerFiles.make(directory, trustDomain, now),
                lives);
    }

    /// Signs what the caller may have.
    ///
    /// @param csr PKCS #10 in PEM
    /// @param caller who it is, as was proven
    /// @param asked how long the certificate shall be good; zero for as long as is usual
    public Signing sign(String csr, SpiffeId caller, Duration asked, Instant now) {
        if (csr.length() > LONGEST_REQUEST) {
            return new Signing.Malformed(
                    "csr: %d letters (expected: at most %d)"
                            .formatted(csr.length(), LONGEST_REQUEST));
        }
        if (asked.isNegative() || asked.compareTo(lives.longest()) > 0) {
            return new Signing.Malformed(
                    "validity_duration: %s (expected: 0 to %s)".formatted(asked, lives.longest()));
        }
        JcaPKCS10CertificationRequest request;
        PublicKey key;
        try (var parser = new PEMParser(new StringReader(csr))) {
            if (!(parser.readObject()
                    instanceof org.bouncycastle.pkcs.PKCS10CertificationRequest found)) {
                return new Signing.Malformed("csr: no CERTIFICATE REQUEST in PEM");
            }
            request = new JcaPKCS10CertificationRequest(found);
            key = request.getPublicKey();
            Optional<String> weak = weakness(key);
            if (weak.isPresent()) {
                return new Signing.Malformed(weak.get());
            }
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                return new Signing.Malformed("csr: its signature is not its key's");
            }
            Optional<String> more = wish(request, caller);
            if (more.isPresent()) {
                return new Signing.Forbidden(more.get());
            }
        } catch (IOException
                | InvalidKeyException
                | NoSuchAlgorithmException
                | OperatorCreationException
                | PKCSException
                | RuntimeException e) {
            return new Signing.Malformed("csr: it cannot be read");
        }
        return issued(key, new Subject(caller.toString(), List.of()), asked, now);
    }

    /// A key and a certificate for a server of the control plane itself.
    ///
    /// @param hosts names and addresses under which it is called
    Own own(SpiffeId as, List<String> hosts, Instant now) {
        KeyPair key = SigningRequest.newKey();
        return new Own(
                key,
                issued(key.getPublic(), new Subject(as.toString(), hosts), Duration.ZERO, now));
    }

    /// A certificate with its key. Prints without the key.
    record Own(KeyPair key, Signing.Issued issued) {
        @Override
        public String toString() {
            return "Own[key redacted]";
        }
    }

    /// No certificate outlives who signed it.
    private Signing.Issued issued(PublicKey key, Subject subject, Duration asked, Instant now) {
        Instant end = now.plus(asked.isZero() ? lives.usual() : asked);
        Instant last = issuer.certificate().getNotAfter().toInstant();
        X509Certificate leaf =
                CertificateProfile.leaf(issuer, key, subject, now, end.isAfter(last) ? last : end);
        var chain = new ArrayList<X509Certificate>();
        chain.add(leaf);
        chain.addAll(issuer.between());
        return new Signing.Issued(chain, issuer.roots());
    }

    private static Optional<String> weakness(PublicKey key) {
        return switch (key) {
            case ECPublicKey ec when CURVE_BITS.contains(ec.getParams().getOrder().bitLength()) ->
                    Optional.empty();
            case RSAPublicKey rsa
                    when rsa.getModulus().bitLength() >= LEAST_RSA_BITS
                            && rsa.getPublicExponent().compareTo(LEAST_EXPONENT) >= 0 ->
                    Optional.empty();
            default ->
                    Optional.of(
                            "csr: its key is too weak (expected: P-256, P-384, P-521, or RSA from "
                                    + LEAST_RSA_BITS
                                    + " bits)");
        };
    }

    /// What the request wants beyond the caller's own identity.
    private static Optional<String> wish(JcaPKCS10CertificationRequest request, SpiffeId caller) {
        Extensions extensions = request.getRequestedExtensions();
        if (extensions == null) {
            return Optional.empty();
        }
        BasicConstraints constraints = BasicConstraints.fromExtensions(extensions);
        if (constraints != null && constraints.isCA()) {
            return Optional.of("csr: it asks for a certificate that signs others");
        }
        GeneralNames names =
                GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
        if (names == null) {
            return Optional.empty();
        }
        for (GeneralName name : names.getNames()) {
            boolean isOwn =
                    name.getTagNo() == GeneralName.uniformResourceIdentifier
                            && name.getName().toString().equals(caller.toString());
            if (!isOwn) {
                return Optional.of(
                        "csr: it asks for '" + name.getName() + "' (expected: '" + caller + "')");
            }
        }
        return Optional.empty();
    }
}
