package dev.heddle.console.tls;

import java.security.SecureRandom;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/// A context that is another one from time to time: each connection has the one of its beginning,
/// so its certificate and its key are always of one kind.
final class ChangingContext extends SSLContextSpi {
    private final Supplier<SSLContext> current;
    private final boolean asksClients;

    private ChangingContext(Supplier<SSLContext> current, boolean asksClients) {
        this.current = current;
        this.asksClients = asksClients;
    }

    /// @param asksClients whether who shows no certificate is refused
    static SSLContext of(Supplier<SSLContext> current, boolean asksClients) {
        SSLContext now = current.get();
        return new SSLContext(
                new ChangingContext(current, asksClients), now.getProvider(), now.getProtocol()) {};
    }

    @Override
    protected void engineInit(
            KeyManager @Nullable [] keys,
            TrustManager @Nullable [] trust,
            @Nullable SecureRandom random) {
        throw new IllegalStateException("it has its keys already");
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
        return new TlsOrText(current.get().getSocketFactory(), asksClients);
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
        return current.get().getServerSocketFactory();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
        return current.get().createSSLEngine();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
        return current.get().createSSLEngine(host, port);
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
        return current.get().getServerSessionContext();
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
        return current.get().getClientSessionContext();
    }

    @Override
    protected SSLParameters engineGetDefaultSSLParameters() {
        return current.get().getDefaultSSLParameters();
    }

    @Override
    protected SSLParameters engineGetSupportedSSLParameters() {
        return current.get().getSupportedSSLParameters();
    }
}
