package dev.heddle.proxy.tls;

import dev.heddle.xds.secret.TlsCertificate;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ReferenceCounted;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/// What the connections of clients are secured with: one for all workers, so that a session that
/// began on one can be resumed on another. Thread-safe.
public final class TlsServer {
    private final Material material;
    private final SslContext context;
    private final PeerTrust trust;
    private final boolean tickets;
    private final ClientAuth clients;
    private final AtomicReference<@Nullable QuicSslContext> quic = new AtomicReference<>();

    /// What it was made of; two that are made of the same are the same.
    record Material(
            DownstreamTls tls,
            List<TlsCertificate> certificates,
            TrustRules rules,
            List<TicketKey> ticketKeys) {}

    TlsServer(Material material, SslContext context, PeerTrust trust, ClientAuth clients) {
        this.material = material;
        this.context = context;
        this.trust = trust;
        this.clients = clients;
        this.tickets = material.tls().sessions().tickets();
    }

    Material material() {
        return material;
    }

    /// A handler that does one handshake, and then encrypts.
    public SslHandler handler(ByteBufAllocator allocator) {
        SslHandler handler = context.newHandler(allocator);
        // Whoever waits for the handshake has a clock of their own.
        handler.setHandshakeTimeoutMillis(0);
        if (!tickets) {
            Natives.forbidTickets(handler.engine());
        }
        return handler;
    }

    /// The same without a channel.
    public SSLEngine engine(ByteBufAllocator allocator) {
        return handler(allocator).engine();
    }

    /// The same for QUIC, made when it is first asked for.
    public synchronized QuicSslContext quic() {
        QuicSslContext made = quic.get();
        if (made == null) {
            made = QuicContexts.of(material, trust, clients);
            quic.set(made);
        }
        return made;
    }

    /// What became of a handshake of QUIC.
    ///
    /// @param serverName what the client asked for
    public TlsSession session(SSLEngine engine, String serverName) {
        return Natives.session(engine, trust, serverName);
    }

    /// What became of its handshake.
    public TlsSession session(SSLEngine engine) {
        return Natives.session(engine, trust);
    }

    /// What became of its handshake.
    public TlsSession session(SslHandler handler) {
        return Natives.session(handler.engine(), trust);
    }

    /// Forgets keys and sessions, as soon as the last connection that uses them ends.
    void release() {
        ReferenceCountUtil.release(context);
    }

    /// Whether it is forgotten for good. A context of the JDK has nothing to forget.
    boolean isReleased() {
        return !(context instanceof ReferenceCounted counted) || counted.refCnt() == 0;
    }
}
