package dev.heddle.cli.online;

import dev.heddle.cli.text.Failure;
import dev.heddle.xds.secret.PemText;
import dev.heddle.xds.secret.UnusableMaterial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/// Whom a command believes as the control plane, and what it says where it does not.
final class ApiRoots {
    private static final String HINT =
            "name its root with --api-ca FILE or the variable HEDDLE_API_CA; of a control plane"
                    + " that signs itself that is root-cert.pem in 'ca' of its --data";

    private ApiRoots() {}

    /// TLS that believes the roots of a file and nobody else.
    ///
    /// @param file PEM
    static SSLContext of(Path file) {
        try {
            var roots = KeyStore.getInstance("PKCS12");
            roots.load(null, null);
            int number = 0;
            for (X509Certificate root : PemText.certificates(Files.readString(file))) {
                roots.setCertificateEntry("root-" + number++, root);
            }
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(roots);
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (UnusableMaterial e) {
            throw Failure.usage("--api-ca: %s %s".formatted(file, e.getMessage()), "");
        } catch (IOException e) {
            throw Failure.usage(
                    "--api-ca: %s cannot be read (%s)".formatted(file, e.getMessage()), "");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a store of certificates that were read", e);
        }
    }

    /// What went wrong, where that was TLS.
    ///
    /// @param base address of the control plane
    static Optional<Failure> failure(String base, Throwable trouble) {
        Optional<String> reason = Optional.empty();
        boolean isTls = false;
        for (Throwable t = trouble; t != null; t = t.getCause()) {
            isTls |= t instanceof SSLException || t instanceof CertificateException;
            switch (t) {
                case CertificateExpiredException _ -> reason = Optional.of("has expired");
                case CertificateNotYetValidException _ ->
                        reason = Optional.of("is not valid yet; is the clock right?");
                case CertPathBuilderException _, CertPathValidatorException _ ->
                        reason = Optional.of("is signed by nobody who is believed");
                case CertificateException named
                        when String.valueOf(named.getMessage()).startsWith("No ") ->
                        reason = Optional.of("is of another name: " + named.getMessage());
                default -> {
                    // What it was caused by may say it.
                }
            }
        }
        if (!isTls) {
            return Optional.empty();
        }
        return Optional.of(
                reason.map(why -> Failure.of("the certificate of %s %s".formatted(base, why), HINT))
                        .orElseGet(() ->
                                Failure.of(
                                        "no TLS with %s: %s".formatted(base, trouble.getMessage()),
                                        "is it a control plane with TLS? One without is called as"
                                                + " http://")));
    }
}
