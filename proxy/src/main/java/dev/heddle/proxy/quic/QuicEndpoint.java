package dev.heddle.proxy.quic;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Datagrams;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.tls.NamedServers;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Takes the QUIC connections that come to one socket of a worker.
@Confined("worker")
public final class QuicEndpoint {
    /// Whoever serves its clients.
    public interface Owner {
        /// With what a connection is secured; null refuses it.
        ///
        /// @param serverName as the client asks for it; empty where it does not
        @Nullable QuicSslContext context(
                InetSocketAddress remote, InetSocketAddress local, String serverName);

        /// With what a handshake begins, before a server is named; null refuses all.
        @Nullable QuicSslContext first();

        /// A handshake is done. Sets a handler, or ends it.
        void onConnected(QuicConnection connection);

        /// A handshake failed.
        void onNotConnected(InetSocketAddress remote, String why);
    }

    /// Half-open connections from which on a client must first show that it gets what is sent to
    /// its address.
    private static final int MANY_HALF_OPEN = 64;

    /// How often the network may give a client another address while its connection lives: quiche
    /// has a path for each, as many as there may be ids.
    private static final int MOST_ADDRESSES = 64;

    private final Worker worker;
    private final QuicSettings settings;
    private final Owner owner;
    private final QuicPort port;
    private final InetSocketAddress address;
    private final Set<QuicConnection> connections = new HashSet<>();
    private final Runnable endRead = this::endRead;
    private int halfOpen;
    private boolean isReadEnding;
    private boolean isClosed;

    /// @param socket bound; it is still the caller's to close
    public QuicEndpoint(
            Worker worker,
            QuicSettings settings,
            Datagrams socket,
            RetryTokens tokens,
            ConnectionIds ids,
            Owner owner) {
        this.worker = worker;
        this.settings = settings;
        this.owner = owner;
        this.address = socket.address();
        this.port = new QuicPort(socket);
        port.pipeline().addLast(codec(tokens, ids));
        var _ = worker.loop().register(port);
    }

    private ChannelHandler codec(RetryTokens tokens, ConnectionIds ids) {
        return new QuicServerCodecBuilder()
                .sslEngineProvider(channel -> {
                    QuicSslContext first = owner.first();
                    if (first == null) {
                        throw new IllegalStateException("no certificate yet");
                    }
                    return first.newEngine(channel.alloc());
                })
                .tokenHandler(tokens.when(() -> halfOpen >= MANY_HALF_OPEN))
                .connectionIdAddressGenerator(ids)
                .maxIdleTimeout(settings.idle().toMillis(), TimeUnit.MILLISECONDS)
                .initialMaxData(settings.connectionWindow())
                .initialMaxStreamDataBidirectionalRemote(settings.streamWindow())
                .initialMaxStreamDataBidirectionalLocal(settings.streamWindow())
                .initialMaxStreamDataUnidirectional(settings.streamWindow())
                .initialMaxStreamsBidirectional(settings.streams())
                // Of a control stream, two of QPACK's, and what else is made up to test us.
                .initialMaxStreamsUnidirectional(16)
                .activeMigration(settings.migrates())
                .activeConnectionIdLimit(MOST_ADDRESSES)
                .option(ChannelOption.ALLOCATOR, worker.allocator())
                .handler(
                        new ChannelInitializer<QuicChannel>() {
                            @Override
                            protected void initChannel(QuicChannel channel) {
                                begin(channel);
                            }
                        })
                .streamHandler(new Nothing())
                .build();
    }

    @ChannelHandler.Sharable
    private static final class Nothing extends ChannelInboundHandlerAdapter {}

    private void begin(QuicChannel channel) {
        halfOpen++;
        var connection = new QuicConnection(this, channel);
        connections.add(connection);
        channel.pipeline().addLast(connection);
    }

    Worker worker() {
        return worker;
    }

    QuicSettings settings() {
        return settings;
    }

    InetSocketAddress address() {
        return address;
    }

    /// Takes a datagram, whose bytes now belong to the endpoint.
    public void onDatagram(ByteBuf bytes, InetSocketAddress from) {
        if (isClosed) {
            bytes.release();
            return;
        }
        NamedServers.during(
                name -> owner.context(from, address, name), () -> port.receive(bytes, from));
        if (!isReadEnding) {
            isReadEnding = true;
            worker.execute(endRead);
        }
    }

    /// The datagrams of a turn are acknowledged together.
    private void endRead() {
        isReadEnding = false;
        if (!isClosed) {
            port.received();
        }
    }

    void onConnected(QuicConnection connection) {
        halfOpen--;
        owner.onConnected(connection);
    }

    void onNotConnected(InetSocketAddress remote, String why) {
        halfOpen--;
        owner.onNotConnected(remote, why);
    }

    void onGone(QuicConnection connection) {
        connections.remove(connection);
    }

    /// How many connections it has, with those whose handshake is not done.
    public int size() {
        return connections.size();
    }

    /// Ends all connections; nothing is heard any more.
    public void close() {
        if (!isClosed) {
            isClosed = true;
            var _ = port.close();
        }
    }
}
