package dev.heddle.proxy.quic;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Worker;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.ssl.SniCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/// A connection of a client.
///
/// ```
///   handshake ──done──▶ Owner.onConnected ──▶ streams … ──▶ Handler.onClosed
///       └──failed, or too late──▶ Owner.onNotConnected
/// ```
@Confined("worker")
public final class QuicConnection extends ChannelInboundHandlerAdapter {
    /// Hears what happens on a connection after its handshake.
    public interface Handler {
        /// The client has opened a stream.
        void onStream(QuicStream stream);

        /// So many streams were given up that the client had better come anew.
        void onWorn();

        /// The connection is gone, and its streams are. The last call.
        void onClosed();
    }

    /// Of each stream that did not end in both directions Netty keeps a note as long as the
    /// connection lives: half of so many have the client asked to go, all of them end it.
    private static final int MOST_ABANDONED = 1000;

    /// `H3_EXCESSIVE_LOAD` (RFC 9114, section 8.1).
    private static final int EXCESSIVE_LOAD = 0x107;

    private final QuicEndpoint endpoint;
    private final QuicChannel channel;
    private final InetSocketAddress remote;
    private final InetSocketAddress local;
    private final Deadline handshake;
    private @Nullable Handler handler;
    private String serverName = "";
    private boolean isConnected;
    private boolean isOver;
    private int abandoned;

    QuicConnection(QuicEndpoint endpoint, QuicChannel channel) {
        this.endpoint = endpoint;
        this.channel = channel;
        this.remote = (InetSocketAddress) Objects.requireNonNull(channel.remoteSocketAddress());
        this.local = endpoint.address();
        this.handshake = endpoint.worker().deadline(this::onSlowHandshake);
        handshake.set(endpoint.settings().handshake().toNanos());
    }

    public Worker worker() {
        return endpoint.worker();
    }

    /// The client, as it was when the connection was made.
    public InetSocketAddress remote() {
        return remote;
    }

    /// The address that it was made to.
    public InetSocketAddress local() {
        return local;
    }

    /// The server that the client asked for; empty where it named none.
    public String serverName() {
        return serverName;
    }

    /// What its handshake came to.
    public SSLEngine engine() {
        return Objects.requireNonNull(channel.sslEngine());
    }

    /// Says who hears what happens on it.
    public void setHandler(Handler value) {
        handler = value;
    }

    /// Opens a stream on which only this side sends.
    public void open(Consumer<QuicStream> opened) {
        var _ =
                channel.createStream(
                                QuicStreamType.UNIDIRECTIONAL, new ChannelInboundHandlerAdapter())
                        .addListener(made -> {
                            if (made.isSuccess()
                                    && made.getNow() instanceof QuicStreamChannel stream) {
                                opened.accept(added(stream));
                            }
                        });
    }

    private QuicStream added(QuicStreamChannel stream) {
        var added = new QuicStream(stream, this);
        stream.config().setReadFrames(true).setAllocator(worker().allocator());
        stream.pipeline().addLast(added);
        return added;
    }

    /// Ends it and all its streams, saying why.
    ///
    /// @param code of the application
    public void close(long code, String reason) {
        if (!isOver) {
            ByteBuf why = Unpooled.copiedBuffer(reason, StandardCharsets.US_ASCII);
            var _ = channel.close(true, (int) code, why);
        }
    }

    private void onSlowHandshake() {
        fail("takes longer than " + endpoint.settings().handshake().toMillis() + " ms");
        var _ = channel.close();
    }

    private void fail(String why) {
        if (!isConnected && !isOver) {
            isOver = true;
            handshake.discard();
            endpoint.onNotConnected(remote, why);
        }
    }

    void onAbandoned() {
        abandoned++;
        if (abandoned == MOST_ABANDONED / 2 && handler != null) {
            handler.onWorn();
        } else if (abandoned == MOST_ABANDONED) {
            close(EXCESSIVE_LOAD, "streams given up");
        }
    }

    void onEvent() {
        endpoint.worker().onEvent();
    }

    void bug(Throwable cause) {
        if (cause instanceof RuntimeException || cause instanceof Error) {
            worker().bug(cause);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        isConnected = true;
        handshake.discard();
        endpoint.onConnected(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof QuicStreamChannel stream) {
            QuicStream added = added(stream);
            if (handler == null) {
                added.reset(EXCESSIVE_LOAD);
            } else {
                handler.onStream(added);
            }
        }
        // The end of the pipeline begins to read from it.
        context.fireChannelRead(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        switch (event) {
            case SniCompletionEvent named -> {
                String name = named.hostname();
                serverName = name == null ? "" : name;
            }
            case SslHandshakeCompletionEvent done when !done.isSuccess() ->
                    fail(String.valueOf(done.cause().getMessage()));
            case QuicConnectionCloseEvent closed when closed.isTlsError() ->
                    fail("the client ends it with TLS alert " + (closed.error() - 0x100));
            default -> {
                // Of no account here.
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(String.valueOf(cause.getMessage()));
        bug(cause);
        var _ = channel.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail("the client is gone");
        if (isConnected && !isOver) {
            isOver = true;
            if (handler != null) {
                handler.onClosed();
            }
        }
        endpoint.onGone(this);
    }
}
