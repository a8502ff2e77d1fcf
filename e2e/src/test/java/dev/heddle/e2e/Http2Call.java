package dev.heddle.e2e;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.HttpConversionUtil.ExtensionHeaderNames;
import io.netty.handler.codec.http2.HttpToHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.InboundHttp2ToHttpAdapterBuilder;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/// A request in HTTP/2, as from a client that knows that the other side speaks it. Made of a codec
/// that is not the proxy's.
public final class Http2Call {
    private static final int MOST = 1 << 20;

    private Http2Call() {}

    /// @param server that the client hello names
    public record Security(SslContext context, String server) {}

    /// Makes a request without a body, and without TLS, on a connection of its own.
    static Answer make(
            SocketAddress to,
            String method,
            String authority,
            String path,
            Map<String, String> headers)
            throws IOException {
        return make(to, Optional.empty(), method, authority, path, headers, new byte[0]);
    }

    /// Makes the request on a connection of its own. The answer's trailers are among its headers.
    public static Answer make(
            SocketAddress to,
            Optional<Security> tls,
            String method,
            String authority,
            String path,
            Map<String, String> headers,
            byte[] body)
            throws IOException {
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        var answer = new CompletableFuture<Answer>();
        try {
            Channel channel =
                    new Bootstrap()
                            .group(loop)
                            .channel(NioSocketChannel.class)
                            .handler(client(tls, answer))
                            .connect(to)
                            .syncUninterruptibly()
                            .channel();
            var request =
                    new DefaultFullHttpRequest(
                            HttpVersion.HTTP_1_1,
                            HttpMethod.valueOf(method),
                            path,
                            Unpooled.wrappedBuffer(body));
            request.headers().set("host", authority);
            request.headers()
                    .set(ExtensionHeaderNames.SCHEME.text(), tls.isPresent() ? "https" : "http");
            headers.forEach(request.headers()::set);
            var _ = channel.writeAndFlush(request);
            return answer.get(10, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(authority + path + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        } finally {
            var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    private static ChannelInitializer<Channel> client(
            Optional<Security> tls, CompletableFuture<Answer> answer) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                var connection = new DefaultHttp2Connection(false);
                tls.ifPresent(it ->
                        channel.pipeline()
                                .addLast(
                                        it.context()
                                                .newHandler(channel.alloc(), it.server(), 443)));
                channel.pipeline()
                        .addLast(
                                new HttpToHttp2ConnectionHandlerBuilder()
                                        .connection(connection)
                                        .frameListener(
                                                new InboundHttp2ToHttpAdapterBuilder(connection)
                                                        .maxContentLength(MOST)
                                                        .build())
                                        .build(),
                                new Answers(answer));
            }
        };
    }

    private static final class Answers extends SimpleChannelInboundHandler<FullHttpResponse> {
        private final CompletableFuture<Answer> answer;

        Answers(CompletableFuture<Answer> answer) {
            this.answer = answer;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
            var headers = new LinkedHashMap<String, List<String>>();
            Stream.of(response.headers(), response.trailingHeaders())
                    .flatMap(it -> it.entries().stream())
                    .forEach(header ->
                            headers.computeIfAbsent(
                                            header.getKey().toLowerCase(Locale.ROOT),
                                            _ -> new ArrayList<>())
                                    .add(header.getValue()));
            answer.complete(
                    new Answer(
                            response.status().code(),
                            headers,
                            response.content().toString(StandardCharsets.ISO_8859_1)));
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            answer.completeExceptionally(new IOException("closed without an answer"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            answer.completeExceptionally(cause);
        }
    }
}
