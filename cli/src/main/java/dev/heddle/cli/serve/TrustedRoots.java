package dev.heddle.cli.serve;

import dev.heddle.cli.text.Failure;
import dev.heddle.xds.secret.PemText;
import dev.heddle.xds.secret.UnusableMaterial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// Whom a command line says to believe over TLS.
public final class TrustedRoots {
    private TrustedRoots() {}

    /// TLS that believes the roots of a file and nobody else.
    ///
    /// @param option that names it
    /// @param file PEM
    /// @throws Failure when it cannot be read
    public static SSLContext of(String option, Path file) {
        try {
            var roots = KeyStore.getInstance("PKCS12");
            roots.load(null, null);
            int number = 0;
            for (X509Certificate root : certificates(option, file)) {
                roots.setCertificateEntry("root-" + number++, root);
            }
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(roots);
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("a store of certificates that were read", e);
        }
    }

    /// The roots of a file.
    ///
    /// @param option that names it
    /// @param file PEM
    /// @throws Failure when it cannot be read
    static List<X509Certificate> certificates(String option, Path file) {
        try {
            return PemText.certificates(Files.readString(file));
        } catch (UnusableMaterial e) {
            throw Failure.usage("%s: %s %s".formatted(option, file, e.getMessage()), "");
        } catch (IOException e) {
            throw Failure.usage(
                    "%s: %s cannot be read (%s)".formatted(option, file, e.getMessage()), "");
        }
    }
}
