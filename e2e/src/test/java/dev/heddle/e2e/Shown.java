package dev.heddle.e2e;

import dev.heddle.control.ca.CertificateAuthority;
import dev.heddle.control.ca.Signing;
import dev.heddle.xds.identity.SigningRequest;
import dev.heddle.xds.identity.SpiffeId;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// What somebody shows to prove who he is: a key, and what was signed for it.
///
/// @param chain his certificate first
public record Shown(KeyPair key, List<X509Certificate> chain) {
    private static final char[] NO_PASSWORD = {};

    public Shown {
        chain = List.copyOf(chain);
    }

    /// What an authority signs for a name, as if it were that time. It is good for an hour.
    public static Shown signed(CertificateAuthority authority, SpiffeId id, Instant when) {
        KeyPair key = SigningRequest.newKey();
        var issued =
                (Signing.Issued)
                        authority.sign(SigningRequest.of(key), id, Duration.ofHours(1), when);
        return new Shown(key, issued.chain());
    }

    /// The certificates in PEM.
    String chainText() {
        var text = new StringBuilder();
        for (X509Certificate certificate : chain) {
            try {
                text.append(SigningRequest.pem("CERTIFICATE", certificate.getEncoded()));
            } catch (CertificateEncodingException e) {
                throw new AssertionError(e);
            }
        }
        return text.toString();
    }

    /// The key in PEM.
    String keyText() {
        return SigningRequest.pem("PRIVATE KEY", key.getPrivate().getEncoded());
    }

    /// TLS 1.3 of a caller who shows this and believes everybody: whom the server is is not what is
    /// asked.
    ///
    /// @param shown empty for a caller who shows nothing
    public static SSLContext context(Optional<Shown> shown) {
        try {
            var context = SSLContext.getInstance("TLSv1.3");
            KeyManager[] keys = {};
            if (shown.isPresent()) {
                var store = KeyStore.getInstance("PKCS12");
                store.load(null, NO_PASSWORD);
                store.setKeyEntry(
                        "own",
                        shown.get().key().getPrivate(),
                        NO_PASSWORD,
                        shown.get().chain().toArray(X509Certificate[]::new));
                var all = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                all.init(store, NO_PASSWORD);
                keys = all.getKeyManagers();
            }
            context.init(keys, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }
}
