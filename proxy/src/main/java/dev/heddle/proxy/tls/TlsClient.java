package dev.heddle.proxy.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ReferenceCounted;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLEngine;

/// What connections to hosts of one name are secured with: one for all workers, so that they share
/// sessions. Thread-safe.
public final class TlsClient {
    private final SslContext context;
    private final PeerTrust trust;
    private final String serverName;

    TlsClient(SslContext context, PeerTrust trust, String serverName) {
        this.context = context;
        this.trust = trust;
        this.serverName = serverName;
    }

    /// A handler that does one handshake, and then encrypts.
    ///
    /// @param address of the host; its sessions are kept under it
    public SslHandler handler(ByteBufAllocator allocator, InetSocketAddress address) {
        // A literal address is no server name, so only what follows is asked for.
        String literal =
                address.isUnresolved()
                        ? address.getHostString()
                        : address.getAddress().getHostAddress();
        SslHandler handler = context.newHandler(allocator, literal, address.getPort());
        handler.setHandshakeTimeoutMillis(0);
        if (!serverName.isEmpty()) {
            Natives.askFor(handler.engine(), serverName);
        }
        Natives.forbidRenegotiation(handler.engine());
        return handler;
    }

    /// The same without a channel.
    public SSLEngine engine(ByteBufAllocator allocator, InetSocketAddress address) {
        return handler(allocator, address).engine();
    }

    /// What became of its handshake.
    public TlsSession session(SSLEngine engine) {
        return Natives.session(engine, trust);
    }

    /// What became of its handshake.
    public TlsSession session(SslHandler handler) {
        return Natives.session(handler.engine(), trust);
    }

    void release() {
        ReferenceCountUtil.release(context);
    }

    /// Whether it is forgotten for good. A context of the JDK has nothing to forget.
    boolean isReleased() {
        return !(context instanceof ReferenceCounted counted) || counted.refCnt() == 0;
    }
}
