package dev.heddle.proxy.runtime;

import dev.heddle.proxy.tls.TlsClient;
import io.netty.bootstrap.AbstractBootstrap;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Connections as channels of Netty's.
record NettySockets(Worker worker, Transport transport) implements Sockets {
    private static final Logger LOG = LoggerFactory.getLogger(NettySockets.class);

    @Override
    public void listen(
            InetSocketAddress address,
            SocketSettings settings,
            @Nullable ExactBalance balance,
            Function<Wire, WireHandler> acceptor,
            ListenOutcome outcome) {
        if (balance != null && transport.isKernel()) {
            outcome.onListenFailed(
                    new IOException("exact_balance cannot be had on transport " + transport));
            return;
        }
        var pause = new AcceptPause(worker);
        var server =
                new ServerBootstrap()
                        .group(worker.loop())
                        .channel(transport.netty().serverChannel())
                        .handler(pause)
                        .childOption(ChannelOption.ALLOCATOR, worker.allocator())
                        .childHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        accept(channel, acceptor);
                                    }
                                });
        if (transport.isKernel()) {
            server.option(ChannelOption.SO_REUSEADDR, true)
                    .option(ChannelOption.SO_BACKLOG, settings.backlog())
                    .childOption(ChannelOption.TCP_NODELAY, true);
            setEarly(server, settings);
        }
        if (settings.acceptsPerTurn() > 0) {
            server.option(
                    ChannelOption.RECVBUF_ALLOCATOR,
                    new ServerChannelRecvByteBufAllocator()
                            .maxMessagesPerRead(settings.acceptsPerTurn()));
        }
        var _ =
                server.bind(transport.toChannel(address))
                        .addListener((ChannelFuture bound) -> {
                            Throwable failure = finish(bound, settings);
                            if (failure == null) {
                                outcome.onListening(
                                        new NettyListenSocket(worker, bound.channel(), pause));
                            } else {
                                outcome.onListenFailed(failure);
                            }
                        });
    }

    @Override
    public void listenDatagrams(
            InetSocketAddress address,
            SocketSettings settings,
            DatagramHandler handler,
            DatagramOutcome outcome) {
        if (!transport.isKernel()) {
            outcome.onListening(new DeafDatagrams(address));
            return;
        }
        var socket = new NettyDatagrams(worker, handler);
        Bootstrap server = datagrams(socket);
        setEarly(server, settings);
        var _ =
                server.bind(address)
                        .addListener((ChannelFuture bound) -> {
                            worker.onEvent();
                            Throwable failure = finish(bound, settings);
                            if (failure == null) {
                                socket.open(bound.channel());
                                outcome.onListening(socket);
                            } else {
                                outcome.onListenFailed(failure);
                            }
                        });
    }

    @Override
    public Datagrams openDatagrams(InetSocketAddress peer, DatagramHandler handler)
            throws IOException {
        if (!transport.isKernel()) {
            throw new IOException("datagrams need the kernel");
        }
        if (worker.loop().isShuttingDown()) {
            throw new IOException("the worker stops");
        }
        var socket = new NettyDatagrams(worker, handler);
        var _ =
                datagrams(socket)
                        .connect(peer)
                        .addListener((ChannelFuture connected) -> {
                            worker.onEvent();
                            if (connected.isSuccess()) {
                                socket.open(connected.channel());
                            } else {
                                socket.failed();
                            }
                        });
        return socket;
    }

    private Bootstrap datagrams(NettyDatagrams socket) {
        return new Bootstrap()
                .group(worker.loop())
                .channel(transport.netty().datagramChannel())
                .option(ChannelOption.ALLOCATOR, worker.allocator())
                .option(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new FixedRecvByteBufAllocator(Datagrams.LONGEST))
                .handler(socket);
    }

    private void setEarly(AbstractBootstrap<?, ?> server, SocketSettings settings) {
        transport.netty().listenOptions().forEach((option, value) -> set(server, option, value));
        settings.options().stream()
                .filter(SocketSettings.KernelOption::isEarly)
                .forEach(option -> set(server, nettys(option), nettyValue(option)));
    }

    /// Sets what can be set only now that a socket is bound.
    ///
    /// @return why nobody listens; null when somebody does
    private @Nullable Throwable finish(ChannelFuture bound, SocketSettings settings) {
        if (!bound.isSuccess() || !transport.hasKernelOptions()) {
            return bound.cause();
        }
        Channel channel = bound.channel();
        try {
            settings.options().stream()
                    .filter(option -> !option.isEarly())
                    .forEach(o -> channel.config().setOption(nettys(o), nettyValue(o)));
            return null;
        } catch (ChannelException e) {
            LOG.warn("{}", e.toString());
            var _ = channel.close();
            return new IOException("a socket option was refused");
        }
    }

    @SuppressWarnings("unchecked") // paired with a value of its type by nettyValue
    private static ChannelOption<Object> nettys(SocketSettings.KernelOption option) {
        ChannelOption<?> netty =
                switch (option.value()) {
                    case SocketSettings.Value.Whole _ ->
                            new IntegerUnixChannelOption(
                                    option.toString(), option.level(), option.name());
                    case SocketSettings.Value.Bytes bytes ->
                            new RawUnixChannelOption(
                                    option.toString(),
                                    option.level(),
                                    option.name(),
                                    bytes.hex().length() / 2);
                };
        return (ChannelOption<Object>) netty;
    }

    private static Object nettyValue(SocketSettings.KernelOption option) {
        return switch (option.value()) {
            case SocketSettings.Value.Whole(int number) -> number;
            case SocketSettings.Value.Bytes bytes -> bytes.bytes().nioBuffer();
        };
    }

    @SuppressWarnings("unchecked") // the map pairs each option with a value of its type
    private static void set(
            AbstractBootstrap<?, ?> bootstrap, ChannelOption<?> option, Object value) {
        bootstrap.option((ChannelOption<Object>) option, value);
    }

    private void accept(Channel channel, Function<Wire, WireHandler> acceptor) {
        var wire = new NettyWire(worker, channel);
        wire.attach(acceptor.apply(wire));
        channel.pipeline().addLast(wire);
    }

    @Override
    public ConnectAttempt connect(
            InetSocketAddress address,
            ConnectSettings settings,
            ByteBuffer preface,
            @Nullable TlsClient tls,
            ConnectOutcome outcome) {
        var attempt = new ConnectAttempt(outcome);
        if (transport.isKernel() && PathAddress.of(address) != null) {
            worker.execute(() ->
                    attempt.failed(
                            new IOException(
                                    "connect to "
                                            + address.getHostString()
                                            + ": paths need the transport epoll")));
            return attempt;
        }
        if (worker.loop().isShuttingDown()) {
            // It has closed its channels, and would not close this one.
            worker.execute(() -> attempt.failed(new IOException("the worker stops")));
            return attempt;
        }
        // Made now, so that it holds its keys however long connecting takes.
        SslHandler secured = tls == null ? null : tls.handler(worker.allocator(), address);
        var client =
                new Bootstrap()
                        .group(worker.loop())
                        .channel(transport.netty().channel())
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
                        .option(ChannelOption.ALLOCATOR, worker.allocator())
                        .handler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        var wire = new NettyWire(worker, channel);
                                        channel.pipeline().addLast(wire);
                                        if (secured != null && tls != null) {
                                            wire.secure(secured, tls::session, attempt.over(wire));
                                        }
                                        if (preface.hasRemaining()) {
                                            channel.pipeline().addFirst(new Preface(preface));
                                        }
                                    }
                                });
        InetSocketAddress source = settings.sourceFor(address);
        if (transport.isKernel()) {
            client.option(ChannelOption.TCP_NODELAY, true);
            transport
                    .netty()
                    .connectOptions(settings, source)
                    .forEach((option, value) -> set(client, option, value));
        }
        ChannelFuture connecting =
                source == null || !transport.isKernel()
                        ? client.connect(transport.toChannel(address))
                        : client.connect(address, source);
        attempt.begin(() -> {
            var _ = connecting.channel().close();
        });
        var _ =
                connecting.addListener((ChannelFuture done) -> {
                    worker.onEvent();
                    if (!done.isSuccess()) {
                        attempt.failed(done.cause());
                    } else if (secured == null) {
                        attempt.connected(done.channel().pipeline().get(NettyWire.class));
                    }
                });
        return attempt;
    }
}
