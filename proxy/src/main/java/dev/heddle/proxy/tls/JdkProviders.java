package dev.heddle.proxy.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.security.KeyManagementException;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Security;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/// Which of the JDK's cryptography a process that is a proxy, and nothing else, brings to memory.
///
/// BoringSSL does the proxy's TLS. Yet Netty, when it looks whether BoringSSL works, asks the JDK
/// which versions of TLS it has, and the JDK sets up all of its own to answer: 600 classes, ten
/// megabytes and a tenth of a second, for nothing. So the JDK's TLS leaves the process's list of
/// providers while Netty looks, and somebody else answers; then it comes back, for the case that
/// BoringSSL does not work here.
///
/// Both are about the whole process, so they are done once, when it starts, before it has a second
/// thread.
public final class JdkProviders {
    /// Who serve a proxy: random numbers, hashes, certificates, keys, TLS.
    private static final Set<String> NEEDED =
            Set.of("SUN", "SunRsaSign", "SunEC", "SunJSSE", "SunJCE");

    private static final String PROPERTY = "security.provider.";

    private static final String JSSE = "SunJSSE";

    private JdkProviders() {}

    /// Takes out of the process's list whom no proxy asks, so that they are not set up when the
    /// list changes. To be called before anything of `java.security` is used; later it changes
    /// nothing.
    public static void keepNeeded() {
        String first = Security.getProperty(PROPERTY + 1);
        for (int i = 1; ; i++) {
            String name = Security.getProperty(PROPERTY + i);
            if (name == null || first == null) {
                return;
            }
            if (!NEEDED.contains(name)) {
                // There is no way to remove a line, but the same one twice counts once.
                Security.setProperty(PROPERTY + i, first);
            }
        }
    }

    /// Lets Netty look whether BoringSSL works, without the JDK's TLS.
    public static void lookForBoringSsl(InstantSource clock) {
        Provider jsse = Security.getProvider(JSSE);
        if (jsse == null) {
            return;
        }
        int place = List.of(Security.getProviders()).indexOf(jsse) + 1;
        var answering = new Answering();
        Security.removeProvider(JSSE);
        Security.addProvider(answering);
        try {
            if (OpenSsl.isAvailable()) {
                // Netty asks a second time when it makes its first context.
                ReferenceCountUtil.release(
                        SslContextBuilder.forClient()
                                .sslProvider(SslProvider.OPENSSL_REFCNT)
                                .trustManager(
                                        new PeerTrust(
                                                new PeerVerifier(TrustRules.NONE),
                                                clock,
                                                TlsProvider.BORINGSSL))
                                .build());
            }
        } catch (SSLException e) {
            throw new IllegalStateException("TLS: BoringSSL works, but makes no context", e);
        } finally {
            Security.removeProvider(answering.getName());
            Security.insertProviderAt(jsse, place);
        }
    }

    /// Says that there is TLS 1.3 and 1.2, as every JDK since 11 would.
    private static final class Answering extends Provider {
        private static final long serialVersionUID = 1L;

        Answering() {
            super("HeddleAnswering", "1", "knows the versions of TLS");
            putService(
                    new Service(this, "SSLContext", "TLS", Versions.class.getName(), null, null) {
                        @Override
                        public Object newInstance(Object parameter) {
                            return new Versions();
                        }
                    });
        }
    }

    /// A context that secures nothing.
    private static final class Versions extends SSLContextSpi {
        @Override
        protected SSLParameters engineGetSupportedSSLParameters() {
            return new SSLParameters(new String[0], new String[] {"TLSv1.3", "TLSv1.2"});
        }

        @Override
        protected SSLParameters engineGetDefaultSSLParameters() {
            return engineGetSupportedSSLParameters();
        }

        @Override
        protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
                throws KeyManagementException {
            // Has nothing to prepare.
        }

        @Override
        protected SSLSocketFactory engineGetSocketFactory() {
            throw new UnsupportedOperationException();
        }

        @Override
        protected SSLServerSocketFactory engineGetServerSocketFactory() {
            throw new UnsupportedOperationException();
        }

        @Override
        protected SSLEngine engineCreateSSLEngine() {
            throw new UnsupportedOperationException();
        }

        @Override
        protected SSLEngine engineCreateSSLEngine(String host, int port) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected SSLSessionContext engineGetServerSessionContext() {
            throw new UnsupportedOperationException();
        }

        @Override
        protected SSLSessionContext engineGetClientSessionContext() {
            throw new UnsupportedOperationException();
        }
    }
}
