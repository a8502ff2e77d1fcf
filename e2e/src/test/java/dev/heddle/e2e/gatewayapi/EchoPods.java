package dev.heddle.e2e.gatewayapi;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.heddle.e2e.EitherHttp;
import dev.heddle.xds.secret.PemText;
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
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.codec.http2.HttpConversionUtil.ExtensionHeaderNames;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/// The suite's echo servers: each says which pod it is, and the request as it saw it.
final class EchoPods implements AutoCloseable {
    static final String POD = "x-echo-pod";
    static final String NAMESPACE = "x-echo-namespace";

    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Map<String, AtomicInteger> heard = new ConcurrentHashMap<>();

    /// How often somebody tried, by what he calls himself.
    private final Map<String, AtomicInteger> tries = new ConcurrentHashMap<>();

    /// @param name of the pod
    /// @param tls certificate of its port 8443; empty for no such port
    /// @param clients roots of clients that must have a certificate; empty for any client
    record Pod(
            String namespace,
            String name,
            Optional<Authority.Pair> tls,
            Optional<String> clients) {}

    /// How many requests the pods of a Deployment have had, at paths that begin so.
    int heard(String deployment, String path) {
        return heard.entrySet().stream()
                .filter(e -> e.getKey().startsWith(deployment + "-"))
                .filter(e -> e.getKey().contains(" " + path))
                .mapToInt(e -> e.getValue().get())
                .sum();
    }

    /// Has a pod listen at an address of its own, on the ports that the suite's image has.
    void start(Pod pod, String address) throws IOException {
        listen(pod, Optional.empty(), address, 3000);
        listen(pod, Optional.empty(), address, 3001);
        if (pod.tls().isPresent()) {
            listen(pod, Optional.of(secured(pod)), address, 8443);
        }
    }

    private static SslContext secured(Pod pod) throws IOException {
        Authority.Pair pair = pod.tls().orElseThrow();
        SslContextBuilder builder =
                SslContextBuilder.forServer(stream(pair.chain()), stream(pair.key()))
                        .sslProvider(SslProvider.JDK)
                        .applicationProtocolConfig(
                                new ApplicationProtocolConfig(
                                        ApplicationProtocolConfig.Protocol.ALPN,
                                        ApplicationProtocolConfig.SelectorFailureBehavior
                                                .NO_ADVERTISE,
                                        ApplicationProtocolConfig.SelectedListenerFailureBehavior
                                                .ACCEPT,
                                        "h2",
                                        "http/1.1"));
        if (pod.clients().isPresent()) {
            builder.trustManager(stream(pod.clients().get())).clientAuth(ClientAuth.REQUIRE);
        }
        return builder.build();
    }

