package dev.heddle.proxy.tls;

import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.handler.ssl.ResumableX509ExtendedTrustManager;
import io.netty.internal.tcnative.CertificateVerifier;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// Puts a [PeerVerifier] where the library asks, in handshakes and again when a session is resumed:
/// a ticket outlives the certificate that it was given for.
///
/// Who was believed is remembered for a minute, as the same peers come again and again and a
/// verification costs more than the rest of a handshake. Who was refused is not.
final class PeerTrust extends X509ExtendedTrustManager
        implements ResumableX509ExtendedTrustManager {
    private static final Duration MEMORY = Duration.ofMinutes(1);
    private static final int MOST_REMEMBERED = 1024;
    private static final X509Certificate[] NO_ISSUERS = {};

    private final PeerVerifier verifier;
    private final InstantSource clock;
    private final TlsProvider provider;
    private final ConcurrentHashMap<List<X509Certificate>, Instant> believed =
            new ConcurrentHashMap<>();

    PeerTrust(PeerVerifier verifier, InstantSource clock, TlsProvider provider) {
        this.verifier = verifier;
        this.clock = clock;
        this.provider = provider;
    }

    private void check(X509Certificate[] chain, PeerVerifier.Side side)
            throws CertificateException {
        List<X509Certificate> shown = Arrays.asList(chain);
        Instant now = clock.instant();
        Instant until = believed.get(shown);
        if (until != null && now.isBefore(until)) {
            return;
        }
        switch (verifier.verify(shown, side, now)) {
            case PeerVerdict.Believed() -> remember(shown, now);
            case PeerVerdict.Unproven() -> {
                // May connect, as nobody in particular.
            }
            case PeerVerdict.Refused refused -> throw thrown(refused);
        }
    }

    private void remember(List<X509Certificate> shown, Instant now) {
        if (believed.size() >= MOST_REMEMBERED) {
            believed.clear();
        }
        Instant until = now.plus(MEMORY);
        for (X509Certificate certificate : shown) {
            Instant ends = certificate.getNotAfter().toInstant();
            until = ends.isBefore(until) ? ends : until;
        }
        believed.put(List.copyOf(shown), until);
    }

    /// With the alert that fits, where the library can be told.
    private CertificateException thrown(PeerVerdict.Refused refused) {
        var cause = new PeerRefused(refused);
        return switch (provider) {
            case JDK -> cause;
            case BORINGSSL ->
                    new OpenSslCertificateException(
                            refused.why(),
                            cause,
                            switch (refused.fault()) {
                                case NO_CERTIFICATE, NAME, FINGERPRINT ->
                                        CertificateVerifier.X509_V_ERR_APPLICATION_VERIFICATION;
                                case CHAIN ->
                                        CertificateVerifier
                                                .X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
                                case EXPIRED -> CertificateVerifier.X509_V_ERR_CERT_HAS_EXPIRED;
                                case REVOKED -> CertificateVerifier.X509_V_ERR_CERT_REVOKED;
                            });
        };
    }

    /// Whether a chain that passed was verified, not merely tolerated.
    boolean isBelieved(List<X509Certificate> shown) {
        return believed.containsKey(shown);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        check(chain, PeerVerifier.Side.CLIENT);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        check(chain, PeerVerifier.Side.SERVER);
    }

    @Override
    public void resumeClientTrusted(X509Certificate[] chain, SSLEngine engine)
            throws CertificateException {
        check(chain, PeerVerifier.Side.CLIENT);
    }

    @Override
    public void resumeServerTrusted(X509Certificate[] chain, SSLEngine engine)
            throws CertificateException {
        check(chain, PeerVerifier.Side.SERVER);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        check(chain, PeerVerifier.Side.CLIENT);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        check(chain, PeerVerifier.Side.SERVER);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        check(chain, PeerVerifier.Side.CLIENT);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        check(chain, PeerVerifier.Side.SERVER);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return verifier.roots().toArray(NO_ISSUERS);
    }
}
