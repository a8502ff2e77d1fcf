package dev.heddle.e2e;

import dev.heddle.testkit.GoldenCase;
import dev.heddle.xds.secret.PemText;
import dev.heddle.xds.secret.TlsCertificate;
import dev.heddle.xds.secret.UnusableMaterial;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// The certificates of a case, in its folder `certs`: one authority, and who was signed by it.
/// Callers and backends use the JDK's TLS, so that nobody is measured by his own.
public record CaseCertificates(Path folder) {
    private static final char[] NO_PASSWORD = {};

    public static CaseCertificates of(GoldenCase golden) {
        return new CaseCertificates(golden.directory().resolve("certs").toAbsolutePath());
    }

    static boolean areThere(GoldenCase golden) {
        return Files.isDirectory(of(golden).folder());
    }

    /// Whoever issues the case's certificates.
    X509Certificate authority() throws IOException, UnusableMaterial {
        return PemText.certificates(text("ca.pem")).getFirst();
    }

    /// A caller's TLS, who believes the authority.
    ///
    /// @param client name of his certificate; empty for none
    public SSLContext caller(Optional<String> client) {
        try {
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            var roots = KeyStore.getInstance("PKCS12");
            roots.load(null, NO_PASSWORD);
            roots.setCertificateEntry("ca", PemText.certificates(text("ca.pem")).getFirst());
            trust.init(roots);
            var context = SSLContext.getInstance("TLS");
            KeyManager[] keys = client.isEmpty() ? new KeyManager[0] : keys(client.get());
            context.init(keys, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException | UnusableMaterial e) {
            throw new AssertionError(folder + ": " + e.getMessage(), e);
        }
    }

    private KeyManager[] keys(String name)
            throws IOException, GeneralSecurityException, UnusableMaterial {
        TlsCertificate own = TlsCertificate.parse(text(name + ".pem"), text(name + ".key"));
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        store.setKeyEntry(
                name, own.key(), NO_PASSWORD, own.chain().toArray(new X509Certificate[0]));
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, NO_PASSWORD);
        return keys.getKeyManagers();
    }

    /// A backend's TLS.
    ///
    /// @param name of its certificate
    /// @param ofTheMesh whether it is asked for names with underscores, which the JDK refuses
    SslContext backend(String name, boolean needsClient, boolean ofTheMesh) {
        try {
            return SslContextBuilder.forServer(
                            folder.resolve(name + ".pem").toFile(),
                            folder.resolve(name + ".key").toFile())
                    .trustManager(folder.resolve("ca.pem").toFile())
                    .clientAuth(needsClient ? ClientAuth.REQUIRE : ClientAuth.NONE)
                    .sslProvider(ofTheMesh ? SslProvider.OPENSSL : SslProvider.JDK)
                    .build();
        } catch (IOException e) {
            throw new AssertionError(folder + ": " + e.getMessage(), e);
        }
    }

    private String text(String file) throws IOException {
        return Files.readString(folder.resolve(file));
    }
}
