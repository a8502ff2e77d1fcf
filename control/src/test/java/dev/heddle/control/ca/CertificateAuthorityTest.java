package dev.heddle.control.ca;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.control.ca.CertificateAuthority.Lives;
import dev.heddle.xds.identity.SigningRequest;
import dev.heddle.xds.identity.SpiffeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateAuthorityTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final SpiffeId WEB = SpiffeId.ofAccount("cluster.local", "shop", "web");

    @TempDir Path dir = Path.of("");
    private CertificateAuthority authority = new CertificateAuthority(issuer(), Lives.NORMAL);

    private static Issuer issuer() {
        KeyPair key = SigningRequest.newKey();
        var root = CertificateProfile.root(key, "cluster.local", NOW, Duration.ofDays(3650));
        return new Issuer(List.of(root), key.getPrivate(), List.of(root));
    }

    @BeforeEach
    void anAuthority() {
        authority = new CertificateAuthority(issuer(), Lives.NORMAL);
    }

    private Signing sign(String csr) {
        return authority.sign(csr, WEB, Duration.ZERO, NOW);
    }

    private static String request(KeyPair key, GeneralName... names) throws Exception {
        return request(key, false, names);
    }

    private static String request(KeyPair key, boolean asAuthority, GeneralName... names)
            throws Exception {
        var builder =
                new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=me"), key.getPublic());
        var extensions = new ExtensionsGenerator();
        if (names.length > 0) {
            extensions.addExtension(
                    Extension.subjectAlternativeName, false, new GeneralNames(names));
        }
        if (asAuthority) {
            extensions.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        }
        if (names.length > 0 || asAuthority) {
            builder.addAttribute(
                    PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate());
        }
        String algorithm =
                key.getPrivate().getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
        return SigningRequest.pem(
                "CERTIFICATE REQUEST",
                builder.build(new JcaContentSignerBuilder(algorithm).build(key.getPrivate()))
                        .getEncoded());
    }

    private static GeneralName uri(String text) {
        return new GeneralName(GeneralName.uniformResourceIdentifier, text);
    }

    @Test
    void aCertificateSaysWhoItsCallerIsAndNothingElse() throws Exception {
        KeyPair key = SigningRequest.newKey();

        var issued = (Signing.Issued) sign(SigningRequest.of(key));

        var leaf = issued.certificate();
        assertThat(leaf.getPublicKey()).isEqualTo(key.getPublic());
        assertThat(leaf.getSubjectX500Principal().getName()).isEmpty();
        assertThat(leaf.getSubjectAlternativeNames()).containsExactly(List.of(6, WEB.toString()));
        assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
        assertThat(leaf.getExtendedKeyUsage())
                .containsExactly("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertThat(leaf.getCriticalExtensionOIDs()).contains("2.5.29.17");
        assertThat(leaf.getNotBefore()).isEqualTo(NOW.minus(Duration.ofMinutes(2)));
        assertThat(leaf.getNotAfter()).isEqualTo(NOW.plus(Duration.ofHours(24)));
        leaf.verify(issued.roots().getFirst().getPublicKey());
        assertThat(issued.chain()).containsExactly(leaf);
    }

    @Test
    void aRequestMayNameItsCaller() throws Exception {
        assertThat(sign(request(SigningRequest.newKey(), uri(WEB.toString()))))
                .isInstanceOf(Signing.Issued.class);
    }

    @Test
    void aRequestMayNameNobodyElseAndNothingMore() throws Exception {
        KeyPair key = SigningRequest.newKey();
        for (String csr :
                List.of(
                        request(key, uri("spiffe://cluster.local/ns/shop/sa/bank")),
                        request(key, uri(WEB.toString()), uri("spiffe://cluster.local/a")),
                        request(key, new GeneralName(GeneralName.dNSName, "bank")),
                        request(key, new GeneralName(GeneralName.iPAddress, "10.0.0.1")),
                        request(key, true, uri(WEB.toString())),
                        request(key, true))) {
            assertThat(sign(csr)).isInstanceOf(Signing.Forbidden.class);
        }
    }

    @Test
    void aWeakKeyIsRefused() throws Exception {
        var rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(1024);
        var small = KeyPairGenerator.getInstance("RSA");
        small.initialize(new RSAKeyGenParameterSpec(2048, java.math.BigInteger.valueOf(3)));
        for (KeyPair key : List.of(rsa.generateKeyPair(), small.generateKeyPair())) {
            assertThat(sign(request(key))).isInstanceOf(Signing.Malformed.class);
        }
        var p384 = KeyPairGenerator.getInstance("EC");
        p384.initialize(new ECGenParameterSpec("secp384r1"));
        assertThat(sign(request(p384.generateKeyPair()))).isInstanceOf(Signing.Issued.class);
    }

    @Test
    void whatIsNoRequestIsRefused() throws Exception {
        String good = SigningRequest.of(SigningRequest.newKey());
        var broken = new StringBuilder(good);
        int middle = good.length() - 70;
        broken.setCharAt(middle, good.charAt(middle) == 'A' ? 'B' : 'A');
        for (String csr :
                List.of(
                        "",
                        "x".repeat(1 << 20),
                        good.substring(0, good.length() / 2),
                        broken.toString(),
                        SigningRequest.pem("CERTIFICATE REQUEST", new byte[] {0x30, 3, 2, 1, 0}),
                        SigningRequest.pem(
                                "PRIVATE KEY",
                                SigningRequest.newKey().getPrivate().getEncoded()))) {
            assertThat(sign(csr)).as(csr).isInstanceOf(Signing.Malformed.class);
        }
    }

    @Test
    void randomBytesAreRefused() {
        var random = new java.util.SplittableRandom(7);
        for (int i = 0; i < 2_000; i++) {
            var bytes = new byte[random.nextInt(1, 300)];
            random.nextBytes(bytes);
            bytes[0] = 0x30;
            assertThat(sign(SigningRequest.pem("CERTIFICATE REQUEST", bytes)))
                    .isInstanceOf(Signing.Malformed.class);
        }
    }

    @Test
    void noCertificateOutlivesWhoSignedItOrIsGoodForTooLong() {
        String csr = SigningRequest.of(SigningRequest.newKey());
        Instant last = authority.issuer().certificate().getNotAfter().toInstant();

        var late =
                (Signing.Issued)
                        authority.sign(
                                csr, WEB, Duration.ofDays(30), last.minus(Duration.ofDays(1)));

        assertThat(late.certificate().getNotAfter()).isEqualTo(last);
        assertThat(authority.sign(csr, WEB, Duration.ofDays(91), NOW))
                .isInstanceOf(Signing.Malformed.class);
        assertThat(authority.sign(csr, WEB, Duration.ofSeconds(-1), NOW))
                .isInstanceOf(Signing.Malformed.class);
    }

    @Test
    void anIssuerThatWasMadeIsFoundAgainAndOnlyItsOwnerReadsIt() throws IOException {
        Issuer made = IssuerFiles.make(dir, "cluster.local", NOW);

        assertThat(IssuerFiles.read(dir, NOW)).isEqualTo(made);
        assertThat(made.toString()).doesNotContain("PRIVATE").contains("redacted");
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(dir.resolve("ca-key.pem"))))
                .isEqualTo("rw-------");
    }

    @Test
    void anIssuerThatIsNotWholeIsAnErrorAndNothingTakesItsPlace() throws IOException {
        for (String missing : List.of("ca-key.pem", "ca-cert.pem", "root-cert.pem")) {
            Path at = dir.resolve(missing);
            IssuerFiles.make(at, "cluster.local", NOW);
            Files.delete(at.resolve(missing));
            Assertions.assertThatThrownBy(() -> IssuerFiles.read(at, NOW))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(missing);
        }
        Path mixed = dir.resolve("mixed");
        IssuerFiles.make(mixed, "cluster.local", NOW);
        Path other = dir.resolve("other");
        IssuerFiles.make(other, "cluster.local", NOW);
        Files.copy(
                other.resolve("ca-key.pem"),
                mixed.resolve("ca-key.pem"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        Assertions.assertThatThrownBy(() -> IssuerFiles.read(mixed, NOW))
                .isInstanceOf(IOException.class);
    }
}
