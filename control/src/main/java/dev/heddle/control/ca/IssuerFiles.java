package dev.heddle.control.ca;

import dev.heddle.control.world.DurableFile;
import dev.heddle.xds.identity.SigningRequest;
import dev.heddle.xds.secret.PemText;
import dev.heddle.xds.secret.TlsCertificate;
import dev.heddle.xds.secret.UnusableMaterial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// An issuer in a directory, in the layout of Istio's Secret `cacerts`: `ca-cert.pem`,
/// `ca-key.pem`, `root-cert.pem`, `cert-chain.pem` where there is something between, and
/// `ca-crl.pem` where something was revoked.
final class IssuerFiles {
    private static final String CERTIFICATE = "ca-cert.pem";
    private static final String KEY = "ca-key.pem";
    private static final String ROOTS = "root-cert.pem";
    private static final String CHAIN = "cert-chain.pem";
    private static final Duration LIFE = Duration.ofDays(3650);

    private IssuerFiles() {}

    /// Whether some of the files are there.
    static boolean areIn(Path directory) {
        return Stream.of(CERTIFICATE, KEY, ROOTS, CHAIN)
                .anyMatch(name -> Files.exists(directory.resolve(name)));
    }

    /// Reads an issuer.
    ///
    /// @throws IOException when a file is missing or does not fit; nothing takes its place
    static Issuer read(Path directory, Instant now) throws IOException {
        try {
            List<X509Certificate> roots = PemText.certificates(text(directory, ROOTS));
            var signing = TlsCertificate.parse(text(directory, CERTIFICATE), text(directory, KEY));
            var chain = new ArrayList<X509Certificate>();
            chain.add(signing.leaf());
            if (Files.exists(directory.resolve(CHAIN))) {
                PemText.certificates(text(directory, CHAIN)).stream()
                        .filter(c -> !chain.contains(c))
                        .forEach(chain::add);
            }
            check(directory, chain, roots, now);
            return new Issuer(
                    chain,
                    signing.key(),
                    roots,
                    Revoked.read(
                            directory,
                            Stream.concat(chain.stream(), roots.stream()).distinct().toList(),
                            now));
        } catch (UnusableMaterial e) {
            throw new IOException("certificate authority in " + directory + ": " + e.getMessage());
        }
    }

    /// What tells whether one of the files has changed. They may be links that are changed all at
    /// once, as Kubernetes does it.
    static String mark(Path directory) throws IOException {
        var mark = new StringBuilder();
        for (String name : List.of(CERTIFICATE, KEY, ROOTS, CHAIN, Revoked.FILE)) {
            mark.append(mark(directory, name));
        }
        return mark.toString();
    }

    /// As [#mark(Path)], of one file.
    static String mark(Path directory, String name) throws IOException {
        Path file = directory.resolve(name);
        if (!Files.exists(file)) {
            return "-";
        }
        var seen = Files.readAttributes(file, BasicFileAttributes.class);
        return String.join(
                " ",
                name,
                seen.lastModifiedTime().toString(),
                String.valueOf(seen.size()),
                String.valueOf(seen.fileKey()));
    }

    private static String text(Path directory, String name) throws IOException {
        Path file = directory.resolve(name);
        if (!Files.isReadable(file)) {
            throw new IOException(
                    "certificate authority: "
                            + file
                            + " is missing (expected: "
                            + CERTIFICATE
                            + ", "
                            + KEY
                            + " and "
                            + ROOTS
                            + ")");
        }
        return Files.readString(file);
    }

    private static void check(
            Path directory, List<X509Certificate> chain, List<X509Certificate> roots, Instant now)
            throws IOException {
        X509Certificate signing = chain.getFirst();
        if (signing.getBasicConstraints() < 0) {
            throw new IOException(
                    directory.resolve(CERTIFICATE) + " may sign nothing (expected: CA:TRUE)");
        }
        if (!signing.getNotAfter().toInstant().isAfter(now)) {
            throw new IOException(
                    directory.resolve(CERTIFICATE)
                            + " has expired at "
                            + signing.getNotAfter().toInstant());
        }
        boolean leads =
                chain.stream()
                        .anyMatch(c -> roots.contains(c) || roots.stream().anyMatch(r -> by(c, r)));
        if (!leads) {
            throw new IOException(directory.resolve(CERTIFICATE) + " leads to no root of " + ROOTS);
        }
    }

    private static boolean by(X509Certificate certificate, X509Certificate issuer) {
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    /// Makes one that signs itself, and keeps it.
    ///
    /// @param directory made when it is not there
    static Issuer make(Path directory, String trustDomain, Instant now) throws IOException {
        Files.createDirectories(directory);
        KeyPair key = SigningRequest.newKey();
        X509Certificate root = CertificateProfile.root(key, trustDomain, now, LIFE);
        var issuer = new Issuer(List.of(root), key.getPrivate(), List.of(root));
        write(directory, issuer);
        return issuer;
    }

    /// Keeps an issuer, so that a crash leaves it whole or the one before.
    static void write(Path directory, Issuer issuer) throws IOException {
        DurableFile.write(
                directory.resolve(KEY),
                SigningRequest.pem("PRIVATE KEY", issuer.key().getEncoded()));
        DurableFile.write(directory.resolve(ROOTS), pem(issuer.roots()));
        DurableFile.write(directory.resolve(CERTIFICATE), pem(List.of(issuer.certificate())));
    }

    /// Certificates as text.
    static String pem(List<X509Certificate> certificates) {
        return certificates.stream().map(IssuerFiles::pem).collect(Collectors.joining());
    }

    static String pem(X509Certificate certificate) {
        try {
            return SigningRequest.pem("CERTIFICATE", certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read can be written", e);
        }
    }
}
