package dev.heddle.control.ca;

import dev.heddle.xds.identity.SigningRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.IPAddress;

/// What the mesh's certificates say: X.509-SVIDs, as SPIFFE has them.
final class CertificateProfile {
    /// Clocks differ.
    static final Duration BEFORE = Duration.ofMinutes(2);

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final X500Name NOBODY = new X500Name("");

    private CertificateProfile() {}

    /// What a certificate says of whose it is.
    ///
    /// @param uri its identity
    /// @param hosts names of DNS and addresses under which it is called; none for workloads
    record Subject(String uri, List<String> hosts) {}

    /// A certificate that signs itself and others.
    static X509Certificate root(KeyPair key, String trustDomain, Instant now, Duration life) {
        var name = new X500Name("O=" + trustDomain + ",CN=Heddle root " + now.getEpochSecond());
        try {
            JcaX509v3CertificateBuilder builder =
                    builder(name, name, key.getPublic(), now, now.plus(life));
            var extensions = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    extensions.createSubjectKeyIdentifier(key.getPublic()));
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    names(new Subject("spiffe://" + trustDomain, List.of())));
            return signed(builder, key.getPrivate());
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("making a root", e);
        }
    }

    /// A certificate of a workload, or of the control plane.
    static X509Certificate leaf(
            Issuer issuer, PublicKey key, Subject subject, Instant now, Instant end) {
        try {
            X500Name by =
                    X500Name.getInstance(
                            issuer.certificate().getSubjectX500Principal().getEncoded());
            JcaX509v3CertificateBuilder builder = builder(by, NOBODY, key, now, end);
            var extensions = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage,
                    false,
                    new ExtendedKeyUsage(
                            new KeyPurposeId[] {
                                KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                            }));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    extensions.createAuthorityKeyIdentifier(issuer.certificate().getPublicKey()));
            builder.addExtension(Extension.subjectAlternativeName, true, names(subject));
            return signed(builder, issuer.key());
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("signing a certificate for " + subject.uri(), e);
        }
    }

    /// A list of what an issuer has revoked, PEM. It is good for as long as the issuer: how new it
    /// is does not depend on dates, since proxies are sent a newer one at once.
    static String revocations(Issuer issuer, List<BigInteger> numbers, Instant now)
            throws IOException {
        X509Certificate by = issuer.certificate();
        try {
            var builder = new JcaX509v2CRLBuilder(by, Date.from(now));
            builder.setNextUpdate(by.getNotAfter());
            numbers.forEach(n -> builder.addCRLEntry(n, Date.from(now), CRLReason.unspecified));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(by.getPublicKey()));
            builder.addExtension(
                    Extension.cRLNumber,
                    false,
                    new CRLNumber(BigInteger.valueOf(now.toEpochMilli())));
            return SigningRequest.pem("X509 CRL", builder.build(signer(issuer.key())).getEncoded());
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("signing a list of revoked certificates", e);
        }
    }

    private static GeneralNames names(Subject subject) {
        var names = new GeneralName[1 + subject.hosts().size()];
        names[0] = new GeneralName(GeneralName.uniformResourceIdentifier, subject.uri());
        for (int i = 0; i < subject.hosts().size(); i++) {
            String host = subject.hosts().get(i);
            boolean isAddress = IPAddress.isValidIPv4(host) || IPAddress.isValidIPv6(host);
            names[i + 1] =
                    new GeneralName(isAddress ? GeneralName.iPAddress : GeneralName.dNSName, host);
        }
        return new GeneralNames(names);
    }

    private static JcaX509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, PublicKey key, Instant now, Instant end) {
        return new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(127, RANDOM).setBit(0),
                Date.from(now.minus(BEFORE)),
                Date.from(end),
                subject,
                key);
    }

    private static X509Certificate signed(X509v3CertificateBuilder builder, PrivateKey key)
            throws OperatorCreationException, IOException, GeneralSecurityException {
        byte[] der = builder.build(signer(key)).getEncoded();
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(der));
    }

    private static ContentSigner signer(PrivateKey key) throws OperatorCreationException {
        return new JcaContentSignerBuilder(
                        key instanceof RSAPrivateKey ? "SHA256withRSA" : "SHA256withECDSA")
                .build(key);
    }
}
