package dev.heddle.proxy.observe;

import dev.heddle.proxy.tls.TlsFailure;
import dev.heddle.proxy.tls.TlsSession;
import java.net.InetSocketAddress;

/// Records the handshakes of one listener on one worker. Called on the worker's thread; must not
/// block and must not throw.
public interface HandshakeLog {
    void secured(TlsSession session);

    void notSecured(TlsFailure failure, InetSocketAddress remote);
}
