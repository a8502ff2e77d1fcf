package dev.heddle.e2e;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.HttpConversionUtil.ExtensionHeaderNames;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// Real servers on the loopback interface that say who they are and what they saw, in HTTP/1.1 or,
/// to those that begin with its preface, in HTTP/2.
public final class EchoBackends implements AutoCloseable {

    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    private final Map<String, AtomicInteger> heard = new ConcurrentHashMap<>();
    private final Consumer<HttpHeaders> listener;

    EchoBackends() {
        this(_ -> {});
    }

    /// @param listener told the headers of each request before it is answered
    public EchoBackends(Consumer<HttpHeaders> listener) {
        this.listener = listener;
    }

    /// How many requests a backend has had.
    int heard(String destination) {
        AtomicInteger count = heard.get(destination);
        return count == null ? 0 : count.get();
    }

    /// Starts the backend of that destination, as in `reviews/v2`, and returns its port.
    public int start(String destination) {
        return start(destination, Optional.empty());
    }

    /// As [#start(String)], with TLS.
    int start(String destination, Optional<SslContext> tls) {
        return start(destination, tls, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /// As [#start(String, Optional)], at an address of its own.
    int start(String destination, Optional<SslContext> tls, InetSocketAddress at) {
        AtomicInteger count = heard.computeIfAbsent(destination, _ -> new AtomicInteger());
        Channel server =
                new ServerBootstrap()
                        .group(loops)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        tls.ifPresent(t ->
                                                channel.pipeline()
                                                        .addLast(t.newHandler(channel.alloc())));
                                        channel.pipeline()
                                                .addLast(
                                                        new EitherHttp(
                                                                new Echo(
                                                                        destination,
                                                                        count,
                                                                        listener)));
                                    }
                                })
                        .bind(at)
                        .syncUninterruptibly()
                        .channel();
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    /// Starts a backend at a path, whose name is that of its file.
    void start(Path path) throws IOException {
        Files.createDirectories(path.getParent());
        Files.deleteIfExists(path);
        String destination = path.getFileName().toString();
        AtomicInteger count = heard.computeIfAbsent(destination, _ -> new AtomicInteger());
        new ServerBootstrap()
                .group(loops)
                .channel(NioServerDomainSocketChannel.class)
                .childHandler(
                        new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                channel.pipeline()
                                        .addLast(
                                                new EitherHttp(
                                                        new Echo(destination, count, listener)));
                            }
                        })
                .bind(UnixDomainSocketAddress.of(path))
                .syncUninterruptibly();
    }

    private static final class Echo extends SimpleChannelInboundHandler<FullHttpRequest> {
        private static final String STREAM = ExtensionHeaderNames.STREAM_ID.text().toString();

        private final String destination;
        private final AtomicInteger count;
        private final Consumer<HttpHeaders> listener;

        Echo(String destination, AtomicInteger count, Consumer<HttpHeaders> listener) {
            this.destination = destination;
            this.count = count;
            this.listener = listener;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            count.incrementAndGet();
            listener.accept(request.headers());
            if (request.uri().startsWith("/reset")) {
                // The work is done, and nobody hears of it.
                context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
                var _ = context.close();
                return;
            }
            String stream = request.headers().get(STREAM);
            String host = request.headers().get("host", "");
            Map<String, List<String>> headers = new LinkedHashMap<>();
            request.headers().names().stream()
                    .filter(name -> !name.startsWith("x-http2-"))
                    .forEach(name ->
                            headers.put(
                                    name.toLowerCase(Locale.ROOT), request.headers().getAll(name)));
            byte[] body =
                    EchoReply.body(request.method().name(), request.uri(), host, headers)
                            .getBytes(StandardCharsets.UTF_8);
            boolean isHead = request.method().name().equals("HEAD");
            FullHttpResponse response =
                    new DefaultFullHttpResponse(
                            request.protocolVersion().equals(HttpVersion.HTTP_1_0)
                                    ? HttpVersion.HTTP_1_0
                                    : HttpVersion.HTTP_1_1,
                            HttpResponseStatus.valueOf(
                                    EchoReply.status(
                                            destination, HttpResponseStatus.OK.code(), headers)),
                            isHead ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
            response.headers().set(EchoReply.DESTINATION, destination);
            response.headers().set(EchoReply.PROTOCOL, stream == null ? "HTTP/1.1" : "HTTP/2");
            if (stream != null) {
                response.headers().set(STREAM, stream);
            }
            HttpUtil.setContentLength(response, isHead ? 0 : body.length);
            HttpUtil.setKeepAlive(response, HttpUtil.isKeepAlive(request));
            var _ = context.writeAndFlush(response);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            var _ = context.close();
        }
    }

    @Override
    public void close() {
        // Once it returns, others may have the ports.
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
    }
}
