package dev.heddle.proxy.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;

/// Who does the mathematics.
public enum TlsProvider {
    /// BoringSSL, in native code: the usual one.
    BORINGSSL(SslProvider.OPENSSL_REFCNT),
    /// The JDK: where the native library does not load. Handshakes cost five times as much, and
    /// there is no hybrid key exchange.
    JDK(SslProvider.JDK);

    private final SslProvider netty;

    TlsProvider(SslProvider netty) {
        this.netty = netty;
    }

    /// The better one that works here.
    public static TlsProvider usual() {
        return OpenSsl.isAvailable() ? BORINGSSL : JDK;
    }

    /// As `/server_info` shows it: which one, in which version.
    public String description() {
        return switch (this) {
            case BORINGSSL -> String.valueOf(OpenSsl.versionString());
            case JDK -> "JDK " + Runtime.version().feature();
        };
    }

    /// That whose contexts need no release: they go when nobody refers to them.
    SslProvider forgotten() {
        return this == BORINGSSL ? SslProvider.OPENSSL : netty;
    }

    SslProvider netty() {
        return netty;
    }
}