    private static InputStream stream(String pem) {
        return new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8));
    }

    private void listen(Pod pod, Optional<SslContext> tls, String address, int port) {
        new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(
                        new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                tls.ifPresent(t ->
                                        channel.pipeline().addLast(t.newHandler(channel.alloc())));
                                channel.pipeline().addLast(new EitherHttp(new Echo(pod)));
                            }
                        })
                .bind(new InetSocketAddress(address, port))
                .syncUninterruptibly();
    }

    private static final class WebSocketEcho extends SimpleChannelInboundHandler<WebSocketFrame> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
            if (frame instanceof TextWebSocketFrame || frame instanceof BinaryWebSocketFrame) {
                var _ = context.writeAndFlush(frame.retain());
            }
        }
    }

    private final class Echo extends SimpleChannelInboundHandler<FullHttpRequest> {
        private final Pod pod;

        Echo(Pod pod) {
            this.pod = pod;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            var query = new QueryStringDecoder(request.uri());
            heard.computeIfAbsent(pod.name() + " " + request.uri(), _ -> new AtomicInteger())
                    .incrementAndGet();
            if (query.path().equals("/ws")) {
                context.pipeline()
                        .addLast(new WebSocketServerProtocolHandler("/ws"), new WebSocketEcho());
                context.fireChannelRead(request.retain());
                return;
            }
            Optional<Integer> status =
                    query.path().startsWith("/retry") ? tried(query) : Optional.of(200);
            if (status.isEmpty()) {
                context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
                var _ = context.close();
                return;
            }
            FullHttpResponse response =
                    request.headers().get("content-type", "").startsWith("application/grpc")
                            ? grpc()
                            : http(context, request, status.get());
            String stream = request.headers().get(ExtensionHeaderNames.STREAM_ID.text());
            if (stream != null) {
                response.headers().set(ExtensionHeaderNames.STREAM_ID.text(), stream);
            }
            HttpUtil.setKeepAlive(response, HttpUtil.isKeepAlive(request));
            long delay = delay(query);
            if (delay == 0) {
                var _ = context.writeAndFlush(response);
            } else {
                var _ =
                        context.executor()
                                .schedule(
                                        () -> {
                                            var _ = context.writeAndFlush(response);
                                        },
                                        delay,
                                        TimeUnit.MILLISECONDS);
            }
        }

        /// What a try is answered with; empty for an end of the connection.
        private Optional<Integer> tried(QueryStringDecoder query) {
            Map<String, List<String>> said = query.parameters();
            int before =
                    tries.computeIfAbsent(
                                    said.getOrDefault("uuid", List.of("")).getFirst(),
                                    _ -> new AtomicInteger())
                            .getAndIncrement();
            return before
                            >= Integer.parseInt(
                                    said.getOrDefault("succeedAfter", List.of("0")).getFirst())
                    ? Optional.of(200)
                    : said.getOrDefault("responseCode", List.of()).stream()
                            .findFirst()
                            .map(Integer::parseInt);
        }

        private static long delay(QueryStringDecoder query) {
            String said = query.parameters().getOrDefault("delay", List.of("0s")).getFirst();
            return said.isEmpty()
                    ? 0
                    : Duration.parse("PT" + said.toUpperCase(Locale.ROOT)).toMillis();
        }

        private FullHttpResponse grpc() {
            var response =
                    new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1,
                            HttpResponseStatus.OK,
                            Unpooled.wrappedBuffer(new byte[5]));
            response.headers()
                    .set("content-type", "application/grpc")
                    .set(POD, pod.name())
                    .set(NAMESPACE, pod.namespace());
            response.trailingHeaders().set("grpc-status", "0");
            return response;
        }

        private FullHttpResponse http(
                ChannelHandlerContext context, FullHttpRequest request, int status) {
            byte[] body = said(context, request).toString().getBytes(StandardCharsets.UTF_8);
            boolean isHead = request.method().name().equals("HEAD");
            var response =
                    new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1,
                            HttpResponseStatus.valueOf(status),
                            isHead ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
            response.headers()
                    .set("content-type", "application/json")
                    .set("x-content-type-options", "nosniff");
            for (String each : request.headers().get("x-echo-set-header", "").split(",", -1)) {
                int colon = each.indexOf(':');
                if (colon > 0) {
                    response.headers()
                            .add(
                                    each.substring(0, colon).strip(),
                                    each.substring(colon + 1).strip());
                }
            }
            HttpUtil.setContentLength(response, body.length);
            return response;
        }

        private JsonObject said(ChannelHandlerContext context, FullHttpRequest request) {
            var said = new JsonObject();
            said.addProperty("path", request.uri());
            said.addProperty("host", request.headers().get("host", ""));
            said.addProperty("method", request.method().name());
            said.addProperty(
                    "proto",
                    request.headers().contains(ExtensionHeaderNames.STREAM_ID.text())
                            ? "HTTP/2.0"
                            : "HTTP/1.1");
            var headers = new JsonObject();
            for (String name : request.headers().names()) {
                if (!name.startsWith("x-http2-")) {
                    var values = new JsonArray();
                    request.headers().getAll(name).forEach(values::add);
                    headers.add(name.toLowerCase(Locale.ROOT), values);
                }
            }
            said.add("headers", headers);
            said.addProperty(
                    "httpPort",
                    Integer.toString(
                            ((InetSocketAddress) context.channel().localAddress()).getPort()));
            said.addProperty("namespace", pod.namespace());
            said.addProperty("pod", pod.name());
            SslHandler tls = context.pipeline().get(SslHandler.class);
            if (tls != null) {
                said.add("tls", tls(tls.engine().getSession()));
            }
            return said;
        }

        private static JsonObject tls(SSLSession session) {
            var said = new JsonObject();
            if (session instanceof ExtendedSSLSession extended) {
                extended.getRequestedServerNames().stream()
                        .findFirst()
                        .ifPresent(it ->
                                said.addProperty(
                                        "serverName",
                                        new String(it.getEncoded(), StandardCharsets.US_ASCII)));
            }
            var peers = new JsonArray();
            try {
                for (Certificate each : session.getPeerCertificates()) {
                    peers.add(Base64.getEncoder().encodeToString(each.getEncoded()));
                }
            } catch (SSLPeerUnverifiedException | CertificateEncodingException _) {
                // Nobody showed one.
            }
            said.add("peerCertificates", peers);
            return said;
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            var _ = context.close();
        }
    }

    /// The certificate of a chain as the servers tell it.
    static String told(String chain) {
        try {
            return Base64.getEncoder()
                    .encodeToString(PemText.certificates(chain).getFirst().getEncoded());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        var _ = loops.shutdownGracefully();
    }
}
