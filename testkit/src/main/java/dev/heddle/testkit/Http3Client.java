package dev.heddle.testkit;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.http3.DefaultHttp3DataFrame;
import io.netty.handler.codec.http3.DefaultHttp3Headers;
import io.netty.handler.codec.http3.DefaultHttp3HeadersFrame;
import io.netty.handler.codec.http3.Http3;
import io.netty.handler.codec.http3.Http3ClientConnectionHandler;
import io.netty.handler.codec.http3.Http3DataFrame;
import io.netty.handler.codec.http3.Http3Headers;
import io.netty.handler.codec.http3.Http3HeadersFrame;
import io.netty.handler.codec.http3.Http3RequestStreamInboundHandler;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicSslEngine;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/// A client of HTTP/3 with one connection, by Netty's codec, which is not the proxy's.
public final class Http3Client implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 20;

    /// `H3_REQUEST_CANCELLED`.
    private static final int CANCELLED = 0x10c;

    /// Who is refused may not be told.
    private static final long CONNECT_SECONDS = 5;

    private final MultiThreadIoEventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final CompletableFuture<Integer> code = new CompletableFuture<>();
    private final QuicChannel channel;
    private final int port;

    /// What was answered.
    ///
    /// @param more trailers
    public record Answer(
            int status, Map<String, String> headers, String body, Map<String, String> more) {
        /// A header; empty where there is none.
        public String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    private Http3Client(QuicSslContext tls, String serverName, int port) throws Exception {
        this.port = port;
        Channel socket =
                new Bootstrap()
                        .group(loop)
                        .channel(NioDatagramChannel.class)
                        .handler(
                                Http3.newQuicClientCodecBuilder()
                                        .sslEngineProvider(it -> engine(tls, serverName, it))
                                        .maxIdleTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                                        .initialMaxData(10_000_000)
                                        .initialMaxStreamDataBidirectionalLocal(1_000_000)
                                        .build())
                        .bind(0)
                        .sync()
                        .channel();
        try {
            this.channel =
                    QuicChannel.newBootstrap(socket)
                            .handler(
                                    new ChannelInitializer<QuicChannel>() {
                                        @Override
                                        protected void initChannel(QuicChannel made) {
                                            made.pipeline()
                                                    .addLast(new Closing())
                                                    .addLast(new Http3ClientConnectionHandler());
                                        }
                                    })
                            .remoteAddress(
                                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                            .connect()
                            .get(CONNECT_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw e;
        }
    }

    private static QuicSslEngine engine(
            QuicSslContext tls, String serverName, QuicChannel channel) {
        return serverName.isEmpty()
                ? tls.newEngine(channel.alloc())
                : tls.newEngine(channel.alloc(), serverName, 443);
    }

    /// Connects to a port of this machine.
    ///
    /// @param believed whoever issues certificates of servers
    /// @param key of what the client shows of itself; null for nothing
    /// @param shown the client's certificate and its issuers'; empty for none
    /// @param serverName asked for, with a dot; empty asks for none
    /// @throws Exception where there is no connection in time
    public static Http3Client connect(
            X509Certificate believed,
            @Nullable PrivateKey key,
            List<X509Certificate> shown,
            String serverName,
            int port)
            throws Exception {
        QuicSslContextBuilder builder =
                QuicSslContextBuilder.forClient()
                        .trustManager(believed)
                        .endpointIdentificationAlgorithm("")
                        .applicationProtocols(Http3.supportedApplicationProtocols());
        if (key != null) {
            builder.keyManager(key, null, shown.toArray(X509Certificate[]::new));
        }
        return new Http3Client(builder.build(), serverName, port);
    }

    /// What the handshake came to.
    public SSLEngine engine() {
        return Objects.requireNonNull(channel.sslEngine());
    }

    /// A head, for more headers.
    public Http3Headers request(String method, String path) {
        return new DefaultHttp3Headers()
                .method(method)
                .scheme("https")
                .authority("localhost:" + port)
                .path(path);
    }

    /// Asks, and waits for the answer.
    public Answer get(String path) throws Exception {
        return send(request("GET", path), "").get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /// Asks.
    ///
    /// @param body empty for none
    public CompletableFuture<Answer> send(Http3Headers head, String body) throws Exception {
        awaitRoom();
        var answer = new Reading();
        QuicStreamChannel stream =
                Http3.newRequestStream(channel, answer).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        var frame = new DefaultHttp3HeadersFrame(head);
        if (body.isEmpty()) {
            stream.writeAndFlush(frame).addListener(QuicStreamChannel.SHUTDOWN_OUTPUT);
        } else {
            var _ = stream.write(frame);
            stream.writeAndFlush(
                            new DefaultHttp3DataFrame(
                                    Unpooled.copiedBuffer(body, StandardCharsets.UTF_8)))
                    .addListener(QuicStreamChannel.SHUTDOWN_OUTPUT);
        }
        return answer.done;
    }

    /// Sends bytes on a stream of their own.
    ///
    /// @param isEnd whether the stream ends with them
    /// @return what came back, when the other side has ended the stream
    public CompletableFuture<ByteBuf> raw(QuicStreamType type, ByteBuf bytes, boolean isEnd)
            throws Exception {
        return raw(type, bytes, isEnd, "");
    }

    /// The same.
    ///
    /// @param last what comes back is complete when it ends with that; empty: with the stream
    public CompletableFuture<ByteBuf> raw(
            QuicStreamType type, ByteBuf bytes, boolean isEnd, String last) throws Exception {
        var got = new RawReading(last);
        QuicStreamChannel stream =
                channel.createStream(type, got).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        var written = stream.writeAndFlush(bytes);
        if (isEnd) {
            written.addListener(QuicStreamChannel.SHUTDOWN_OUTPUT);
        }
        return got.done;
    }

    /// Waits until the server takes one more stream: it says so some time after another has ended.
    private void awaitRoom() throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (channel.peerAllowedStreams(QuicStreamType.BIDIRECTIONAL) <= 0
                && channel.isOpen()
                && System.nanoTime() < until) {
            Thread.sleep(1);
        }
    }

    /// Begins a request and gives it up, as soon as the server takes one more.
    public void abandon(String path) throws Exception {
        awaitRoom();
        QuicStreamChannel stream;
        try {
            stream =
                    Http3.newRequestStream(channel, new Reading())
                            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (channel.isOpen()) {
                throw e;
            }
            return;
        }
        var _ = stream.writeAndFlush(new DefaultHttp3HeadersFrame(request("POST", path)));
        var _ = stream.shutdown(CANCELLED, stream.newPromise());
    }

    /// Whether the connection is gone.
    public boolean isClosed() {
        return !channel.isOpen();
    }

    /// With which code the server ends the connection; -1 where it says none.
    public int closedWith() throws Exception {
        channel.closeFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return code.getNow(-1);
    }

    /// Hears with which code the server ends it.
    private final class Closing extends ChannelInboundHandlerAdapter {
        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof QuicConnectionCloseEvent closed) {
                code.complete(closed.error());
            }
            context.fireUserEventTriggered(event);
        }
    }

    @Override
    public void close() {
        channel.close().awaitUninterruptibly(5, TimeUnit.SECONDS);
        var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private static final class RawReading extends ChannelInboundHandlerAdapter {
        private final CompletableFuture<ByteBuf> done = new CompletableFuture<>();
        private final ByteBuf got = Unpooled.buffer();
        private final String last;

        RawReading(String last) {
            this.last = last;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof ByteBuf bytes) {
                got.writeBytes(bytes);
                bytes.release();
                if (!last.isEmpty() && got.toString(StandardCharsets.ISO_8859_1).endsWith(last)) {
                    done.complete(got);
                }
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            done.completeExceptionally(cause);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                done.complete(got);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            done.complete(got);
        }
    }

    private static final class Reading extends Http3RequestStreamInboundHandler {
        private final CompletableFuture<Answer> done = new CompletableFuture<>();
        private final Map<String, String> headers = new LinkedHashMap<>();
        private final Map<String, String> trailers = new LinkedHashMap<>();
        private final ByteBuf body = Unpooled.buffer();

        private int status() {
            return Integer.parseInt(headers.getOrDefault(":status", "0"));
        }

        @Override
        protected void channelRead(ChannelHandlerContext context, Http3HeadersFrame frame) {
            Map<String, String> into = status() < 200 ? headers : trailers;
            frame.headers()
                    .forEach(it -> into.put(it.getKey().toString(), it.getValue().toString()));
        }

        @Override
        protected void channelRead(ChannelHandlerContext context, Http3DataFrame frame) {
            body.writeBytes(frame.content());
            frame.release();
        }

        @Override
        protected void channelInputClosed(ChannelHandlerContext context) {
            done.complete(
                    new Answer(status(), headers, body.toString(StandardCharsets.UTF_8), trailers));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            done.completeExceptionally(cause);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            done.completeExceptionally(new IllegalStateException("the stream ended early"));
            context.fireChannelInactive();
        }
    }
}
