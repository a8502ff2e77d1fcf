package dev.heddle.proxy.tls;

import io.netty.handler.codec.quic.QuicSslEngine;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.internal.tcnative.SSL;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/// What is said to and asked of a single engine beyond the JDK's interface.
final class Natives {
    private Natives() {}

    /// BoringSSL would let a server ask for one new handshake. With the JDK nobody renegotiates TLS
    /// 1.2 unless it is told to.
    static void forbidRenegotiation(SSLEngine engine) {
        if (engine instanceof ReferenceCountedOpenSslEngine nativeEngine) {
            try {
                SSL.setRenegotiateMode(nativeEngine.sslPointer(), SSL.SSL_RENEGOTIATE_NEVER);
            } catch (Exception e) {
                throw new IllegalStateException("TLS: renegotiation cannot be switched off", e);
            }
        }
    }

    /// With TLS 1.3 the library turns tickets on for each engine.
    static void forbidTickets(SSLEngine engine) {
        if (engine instanceof ReferenceCountedOpenSslEngine nativeEngine) {
            SSL.setOptions(nativeEngine.sslPointer(), SSL.SSL_OP_NO_TICKET);
        }
    }

    static TlsSession session(SSLEngine engine, PeerTrust trust) {
        return session(engine, trust, serverName(engine));
    }

    /// @param serverName what the client asked for
    static TlsSession session(SSLEngine engine, PeerTrust trust, String serverName) {
        SSLSession session = engine.getSession();
        List<X509Certificate> peer = peer(session);
        String alpn = engine.getApplicationProtocol();
        return new TlsSession(
                session.getProtocol(),
                cipher(engine, session),
                alpn == null ? "" : alpn,
                serverName,
                HexFormat.of().formatHex(session.getId()),
                engine instanceof ReferenceCountedOpenSslEngine nativeEngine
                        && SSL.isSessionReused(nativeEngine.sslPointer()),
                shown(x509(session.getLocalCertificates())),
                shown(peer),
                trust.isBelieved(peer));
    }

    /// The session of a handshake that is not done; null where the engine has no word of it.
    static @Nullable SSLSession running(SSLEngine engine) {
        return engine instanceof QuicSslEngine ? null : engine.getHandshakeSession();
    }

    private static Optional<ShownCertificate> shown(List<X509Certificate> chain) {
        return chain.isEmpty() ? Optional.empty() : Optional.of(ShownCertificate.of(chain));
    }

    private static String cipher(SSLEngine engine, SSLSession session) {
        if (engine instanceof ReferenceCountedOpenSslEngine nativeEngine) {
            String name = SSL.getCipherForSSL(nativeEngine.sslPointer());
            return name == null ? session.getCipherSuite() : name;
        }
        return session.getCipherSuite();
    }

    /// The name that the client asked for; empty when it named none.
    ///
    /// The library is asked itself: the JDK's class for such names brings half a megabyte of tables
    /// about international ones.
    static String serverName(SSLEngine engine) {
        if (engine instanceof ReferenceCountedOpenSslEngine nativeEngine) {
            String name = SSL.getSniHostname(nativeEngine.sslPointer());
            return name == null ? "" : name;
        }
        SSLSession running = engine.getHandshakeSession();
        return (running == null ? engine.getSession() : running)
                        instanceof ExtendedSSLSession session
                ? session.getRequestedServerNames().stream()
                        .filter(SNIHostName.class::isInstance)
                        .map(name -> ((SNIHostName) name).getAsciiName())
                        .findFirst()
                        .orElse("")
                : "";
    }

    /// Lets a client ask for a name.
    static void askFor(SSLEngine engine, String serverName) {
        if (engine instanceof ReferenceCountedOpenSslEngine nativeEngine) {
            SSL.setTlsExtHostName(nativeEngine.sslPointer(), serverName);
            return;
        }
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(serverName)));
        engine.setSSLParameters(parameters);
    }

    private static List<X509Certificate> peer(SSLSession session) {
        try {
            return x509(session.getPeerCertificates());
        } catch (SSLPeerUnverifiedException e) {
            // It showed none.
            return List.of();
        }
    }

    private static List<X509Certificate> x509(Certificate @Nullable [] certificates) {
        var chain = new ArrayList<X509Certificate>();
        if (certificates != null) {
            for (Certificate certificate : certificates) {
                if (certificate instanceof X509Certificate x509) {
                    chain.add(x509);
                }
            }
        }
        return chain;
    }
}
